"""Two people on a server that runs one training at a time: the second one's waits, says where, and begins by itself."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from core.runs import limits
from tests.browser.conftest import SHOTS
from tests.browser.pages import button, choose, settled, until
from tests.browser.serving import Server

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with one place."""
    one = Server(tmp_path_factory.mktemp("narrow"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(limits.TRAININGS, "1")
        one.start()
    yield one
    one.stop()
    assert "Traceback" not in one.log()


@pytest.fixture
def person(chromium: Browser, narrow: Server) -> Iterator[Callable[[str, int, int], Page]]:
    """Opens a browser of their own for somebody."""
    with ExitStack() as stack:

        def come(scheme: str, width: int, height: int) -> Page:
            context = chromium.new_context(
                viewport={"width": width, "height": height}, color_scheme=scheme, base_url=narrow.url
            )
            stack.callback(context.close)
            return context.new_page()

        yield come


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.mouse.wheel(0, -9_000)
        page.wait_for_timeout(4_000)  # for whoever looks: until the toast is gone
        page.screenshot(path=Path(SHOTS) / f"{name}.png")


def trained(page: Page, name: str) -> None:
    """Ask for a training that does not end by itself while somebody looks."""
    page.goto("/train?task=reverse")
    page.get_by_label("Name of the run", exact=True).fill(name)
    page.get_by_label("steps", exact=True).fill("90000")
    page.keyboard.press("Enter")
    button(page, "Train").click()


def says(page: Page, words: str) -> None:
    expect(page.get_by_text(re.compile(words)).first).to_be_visible(timeout=90_000)


def test_the_second_ones_training_waits_and_begins_when_the_first_ends(person):
    ann, bob = person("light", 1440, 900), person("dark", 1024, 768)
    trained(ann, "anns")
    says(ann, "anns · running")
    trained(bob, "bobs")
    says(bob, "bobs · waiting · it is next · you may close the page")
    shot(bob, "queue-dark")
    trained(ann, "again")
    says(ann, "again · waiting · 1 before it · you may close the page")
    shot(ann, "queue-light")
    button(ann, "Cancel").click()
    says(ann, "cancelled while it waited")
    choose(ann, "Run", "anns")
    button(ann, "Stop").click()
    says(ann, "anns · stopped")
    says(bob, "bobs · running")
    button(bob, "Stop").click()
    says(bob, "bobs · stopped")


def test_in_a_page_the_second_one_trains_when_the_first_goes(person):
    ann, bob = person("dark", 1024, 768), person("light", 1440, 900)
    for page in (ann, bob):
        page.goto("/norms")
        settled(page)
        page.get_by_role("radio", name="Training").click()
        settled(page)
    button(ann, "Train").click()
    until(ann, lambda: ann.get_by_text("waiting:").count() == 0 and button(ann, "Stop").count() == 1)
    button(bob, "Train").click()
    says(bob, "waiting: 1 before you")
    shot(bob, "turn-light")
    ann.context.close()
    expect(bob.get_by_text(re.compile("waiting: "))).to_have_count(0, timeout=60_000)
    says(bob, "step")
