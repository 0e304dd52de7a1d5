"""Leaving a page while one of its parts still asks to be drawn: the page that was asked for is what appears."""

import time
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect
from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.browser.pages import settled, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
COMPARE = "/compare?" + urlencode({"run": "demo/dates-transformer", "source": "Donnerstag, 30. April 1981"})


@pytest.mark.parametrize("pause", [0.0, 0.15])
def test_a_part_that_asks_after_its_page_was_left_is_not_heard(page: Page, pause: float) -> None:
    """What figures and widgets send by themselves may lie on the wire behind the press that leaves their page."""
    asked: list[bytes] = []
    left: list[str] = []

    def pass_on(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def sent(message: str | bytes) -> None:
            server.send(message)
            said = BackMsg.FromString(message) if isinstance(message, bytes) else BackMsg()
            if said.rerun_script.fragment_id:
                asked.append(message)
            elif (
                asked
                and said.rerun_script.page_script_hash != BackMsg.FromString(asked[-1]).rerun_script.page_script_hash
            ):
                left.append(said.rerun_script.page_script_hash)
                time.sleep(pause)
                server.send(asked[-1])

        route.on_message(sent)

    page.route_web_socket("**/_stcore/stream", pass_on)
    page.goto(COMPARE)
    expect(page.get_by_role("tab", name="Scores")).to_be_visible()
    page.get_by_role("tab", name="Scores").click()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    settled(page)
    visit(page, "Look", "Attention")
    expect(page.locator(".spot").first).to_be_visible()
    settled(page)
    assert len(left) == 1
