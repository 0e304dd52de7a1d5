"""Links in a real Chromium: what was set by hand is in the link, and another browser that opens it shows the same."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import outside
from tests.browser.pages import button, choose, settled
from tests.browser.serving import Server

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def stranger(chromium: Browser, server: Server) -> Iterator[Page]:
    """A page in a browser of its own, that has seen nothing."""
    context = chromium.new_context(base_url=server.url)
    complaints: list[str] = []
    context.on("request", lambda asked: complaints.extend(outside(asked.url)))
    yield context.new_page()
    context.close()
    assert complaints == []


def link_of(page: Page) -> str:
    button(page, "Link, code").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("The Python for this")).to_be_visible()
    link = dialog.get_by_test_id("stCode").first.inner_text().replace("\n", "")
    expect(dialog.get_by_text("print(core.as_json(numbers))")).to_be_attached()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    return link


def test_a_mask_that_was_set_by_hand_opens_elsewhere(page: Page, stranger: Page) -> None:
    page.goto("/masks")
    expect(page.get_by_text("scores 114 of 576 pairs")).to_be_visible()
    choose(page, "Pattern", "bigbird")
    page.get_by_text("& causal").click()
    words = page.get_by_text("bigbird & causal scores")
    expect(words).to_be_visible()
    settled(page)
    stranger.goto(link_of(page))
    expect(stranger.get_by_text("bigbird & causal scores")).to_have_text(words.inner_text())


def test_a_session_at_the_decoder_opens_elsewhere_where_it_stands(page: Page, stranger: Page) -> None:
    page.goto("/decoder?run=demo/reverse-transformer&source=abcd")
    root = page.locator("strong", has_text="The root")
    expect(root).to_be_visible()
    page.locator(".stepper").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    here = page.get_by_test_id("stMarkdown").filter(has_text="of the model here").first  # the figures of a node
    expect(root).to_have_count(0)
    settled(page)
    link = link_of(page)
    assert "session=" in link and "path=" in link
    figures = here.inner_text()
    stranger.goto(link)
    there = stranger.get_by_test_id("stMarkdown").filter(has_text="of the model here").first
    expect(there).to_have_text(figures, use_inner_text=True)


def test_a_link_that_asks_for_what_is_not_here_says_so_once(page: Page) -> None:
    page.goto("/masks?pattern=diagonal&length=1000")
    expect(page.get_by_text("The link asks for what is not here")).to_have_count(1)
    expect(page.get_by_text("scores 114 of 576 pairs")).to_be_visible()
    settled(page)
