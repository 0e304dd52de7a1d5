"""The keys of the pages: listed at `?`, heard where nobody types, and a page's language and projector mode by keys alone."""

import re

import pytest
from playwright.sync_api import Page, expect

from dashboard.components.keys import EVERYWHERE, PAGES
from tests.browser.pages import settled, until, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def opened(page: Page, address: str) -> None:
    """A page that hears keys and has settled."""
    page.goto(address)
    expect(page.locator(".keyboard .open")).to_be_visible(timeout=90_000)
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible(timeout=90_000)
    settled(page)


def test_a_question_mark_lists_the_keys_of_the_page_and_escape_closes_the_list(page: Page) -> None:
    opened(page, "/decoder")
    page.keyboard.press("?")
    listed = page.get_by_role("dialog", name="Keys")
    expect(listed).to_be_visible()
    for key in (*PAGES["decoder"], *EVERYWHERE):
        expect(listed.locator("dd", has_text=key.does).first).to_be_visible()
    page.keyboard.press("Escape")
    expect(listed).to_be_hidden()
    page.locator(".keyboard .open").focus()
    page.keyboard.press("Enter")
    expect(listed).to_be_visible()


def test_arrows_step_and_digits_choose_candidates_of_the_decoder(page: Page) -> None:
    opened(page, "/decoder?run=demo/numbers-gru&source=siebenundzwanzig")
    place = page.locator(".stepper .place")
    page.keyboard.press("ArrowRight")
    expect(place).to_contain_text("Step 1 of")
    page.keyboard.press("ArrowLeft")
    expect(place).to_contain_text("Step 0 of")
    third = page.locator(".stepper .candidate").nth(2)
    token = third.locator(".token").inner_text()
    expect(third.locator(".nth")).to_have_text("3")
    page.keyboard.press("3")
    expect(place).to_contain_text("Step 1 of")
    expect(page.locator(".arcbox .target.last .word")).to_have_text(token)
    settled(page)


def test_what_is_typed_into_a_box_is_no_key(page: Page) -> None:
    opened(page, "/decoder?run=demo/numbers-gru&source=siebenundzwanzig")
    page.keyboard.press("/")
    source = page.get_by_label("Source", exact=True)
    expect(source).to_be_focused()
    page.keyboard.type("?3p")
    expect(source).to_have_value("siebenundzwanzig?3p")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    expect(page.get_by_role("switch", name="Projector")).not_to_be_checked()


def test_single_keys_can_be_turned_off_and_stay_off(page: Page) -> None:
    opened(page, "/decoder")
    page.keyboard.press("?")
    page.get_by_label("single letters, digits and signs do something").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    expect(page.locator(".keyboard .open")).to_be_visible(timeout=90_000)
    settled(page)
    page.keyboard.press("?")
    page.wait_for_timeout(500)
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


@pytest.mark.parametrize(
    ("name", "asked"), [("inputs", "?input+kind=Sound"), ("norms", ""), ("rivals", ""), ("all_at_once", "")]
)
def test_arrows_move_the_slider_of_a_page(page: Page, name: str, asked: str) -> None:
    opened(page, f"/{name}{asked}")
    (slide,) = {key.slide for key in PAGES[name]}
    thumb = page.locator(f"{slide} input[type=range]").first
    before = thumb.input_value()
    page.keyboard.press("ArrowRight")
    until(page, lambda: thumb.input_value() != before)
    page.keyboard.press("ArrowLeft")  # the slider has it now, and hears for itself
    until(page, lambda: thumb.input_value() == before)
    settled(page)


def test_the_language_of_a_session_is_that_of_its_address_its_document_and_its_next_page(page: Page) -> None:
    opened(page, "/decoder")
    assert page.evaluate("document.documentElement.lang") == "en"
    box = page.get_by_role("combobox", name="Language / 语言")
    box.focus()
    page.keyboard.press("ArrowDown")
    page.get_by_role("option", name="简体中文").click()
    until(page, lambda: page.evaluate("document.documentElement.lang") == "zh-CN")
    expect(page).to_have_url(re.compile("lang=zh"))
    page.reload()
    until(page, lambda: page.evaluate("document.documentElement.lang") == "zh-CN")
    settled(page)


def test_projector_mode_is_a_key_stands_in_the_address_and_stays_on_the_next_page(page: Page) -> None:
    opened(page, "/decoder")
    page.keyboard.press("p")
    until(page, lambda: page.evaluate("getComputedStyle(document.documentElement).fontSize") == "21px")
    expect(page).to_have_url(re.compile("projector=true"))
    figure = page.get_by_role("button", name="Open figure")
    expect(figure).to_be_hidden()
    page.keyboard.press("s")
    expect(figure).to_be_visible()
    page.keyboard.press("s")
    expect(figure).to_be_hidden()
    visit(page, "Decode", "Compare")
    until(page, lambda: page.evaluate("getComputedStyle(document.documentElement).fontSize") == "21px")
    expect(page).to_have_url(re.compile("projector=true"))
    settled(page)


# ---------------------------------------------------------------- Tab
# what can be used on the page and in its drawn components; of a group in which arrows move, its one stop
USABLE = """() => {
    const roots = [document, ...[...document.querySelectorAll('[data-testid="stBidiComponentIsolated"]')].map((one) => one.shadowRoot)];
    const all = roots.flatMap((root) => [...root.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]);
    window.usable = all.filter((one) => one.getClientRects().length && !one.disabled && one.tabIndex >= 0
        && !one.matches('[type="radio"]:not(:checked), [role="radio"][aria-checked="false"]') && !one.closest("[inert], [aria-hidden]") && getComputedStyle(one).visibility === "visible");
    return window.usable.length;
}"""
FOCUSED = """() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    window.reached = (window.reached || new Set()).add(at);
    let framed = !!at.closest("canvas"); // a table of Streamlit's draws its own
    for (let one = at, up = 0; one && up < 5; one = one.parentElement, up++) {
        const look = getComputedStyle(one);
        framed ||= (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0) || look.boxShadow !== "none";
    }
    return [at.tagName, at.getAttribute("aria-label") || at.textContent.slice(0, 30), framed || at === document.body];
}"""


@pytest.mark.parametrize("address", ["/", "/decoder", "/attention", "/train"])
def test_tab_reaches_every_control_and_shows_where_it_is(page: Page, address: str) -> None:
    opened(page, address)
    count = page.evaluate(USABLE)
    assert count > 8
    unseen = []
    for _ in range(count + 30):
        page.keyboard.press("Tab")
        tag, name, framed = page.evaluate(FOCUSED)
        if not framed:
            unseen.append(f"{tag} {name}")
    missed = page.evaluate(
        "window.usable.filter((one) => one.isConnected && !window.reached.has(one)).map((one) => one.outerHTML.slice(0, 120))"
    )
    assert missed == []
    assert unseen == []
