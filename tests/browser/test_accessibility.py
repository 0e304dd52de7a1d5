"""What axe-core finds on every page: nothing serious, nothing critical, by the rules of WCAG 2 A and AA, light and dark."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.pages import settled

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
VIEWS = Path(__file__).parents[2] / "dashboard" / "views"
PAGES = sorted(one.stem for one in VIEWS.glob("*.py") if one.stem not in ("__init__", "class_room"))
USUAL = {"start", "lessons", "train", "attention", "decoder", "compare"}  # the others with -m slow
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


def at_rest(page: Page) -> None:
    """Nothing is drawn anew any more: what is, Streamlit fades."""
    settled(page)
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible(timeout=90_000)
    expect(page.locator(".wait:visible")).to_have_count(0, timeout=90_000)
    page.wait_for_timeout(1_000)


def findings(page: Page) -> list[str]:
    """What is serious or critical: rule, place, and what is wrong there."""
    found: dict[str, Any] = Axe().run(page, options=RULES).response
    return [
        f"{one['id']} ({one['impact']}): {node['target']} {node['html'][:120]} {node['failureSummary'][:300]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("name", [one if one in USUAL else pytest.param(one, marks=pytest.mark.slow) for one in PAGES])
def test_axe_finds_nothing_serious_on_a_page(page: Page, name: str) -> None:
    page.goto(f"/{name}" if name != "start" else "/")
    expect(page.locator(".keyboard .open")).to_be_visible(timeout=90_000)
    settled(page)
    page.evaluate("document.querySelectorAll('details:not([open]) > summary').forEach((one) => one.click())")
    at_rest(page)
    assert findings(page) == []


def test_axe_finds_nothing_serious_in_the_list_of_keys_or_in_projector_mode(page: Page) -> None:
    page.goto("/decoder?projector=true")
    expect(page.locator(".keyboard .open")).to_be_visible(timeout=90_000)
    settled(page)
    assert findings(page) == []
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert findings(page) == []
