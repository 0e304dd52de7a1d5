"""The page Intervene in a real Chromium: switches, dragged bars, undo and redo, links, keys."""

import json
import re
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Locator, Page, expect

from core.figures.opening import open_figure
from tests.browser.pages import button, settled, until
from tests.browser.test_figures import drop, taken

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SOURCE = "20 de mayo de 1948"
CROSS = "decoder.layers.1.cross_attention.attention"
GRU = "decoder.cross_attention"


def opened(page: Page, run: str) -> None:
    page.goto(f"/intervene?run=demo/{run}&source={SOURCE}")
    expect(page.locator(".editor .column")).to_have_count(19)
    settled(page)


def switch(page: Page, site: str, head: int) -> Locator:
    return page.locator(f".switch[data-site='{site}'][data-head='{head}']")


def small(page: Page, name: str) -> Locator:
    return page.locator(f".editor .small.{name}")


def output(page: Page, which: int) -> Locator:
    """The tokens of the output before (0) or after (1)."""
    return page.locator(".outputs section").nth(which).locator(".tokens")


def weights(page: Page) -> list[float]:
    return [float(one.get_attribute("aria-valuenow")) for one in page.locator(".editor .column").all()]


def written(page: Page) -> list[dict]:
    return json.loads(parse_qs(urlparse(page.url).query).get("edits", ["[]"])[0])


def pulled(page: Page, place: int, up: int) -> None:
    """Press a bar and move it, without letting go."""
    box = page.locator(".editor .column").nth(place).locator(".area").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.9)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.9 - up, steps=6)


def test_a_head_is_switched_off_and_on_undone_redone_and_all_are_removed(page: Page) -> None:
    opened(page, "dates-transformer")
    expect(page.locator(".switch")).to_have_count(24)
    expect(small(page, "undo")).to_be_disabled()
    switch(page, CROSS, 0).click()
    expect(switch(page, CROSS, 0)).to_have_attribute("aria-checked", "false")
    expect(page.get_by_text("The best paths part at step 10.")).to_be_visible()
    expect(output(page, 1).locator(".changed")).to_have_text("6")
    expect(output(page, 0).locator(".changed")).to_have_text("0")
    page.keyboard.press("Control+z")
    expect(page.get_by_text("nothing yet: no edits")).to_be_visible()
    expect(output(page, 1).locator(".changed")).to_have_count(0)
    small(page, "redo").click()
    expect(output(page, 1).locator(".changed")).to_have_text("6")
    page.locator(".chip .remove").click()
    expect(output(page, 1).locator(".changed")).to_have_count(0)
    small(page, "undo").click()
    switch(page, CROSS, 1).click()
    expect(page.locator(".chip")).to_have_count(2)
    small(page, "clear").click()
    expect(page.locator(".chip")).to_have_count(0)
    small(page, "undo").click()
    expect(page.locator(".chip")).to_have_count(2)
    expect(page.get_by_text("The best paths part at step")).to_be_visible()
    settled(page)


def test_switches_pressed_one_after_the_other_are_all_heard_and_undone_by_as_many_keys(page: Page) -> None:
    opened(page, "dates-transformer")
    for head in range(4):
        switch(page, CROSS, head).click()
        switch(page, CROSS.replace(".1.", ".0."), head).click()
    expect(page.get_by_text("8 edits")).to_be_visible()
    expect(page).to_have_url(re.compile("edits="))
    page.wait_for_function("decodeURIComponent(location.search).split('site').length == 9")
    assert len(written(page)) == 8
    for _ in range(8):
        page.keyboard.press("Control+z")
    expect(page).not_to_have_url(re.compile("edits="))
    expect(page.get_by_text("nothing yet: no edits")).to_be_visible()
    for _ in range(8):
        page.keyboard.press("Control+Shift+z")
    expect(page).to_have_url(re.compile("edits="))
    page.wait_for_function("decodeURIComponent(location.search).split('site').length == 9")


