"""What page tests share: two sizes and looks, waiting until a page has settled, menus and buttons by their names."""

import re
import time
from collections.abc import Callable
from contextlib import suppress

from playwright.sync_api import Locator, Page, TimeoutError, expect

SIZES = {"light-1440": (1440, 900, "light"), "dark-1024": (1024, 768, "dark")}


def settled(page: Page) -> None:
    """Nothing runs any more, nothing complains, nothing sticks out."""
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def still(page: Page, told: Locator) -> str:
    """What it says once nothing under way changes it any more; what still goes on would never hold still."""
    for _ in range(20):
        before = told.text_content()
        page.wait_for_timeout(1_500)  # what runs is drawn anew every 0.4 seconds
        if told.text_content() == before:
            return before or ""
    raise AssertionError(f"it never held still: {told.text_content()}")


def until(page: Page, wanted: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait for something that two parts of a page must agree on."""
    end = time.monotonic() + seconds
    while not wanted():
        assert time.monotonic() < end, f"not within {seconds:.0f} seconds"
        page.wait_for_timeout(50)


def choose(page: Page, label: str, option: str) -> None:
    """Open a menu and take an option; a menu opened while the page is still being drawn closes again.

    Of a long menu only what is in sight can be clicked, so its name is typed where it is not.
    """
    wanted = page.get_by_role("option", name=option, exact=True)
    for _ in range(6):
        page.get_by_role("combobox", name=label).focus()
        page.keyboard.press("ArrowDown")
        try:
            wanted.click(timeout=2_000)
        except TimeoutError:
            page.keyboard.type(option)
            try:
                wanted.click(timeout=3_000)
            except TimeoutError:
                page.keyboard.press("Escape")
                continue
        return
    raise AssertionError(f"the menu {label} never offered {option}")


def button(page: Page, name: str) -> Locator:
    """The button in the page whose name ends so; none that opens the list of a box."""
    found = page.get_by_test_id("stMain").get_by_role("button", name=re.compile(rf"{name}$"))
    return found.and_(page.locator(":not([aria-haspopup=listbox])"))


def stop(page: Page) -> None:
    """Press Stop until it has stopped, as a person does: a press while the button is being drawn anew is lost."""
    told = page.get_by_text(re.compile("stopped, (Train|Run|Measure) goes on from here"))
    for _ in range(8):
        with suppress(TimeoutError):  # the press before was none too few
            button(page, "Stop").click(timeout=5_000)
        with suppress(AssertionError):
            expect(told.first).to_be_visible(timeout=6_000)
            return
    raise AssertionError("it never stopped")


def visit(page: Page, section: str, name: str) -> None:
    """Go to a page by the navigation at the top, as people do."""
    page.get_by_role("navigation").get_by_role("button", name=section).click()
    page.get_by_test_id("stTopNavDropdownLink").filter(has_text=name).first.click()


def train_anew(page: Page, steps: int, seconds: float = 180.0) -> None:
    """Press Train on a bench, and wait until that run is done; a run of before may stand there, done, meanwhile."""
    settled(page)
    done = page.get_by_text(f"· done · step {steps} of {steps}")
    before = set(done.all_text_contents())
    button(page, "Train").click()
    until(page, lambda: bool(set(done.all_text_contents()) - before), seconds)
    settled(page)
