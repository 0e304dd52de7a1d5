"""Every show of the gallery: drawn in both color schemes without complaint, and its state can be set without a browser."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from streamlit.testing.v1 import AppTest

from dashboard.components.canvas import ASSETS
from tests.browser import gallery, gallery_hostile
from tests.browser.components import ROOT, Gallery, background, check_picture

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
OWN_WORDS = {"keyboard", "log_out"}  # what they draw comes from the app alone
ELSEWHERE = {"heads_large", "live"}  # their pages are costly: test_heads.py and test_live_figure.py check them


@pytest.mark.parametrize("show", sorted(gallery.SHOWS.keys() - ELSEWHERE))
def test_every_show_is_drawn_in_both_schemes_without_complaint(shown: Gallery, show: str) -> None:
    page = shown.open(show)
    check_picture(page)
    shown.darken()
    check_picture(page)


def test_no_token_is_taken_for_html(shown: Gallery) -> None:
    page = shown.open("hostile")
    page.wait_for_load_state("networkidle")
    page.locator(".heatmap .board").focus()
    for press in ["ArrowRight"] * 4:
        page.keyboard.press(press)
    expect(page.locator(".heatmap .said .token").last).to_have_text("⟨202E⟩gnorw")  # no picture, so a name
    page.locator(".treebox").first.focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(".card.on").bounding_box()["height"] < 400
    look_at_the_hostile(page)
    made = page.locator(".lab").locator("img, script, iframe, object, [onload], [onerror], [href^='javascript']")
    assert (page.evaluate("window.harmed"), made.count()) == (None, 0)


def look_at_the_hostile(page: Page) -> None:
    """What is said of a thing only when it is pointed at, and every table of numbers."""
    page.locator(".chain .matrix.pairs .cell").first.hover()
    expect(page.locator(".chain .formula")).to_contain_text("<img src=x")
    page.locator(".deciding .spot").first.hover()
    expect(page.locator(".deciding .told")).to_contain_text("<img src=x")
    page.locator(".parse-tree [role=button]").first.focus()
    expect(page.locator(".parse-tree .said")).to_contain_text("<img src=x")
    for button in page.locator(".number-table .as-numbers:visible").all():
        button.click()
    expect(page.locator(".number-table").get_by_role("columnheader", name="<img src=x").first).to_be_visible()


def test_the_ramp_runs_evenly_from_the_background_in_both_schemes(shown: Gallery) -> None:
    page = shown.open("heatmap")
    check_ramp(page)
    shown.darken()
    check_ramp(page)


def check_ramp(page: Page) -> None:
    stops = page.evaluate(f"getComputedStyle({ROOT}.querySelector('.legend .bar')).backgroundImage")
    colors = [tuple(map(int, stop)) for stop in re.findall(r"rgb\((\d+), (\d+), (\d+)\)", stops)]
    assert f"rgb{colors[0]}" == background(page)
    steps = np.abs(np.diff([cube_root_luminance(color) for color in colors]))
    assert steps.min() > 0.08 and steps.max() / steps.min() < 1.6


def cube_root_luminance(color: tuple[int, ...]) -> float:
    linear = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in color]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)) ** (1 / 3))


# ---------------------------------------------------------------- without a browser
def app(show: str, **state: dict) -> AppTest:
    test = AppTest.from_file(str(Path(gallery.__file__)), default_timeout=60)
    test.query_params["show"] = show
    for key, value in state.items():
        test.session_state[key] = value
    test.run()
    assert not test.exception
    return test


def said(test: AppTest) -> str:
    return " ".join(str(element.value) for element in test.markdown)


def test_states_can_be_set_without_a_browser() -> None:
    assert "('encoder.blocks.0.self', 2)" in said(app("heads", heads={"pick": {"at": ["encoder.blocks.0.self", 2]}}))
    assert "chosen: None" in said(app("heads", heads={"pick": {"at": ["gone", 2]}}))
    assert "chosen: 5" in said(app("tree20", tree={"pick": {"at": 5}}))
    forced = app("stepper", stepper={"force": {"prefix": [], "token": None, "text": "katze", "nonce": "1"}})
    assert forced.session_state["pretender"].growing.columns["forced"].count(True) == 1
    assert json.dumps(forced.session_state["pretender"].answer) == '{"nonce": "1", "message": null}'


def test_every_drawn_component_is_shown_hostile_words() -> None:
    drawn = {
        path.stem for path in ASSETS.glob("*.py") if "components.v2.component(" in path.read_text(encoding="utf-8")
    }
    shown = set(
        re.findall(
            r"^from dashboard\.components\.(\w+) import", Path(gallery_hostile.__file__).read_text(), re.MULTILINE
        )
    )
    assert drawn - OWN_WORDS == shown