def test_a_bar_is_dragged_nothing_else_moves_meanwhile_and_a_link_restores_it(page: Page) -> None:
    opened(page, "dates-gru")
    page.get_by_role("button", name="step 2, which chooses 9").click()
    before = weights(page)
    places = {name: page.locator(name).first.bounding_box() for name in (".editor .foot", ".outputs", ".editor .list")}
    pulled(page, 0, 90)
    during = weights(page)
    assert during[0] > 0.5 and sum(during) == pytest.approx(1, abs=0.02) and before[0] < 0.01
    assert during[15] / during[16] == pytest.approx(before[15] / before[16], rel=0.2)  # the others give in proportion
    assert places == {name: page.locator(name).first.bounding_box() for name in places}
    assert written(page) == []
    page.mouse.up()
    expect(page.locator(".chip")).to_contain_text("cross · layer 1 · head 1 · step 2")
    expect(page).to_have_url(re.compile("edits="))
    (edit,) = written(page)
    assert (edit["site"], edit["head"], edit["step"]) == (GRU, 0, 2) and sum(edit["row"]) == pytest.approx(1, abs=1e-9)
    assert edit["row"] == pytest.approx(weights(page), abs=1e-3)
    settled(page)
    # the shipped run that comes first in the menu is the menu's default and leaves the address; the link must name it
    page.goto(f"/intervene?run=demo/dates-gru&source={SOURCE}&edits={json.dumps([edit])}")
    expect(page.locator(".chip")).to_contain_text("step 2")
    page.get_by_role("button", name=re.compile("^step 2, which")).click()
    assert weights(page) == pytest.approx(edit["row"], abs=1e-3)
    settled(page)


def test_a_double_click_puts_all_on_one_token_and_the_output_follows(page: Page) -> None:
    opened(page, "dates-gru")
    page.get_by_role("button", name="step 2, which chooses 9").click()
    page.locator(".editor .column").first.locator(".area").dblclick()
    expect(page.locator(".chip")).to_contain_text("1.00 on 2")
    expect(output(page, 1).locator(".changed")).to_have_text("2")
    assert weights(page) == [1.0, *[0.0] * 18]
    expect(page.get_by_role("button", name="step 2, which chooses 2")).to_have_attribute("aria-pressed", "true")
    button(page, "Take this row back").click()
    expect(output(page, 1).locator(".changed")).to_have_count(0)
    page.locator(".editor .column").first.locator(".area").click()  # a click is no drag
    page.wait_for_timeout(600)
    expect(page.locator(".chip")).to_have_count(0)
    settled(page)


def test_everything_can_be_done_by_keys(page: Page) -> None:
    opened(page, "dates-transformer")
    page.locator(".switch").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator(".chip")).to_contain_text("encoder self · layer 2 · head 2 off")
    expect(page).to_have_url(re.compile("edits="))
    settled(page)  # the rows of the edited model have come
    page.locator(".editor .column").first.focus()
    page.keyboard.press("ArrowRight")
    start = weights(page)[1]
    for _ in range(3):
        page.keyboard.press("ArrowDown" if start > 0.5 else "ArrowUp")
    expect(page.locator(".chip")).to_have_count(2)  # keys that follow each other are one edit
    assert abs(weights(page)[1] - start) == pytest.approx(0.15, abs=2e-3)
    page.keyboard.press("Enter")
    expect(page.locator(".chip").last).to_contain_text("1.00 on 0")
    settled(page)


def test_a_broken_link_is_said_and_the_page_works(page: Page) -> None:
    page.goto(f"/intervene?run=demo/dates-transformer&source={SOURCE}&edits=[{{")
    expect(page.get_by_text("The edits in the address cannot be made")).to_be_visible()
    switch(page, CROSS, 0).click()
    expect(page.get_by_text("The best paths part at step 10.")).to_be_visible()
    settled(page)


def test_a_figure_brings_its_edits_back_to_any_page_and_over_other_edits(page: Page) -> None:
    opened(page, "dates-transformer")
    switch(page, CROSS, 0).click()
    expect(page.get_by_text("The best paths part at step 10.")).to_be_visible()
    settled(page)
    page.get_by_text("Take away", exact=True).click()
    page.get_by_test_id("stMain").get_by_role("radio", name="tree after").click()
    expect(page.locator("[class*='st-key-download-tree-after']").first).to_be_visible()
    settled(page)
    figure = taken(page, "PDF")
    about = open_figure(figure).about
    assert about.page == "intervene" and about.edits == ({"site": CROSS, "head": 0},) and "1 edit" in about.title

    switch(page, CROSS, 1).click()
    expect(page.locator(".chip")).to_have_count(2)
    settled(page)
    drop(page, "tree.pdf", figure)
    expect(page.locator(".chip")).to_have_count(1)
    expect(switch(page, CROSS, 0)).to_have_attribute("aria-checked", "false")
    expect(page.get_by_text("From a figure: greedy · 1 edit")).to_be_visible()
    settled(page)
    page.goto("/attention?run=demo/pinyin-gru")
    settled(page)
    drop(page, "tree.pdf", figure)
    expect(switch(page, CROSS, 0)).to_have_attribute("aria-checked", "false")
    until(page, lambda: written(page) == [{"site": CROSS, "head": 0}])
    settled(page)
