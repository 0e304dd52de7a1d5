"""The page Attention by hand as a lecturer uses it: change a number and watch what follows, point at one and read its formula."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.pages import button, choose, settled

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def cell(page: Page, name: str) -> Locator:
    """A cell by its name: `α′2,1`, `b1_2`, `Wq1,1`."""
    return page.locator(f".chain .cell[aria-label^='{name} is ']").first


def formula(page: Page) -> Locator:
    return page.locator(".chain .formula")


def opened(page: Page, address: str = "") -> None:
    page.goto(f"/attention_by_hand{address}")
    expect(cell(page, "b11")).to_have_text("1")
    settled(page)


def retype(page: Page, name: str, text: str) -> None:
    cell(page, name).dblclick()
    box = page.locator(".chain .cell input")
    box.fill(text)
    box.press("Enter")


def test_the_lectures_b1_is_there_with_its_formula_and_what_it_is_made_of_lights_up(page: Page) -> None:
    opened(page)
    expect(cell(page, "b12")).to_have_text("0.95")  # 2e / (3 + e)
    cell(page, "α′1,3").hover()
    expect(formula(page)).to_have_text("α′1,3 = exp(2) / (exp(1) + exp(1) + exp(2) + exp(1)) = 0.48")
    expect(page.locator(".chain .cell.up")).to_have_text(["1", "1", "2", "1"])
    cell(page, "b12").hover()
    expect(formula(page)).to_contain_text("b1 = 0.17·v1 + 0.17·v2 + 0.48·v3 + 0.17·v4")
    expect(formula(page)).to_contain_text("b12 = 0.17·0 + 0.17·2 + 0.48·2 + 0.17·(−2) = 0.95")
    expect(page.locator(".chain .cell.up")).to_have_count(8)
    cell(page, "α2,4").hover()
    expect(formula(page)).to_have_text("α2,4 = q2·k4 = 0·(−1) + 1·2 = 2")


def test_a_number_is_typed_and_dragged_and_all_that_follows_moves_and_undo_takes_it_back(page: Page) -> None:
    opened(page)
    retype(page, "a21", "5")
    expect(cell(page, "q22")).to_have_text("6")
    expect(cell(page, "a21")).to_have_text("5")
    box = cell(page, "a21").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] - 14, steps=8)
    expect(cell(page, "a21")).to_have_text("5.40")
    expect(cell(page, "q22")).to_have_text("6.40")
    page.mouse.up()
    button(page, "Undo").click()
    expect(cell(page, "q22")).to_have_text("6")
    button(page, "Undo").click()
    expect(cell(page, "q22")).to_have_text("1")
    button(page, "Redo").click()
    expect(cell(page, "a21")).to_have_text("5")
    button(page, "Redo").click()
    expect(cell(page, "q22")).to_have_text("6.40")
    settled(page)
    classmate = page.context.new_page()
    classmate.goto(page.url)
    expect(cell(classmate, "q22")).to_have_text("6.40")
    classmate.close()


def test_what_is_no_number_is_said_and_kept_and_the_rest_is_not_lost(page: Page) -> None:
    opened(page)
    retype(page, "a21", "5")
    expect(cell(page, "q22")).to_have_text("6")
    for text, words in (
        ("abc", "“abc” is no number"),
        ("", "this cell is empty"),
        ("1e308", "too large"),
        ("NaN", "no finite"),
    ):
        retype(page, "a32", text)
        expect(formula(page)).to_contain_text(words)
        expect(page.locator(".chain .cell.wrong")).to_have_count(1)
        expect(cell(page, "q22")).to_have_text("6")
    retype(page, "a32", "2")
    expect(page.locator(".chain .cell.wrong")).to_have_count(0)
    expect(cell(page, "q32")).to_have_text("3")
    expect(cell(page, "a21")).to_have_text("5")
    settled(page)


def test_rows_are_the_same_numbers_transposed(page: Page) -> None:
    def numbers() -> list[list[float]]:
        boxes = [cell(page, f"α′{i},{j}").bounding_box() for i in (1, 2) for j in (1, 2)]
        return [[box["x"], box["y"]] for box in boxes if box is not None]

    opened(page)
    first = cell(page, "α′2,1").inner_text()
    down = numbers()
    page.get_by_text("vectors are rows").click()
    expect(page.locator(".chain .symbols", has_text=re.compile("^A = Q KT$"))).to_be_visible()
    across = numbers()
    assert down[1][1] > down[0][1] and down[1][0] == down[0][0]  # the query's weights lie below each other
    assert across[1][0] > across[0][0] and across[1][1] == across[0][1]  # and beside each other
    assert cell(page, "α′2,1").inner_text() == first
    settled(page)


def test_heads_stand_apart_and_w_o_joins_them_and_sums_are_shown_as_they_are(page: Page) -> None:
    opened(page)
    choose(page, "Heads", "2")
    expect(page.locator(".chain .which").first).to_have_text("head 1")
    expect(page.locator(".chain h3").last).to_have_text("Heads joined")
    cell(page, "o32").hover()
    expect(formula(page)).to_contain_text("o32 = Wo2·b3")
    choose(page, "Normalizer", "relu")
    expect(page.locator(".chain .total.off").first).to_be_visible()
    choose(page, "Heads", "3")
    expect(page.get_by_text("2 features cannot be shared by 3 heads: choose 1 or 2 heads")).to_be_visible()
    expect(page.locator(".chain .which").first).to_have_text("head 1")  # what is drawn is what could be worked out
    expect(cell(page, "a21")).to_have_text("0")
    expect(page.locator(".chain .given")).to_have_count(0)  # and cannot be edited until the choice can be
    settled(page)


def test_a_real_sentence_has_its_tokens_its_check_and_its_formulas(page: Page) -> None:
    page.goto("/attention_by_hand?where=On+a+real+sentence")
    expect(page.get_by_text("rounding, and nothing else")).to_be_visible()
    expect(page.locator(".chain .above").first).to_be_visible()
    one = page.locator(".chain .matrix.pairs .cell").first
    one.hover()
    expect(formula(page)).to_contain_text("(16 terms)")
    one.click()
    page.mouse.move(5, 5)
    expect(formula(page)).to_contain_text("(16 terms)")  # held until Escape
    page.keyboard.press("Escape")
    expect(formula(page)).to_contain_text("Point at a number")
    expect(page.locator(".chain.pinned")).to_have_count(0)
    choose(page, "Attention", "decoder self · layer 1")
    expect(page.locator(".chain .cell.barred").first).to_be_visible()
    settled(page)
