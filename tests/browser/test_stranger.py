"""A stranger's path in a real Chromium: start, train, step, compare, a lesson, export, a link; in two languages, and by keys alone."""

import os
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from core.language import speaking, tr
from core.lessons.shelves import find
from tests.browser.conftest import outside
from tests.browser.pages import settled
from tests.browser.serving import ROOT, Server

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 120_000  # milliseconds; models are loaded
STEPS = 40  # of a training: it need not learn much here
FOCUSED = """() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    const name = at.getAttribute("aria-label") || at.labels?.[0]?.innerText || (at.matches("main, section, body") ? "" : at.innerText);
    return (name || "").split("\\n").map((one) => one.trim()).filter(Boolean);
}"""


@pytest.fixture
def elsewhere(chromium: Browser, server: Server) -> Iterator[Page]:
    """A page in a browser of its own, that has seen nothing."""
    context = chromium.new_context(base_url=server.url)
    asked: list[str] = []
    context.on("request", lambda one: asked.extend(outside(one.url)))
    yield context.new_page()
    context.close()
    assert asked == []


def named(page: Page, name: str) -> Locator:
    """A button in the page, by the end of its name: before that stands its sign."""
    return page.get_by_test_id("stMain").get_by_role("button", name=re.compile(rf"{re.escape(name)}$")).first


def visit(page: Page, section: str, name: str) -> None:
    """Go to a page by the menus at the top; of two sections of one name, the last."""
    page.get_by_role("navigation").get_by_role("button", name=section, exact=True).last.click()
    page.get_by_test_id("stTopNavDropdownLink").filter(has_text=re.compile(rf"{name}$")).first.click()


def trained(page: Page) -> str:
    """The name of the run that the page shows, once it is done."""
    told = tr("done")
    done = page.get_by_text(re.compile(rf"· {told} ·.*{STEPS}.*{STEPS}")).first
    expect(done).to_be_visible(timeout=SLOW)
    settled(page)
    return (done.inner_text()).split(" · ")[0].strip()


def place(page: Page) -> int:
    """How many tokens the decoder has written."""
    return int(re.findall(r"\d+", page.locator(".stepper .place").inner_text())[0])


def has_written(page: Page, count: int) -> None:
    page.wait_for_function(
        "count => [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')].some(one =>"
        " one.shadowRoot.querySelector('.stepper .place')?.textContent.match(/\\d+/)?.[0] == count)",
        arg=count,
    )


def replayed(link: str, server: Server) -> None:
    """What the command line says of a link is that its Python gives the same numbers."""
    command = [sys.executable, "-c", "from core.cli import main; main()", "replay", link, "--check"]
    told = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=180,
        env={**os.environ, "ATTNLAB_HOME": str(server.home / "lab"), "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert "equal" in told.stdout


def link_in_sight(page: Page) -> str:
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("print(core.as_json(numbers))")).to_be_attached()
    return dialog.get_by_test_id("stCode").first.inner_text().replace("\n", "")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_stranger_comes_to_the_end_by_mouse(page: Page, elsewhere: Page, server: Server, language: str) -> None:
    with speaking(language):
        page.goto(f"/?lang={language}")
        page.locator(".living-map .row.there").first.wait_for()
        _tours(page)
        run = _trains(page)
        _steps_and_branches(page, run)
        link = _compares(page)
        elsewhere.goto(link)
        expect(elsewhere.get_by_text(re.compile(rf"{tr('beam')}$")).first).to_be_visible(timeout=SLOW)
        _takes_away(page)
        _learns(page, language)
    replayed(link, server)


def _tours(page: Page) -> None:
    """The first stops, and out; to its end it is driven elsewhere."""
    named(page, tr("Take the two-minute tour")).click()
    expect(page).to_have_url(re.compile("/train[?].*tour=1"), timeout=SLOW)
    press = named(page, tr("Train"))
    expect(press).to_be_visible(timeout=SLOW)
    settled(page)
    box = press.bounding_box()
    assert box and box["y"] + box["height"] < page.viewport_size["height"]  # the stop says to press it: it is in sight
    named(page, tr("Next stop")).click()
    expect(page).to_have_url(re.compile("/attention[?].*tour=2"), timeout=SLOW)
    settled(page)
    named(page, tr("Leave")).click()
    expect(page.locator(".st-key-tour")).to_have_count(0)
    page.get_by_role("navigation").get_by_role("link", name=tr("Start")).click()
    page.locator(".living-map .row.there").first.wait_for()


def _trains(page: Page) -> str:
    page.get_by_role("link", name=tr("Train a small model")).click()
    steps = page.locator("[class*='st-key-'][class*='-training-steps'] input").first
    steps.fill(str(STEPS), timeout=SLOW)
    steps.press("Enter")
    settled(page)
    named(page, tr("Train")).click()
    run = trained(page)
    page.get_by_text(tr("Rename, delete, export, import")).click()
    with page.expect_download() as caught:
        named(page, tr("Export .zip")).click()
    assert caught.value.suggested_filename == f"{run}.zip"
    assert any(name.endswith("config.json") for name in zipfile.ZipFile(caught.value.path()).namelist())
    return run


