"""A figure that is fed live: ticks move the data and nothing else, and Plotly itself comes once."""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.components import Gallery, check_picture

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def wait_for_ticks(page: Page, count: int) -> None:
    tick = page.get_by_text(re.compile("^tick")).locator("code")
    last = int(tick.text_content()) + count
    for _ in range(150):  # asked anew each time: Streamlit may replace the element that shows the number
        if int(tick.text_content()) >= last:
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"the figure stopped ticking before {last}")


def test_nothing_offers_to_send_a_figure_away(shown: Gallery) -> None:
    page = shown.open("live")
    bar = page.locator(".live-figure .modebar-btn")
    bar.first.wait_for(state="attached")
    named = bar.evaluate_all("(buttons) => buttons.map((one) => one.dataset.title)")
    assert "Zoom" in named and not [name for name in named if "hare" in name or "loud" in name]


def test_ticks_bring_points_but_never_plotly_again_and_leave_zoom_and_dom_alone(shown: Gallery) -> None:
    sizes: list[int] = []
    shown.page.once("websocket", lambda socket: socket.on("framereceived", lambda frame: sizes.append(len(frame))))
    page = shown.open("live")
    page.locator(".live-figure .nsewdrag").nth(1).wait_for()
    plot = page.locator(".live-figure .plot").first
    box = plot.locator(".nsewdrag").first.bounding_box()
    plot.evaluate("(element) => { element.querySelector('.main-svg').marked = true; }")
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.7, steps=5)
    page.mouse.up()
    wait_for_ticks(page, 1)
    # twice where a tick fell between its arrival and the answer
    assert sum(size > 1_000_000 for size in sizes) in (1, 2)

    before, points = len(sizes), plot.evaluate("(element) => element._fullData[0].x.length")
    zoomed = plot.evaluate("(element) => element._fullLayout.xaxis.range")
    wait_for_ticks(page, 2)
    page.wait_for_function(
        "points => document.querySelector('.live-figure .plot')._fullData[0].x.length > points", arg=points
    )
    assert plot.evaluate("(element) => element._fullLayout.xaxis.range") == zoomed
    assert zoomed[0] > 5, "not zoomed at all"
    assert plot.evaluate("(element) => element.querySelector('.main-svg').marked") is True
    assert len(sizes) > before and max(sizes[before:]) < 100_000
    shown.darken()
    check_picture(page)
