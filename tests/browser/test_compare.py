"""The page Compare as a person uses it: six searches, settings, verdicts, scores, and a link that restores all of it."""

import re
from urllib.parse import parse_qs, urlencode, urlparse

import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect

from tests.browser.pages import settled, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
DATE = "Donnerstag, 30. April 1981"
TWO_DATES = "jeu. 17 août 201710. Januar 2085"  # greedy search misses the best output here


def compare(page: Page, run: str, source: str, searches: str | None = None) -> None:
    page.goto("/compare?" + urlencode({"run": run, "source": source} | ({"searches": searches} if searches else {})))
    expect(page.get_by_role("tab", name="Scores")).to_be_visible()


def cards(page: Page) -> Locator:
    return page.get_by_test_id("stMarkdown").filter(has_text=re.compile(r"^Σ log p"))


def said_by(page: Page) -> str:
    return parse_qs(urlparse(page.url).query)["searches"][0]


def keyed(page: Page, key: str) -> Locator:
    """The button with a key; its name is a picture."""
    return page.locator(f".st-key-{key}").get_by_role("button")


def badge(page: Page, tag: str) -> Locator:
    """The tag of an output; its picture is a word of the same text."""
    return page.get_by_text(re.compile(rf"\w+ {tag}$")).locator("visible=true").last


def open_settings(page: Page, at: int) -> None:
    page.get_by_test_id("stMain").get_by_role("button", name=re.compile("Settings")).nth(at).click()


def test_settings_that_cannot_be_leave_the_other_searches_running(page: Page) -> None:
    compare(page, "demo/dates-transformer", DATE)
    expect(page.get_by_text("exactly right").first).to_be_visible()
    expect(cards(page)).to_have_count(4)
    open_settings(page, 1)
    expect(page.get_by_text("Limits and penalties")).to_be_visible()
    page.get_by_label("width", exact=True).fill("0")
    page.keyboard.press("Enter")
    expect(page.get_by_text("width=0 is out of range")).to_be_visible()
    expect(cards(page)).to_have_count(3)  # the others go on
    page.get_by_label("width", exact=True).fill("20")
    page.keyboard.press("Enter")
    expect(page.get_by_text("is wider than the vocabulary")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Tree · beam 20").click()
    expect(page.locator(".tree g[data-node]:visible").first).to_be_visible()
    settled(page)


def test_six_searches_are_chosen_and_a_link_brings_them_back(page: Page) -> None:
    compare(page, "demo/dates-transformer", DATE, "greedy;beam")
    for name in ("diverse", "stochastic", "sampling"):
        keyed(page, f"add-{name}").click()
        expect(page.get_by_role("tab", name=f"Tree · {name}")).to_be_visible()
    keyed(page, "duplicate-2").click()
    expect(cards(page)).to_have_count(6)
    expect(keyed(page, "add-exact")).to_be_disabled()
    open_settings(page, 2)
    page.get_by_label("width", exact=True).fill("9")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="Tree · beam 9")).to_be_visible()
    page.keyboard.press("Escape")
    settled(page)
    wanted = "greedy;beam;beam:width=9;diverse;stochastic;sampling:draws=4"
    page.wait_for_function("wanted => new URL(location).searchParams.get('searches') === wanted", arg=wanted)
    page.reload()
    expect(page.get_by_role("tab", name="Tree · beam 9")).to_be_visible()
    expect(cards(page)).to_have_count(6)
    keyed(page, "remove-1").click()
    expect(cards(page)).to_have_count(5)
    expect(page.get_by_role("tab", name="Tree · greedy")).to_have_count(0)
    settled(page)
    assert said_by(page) == wanted.removeprefix("greedy;")


def test_what_was_chosen_waits_while_other_pages_are_looked_at(page: Page) -> None:
    compare(page, "demo/dates-transformer", DATE, "beam:width=7")
    visit(page, "Look", "Attention")
    expect(page.locator(".spot").first).to_be_visible()
    visit(page, "Decode", "Compare")
    expect(page.get_by_role("tab", name="Tree · beam 7")).to_be_visible()
    settled(page)


def test_a_broken_link_gives_a_sentence_and_the_usual_searches(page: Page) -> None:
    compare(page, "demo/dates-transformer", DATE, "beam:width=-3;nonsense")
    expect(page.get_by_text("The searches in this link cannot be read")).to_be_visible()
    expect(cards(page)).to_have_count(4)
    settled(page)


def explained(page: Page, tag: str, words: str) -> None:
    """Point at a tag until its words appear: what is redrawn under a resting pointer does not notice it."""
    for _ in range(6):
        page.mouse.move(2, 2)
        badge(page, tag).hover()
        try:
            page.get_by_text(re.compile(words)).wait_for(timeout=3_000)
        except TimeoutError:
            continue
        return
    raise AssertionError(f"the tag {tag} never said {words!r}")


def test_search_error_and_model_error_are_tagged_and_explained(page: Page) -> None:
    compare(page, "demo/dates-gru", TWO_DATES, "greedy;beam")
    expect(page.get_by_text("proved by exact search")).to_be_visible()
    explained(page, "search error", "Exact search found “2015-08-17”, 0.67")
    compare(page, "demo/pinyin-gru", "鼓乐", "greedy")
    explained(page, "model error", "0.861.* nats more than the reference")
    settled(page)


def test_scores_are_taken_apart_as_stairs_and_every_hypothesis_can_be_taken_along(page: Page) -> None:
    compare(page, "demo/dates-gru", TWO_DATES, "beam:length_norm=mean,coverage=gnmt;stochastic;greedy")
    page.get_by_role("tab", name="Scores").click()
    stairs = page.locator(".live-figure [role=img]")
    expect(stairs).to_have_attribute("aria-label", re.compile(r"length \+.* · coverage -.* = score -"))
    expect(stairs.locator(".bars .point")).not_to_have_count(0)
    page.get_by_role("tab", name="All hypotheses").click()
    settled(page)  # a file is forgotten where the page is drawn anew
    with page.expect_download() as caught:
        page.get_by_role("button", name=re.compile("All hypotheses .csv")).click()
    lines = caught.value.path().read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("search,rank,output,verdict,Σ log p,length,coverage,noise,ranking score")
    assert sum("search error" in line for line in lines) >= 1 and len(lines) > 8
    settled(page)