def _steps_and_branches(page: Page, run: str) -> None:
    """The decoder opens on what was trained."""
    visit(page, tr("Decode"), tr("Decoder"))
    page.locator(".stepper .candidate").first.wait_for(timeout=SLOW)
    expect(page.get_by_role("combobox", name=tr("Model"), exact=True)).to_have_value(run)
    settled(page)
    page.locator(".stepper .step.next").click()
    has_written(page, 1)
    page.locator(".stepper .candidate").nth(2).click()
    has_written(page, 2)
    expect(page.locator(".stepper .forced").first).to_be_attached()
    page.locator(".stepper .step.back").click()
    has_written(page, 1)
    settled(page)


def _compares(page: Page) -> str:
    """Greedy, beam and sampling beside each other; the link of that."""
    visit(page, tr("Decode"), tr("Compare"))
    add = page.get_by_test_id("stMain")
    expect(named(page, "sampling")).to_be_visible(timeout=SLOW)
    settled(page)
    named(page, "sampling").click()
    expect(add.get_by_text("sampling", exact=True).nth(1)).to_be_visible()
    settled(page)
    named(page, tr("Link, code")).click()
    link = link_in_sight(page)
    page.keyboard.press("Escape")
    assert "sampling" in link
    return link


def _takes_away(page: Page) -> None:
    visit(page, tr("Look"), tr("Attention"))
    page.get_by_text(tr("Take away"), exact=True).click(timeout=SLOW)
    with page.expect_download() as caught:
        named(page, "SVG").click()
    assert caught.value.suggested_filename.endswith(".svg")
    settled(page)


def _learns(page: Page, language: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=tr("Lessons")).click()
    named(page, tr("Begin")).click()
    lesson = find("start").lesson
    bar = page.get_by_test_id("stSidebar")
    for number, step in enumerate(lesson.steps, 1):
        expect(page).to_have_url(re.compile(rf"/{step.page}[?].*step={number}"), timeout=SLOW)
        settled(page)
        if step.question and step.question.choices:
            bar.get_by_role("radiogroup").locator("label").nth(
                step.question.choices.index(step.question.answer)
            ).click()
        elif step.question:
            bar.get_by_role("textbox").fill(str(step.question.answer))
        bar.get_by_role("button", name=tr("Check")).click()
        expect(bar.get_by_text(tr("Right."))).to_be_visible()
        last = number == len(lesson.steps)
        bar.get_by_role("button", name=re.compile(rf"{tr('Done') if last else tr('Next')}$")).click()
    expect(page).to_have_url(re.compile("/lessons"))
    settled(page)


def tab_to(page: Page, name: str, most: int = 90) -> None:
    """Press Tab until something of this name is focused."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if name in page.evaluate(FOCUSED):
            return
    raise AssertionError(f"Tab never came to {name}")


def go(page: Page, section: str, name: str) -> None:
    """To a page by the menus at the top, by keys: from the top of the page, Enter, and arrows."""
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Control+Home")
    tab_to(page, section)
    page.keyboard.press("Enter")
    page.get_by_test_id("stTopNavDropdownLink").first.wait_for()
    end = time.monotonic() + 20
    while name not in page.evaluate(FOCUSED):
        assert time.monotonic() < end, f"no arrow came to {name}"
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(150)
    page.keyboard.press("Enter")


def test_a_stranger_comes_to_the_end_by_keys_alone(page: Page, server: Server) -> None:
    page.goto("/")
    page.locator(".living-map .row.there").first.wait_for()
    tab_to(page, "Train a small model")
    page.keyboard.press("Enter")
    expect(named(page, "Train")).to_be_visible(timeout=SLOW)
    settled(page)
    tab_to(page, "steps")
    page.keyboard.press("Control+A")
    page.keyboard.type(str(STEPS))
    page.keyboard.press("Enter")
    settled(page)
    tab_to(page, "Train")
    page.keyboard.press("Enter")
    run = trained(page)
    go(page, "Decode", "Decoder")
    page.locator(".stepper .candidate").first.wait_for(timeout=SLOW)
    expect(page.get_by_role("combobox", name="Model", exact=True)).to_have_value(run)
    settled(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowRight")
    has_written(page, 1)
    page.keyboard.press("3")
    has_written(page, 2)
    settled(page)
    go(page, "Decode", "Compare")
    expect(named(page, "sampling")).to_be_visible(timeout=SLOW)
    settled(page)
    tab_to(page, "sampling")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stMain").get_by_text("sampling", exact=True).nth(1)).to_be_visible()
    settled(page)
    page.keyboard.press("Control+Home")
    page.evaluate("document.activeElement.blur()")
    tab_to(page, "Link, code")
    page.keyboard.press("Enter")
    link = link_in_sight(page)
    page.keyboard.press("Escape")
    go(page, "Look", "Attention")
    expect(page.get_by_text("Take away", exact=True)).to_be_visible(timeout=SLOW)
    settled(page)
    tab_to(page, "Take away", 200)
    page.keyboard.press("Enter")
    tab_to(page, "SVG")
    with page.expect_download() as caught:
        page.keyboard.press("Enter")
    assert caught.value.suggested_filename.endswith(".svg")
    replayed(link, server)
