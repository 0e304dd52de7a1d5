"""A figure taken away from a page and opened again: the page shows what it showed, from wherever it is opened."""

import io
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from core.figures.opening import open_figure
from tests.browser.pages import button, choose, settled, until, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
RUN, TEXT, TARGET = "demo/dates-transformer", "Donnerstag, 30. April 1981", "1981-04-3"
SITE = "encoder.layers.1.self_attention.attention"


def spot(page: Page, site: str, head: int) -> Locator:
    return page.locator(f".spot[data-site='{site}'][data-head='{head}']")


def shown(page: Page) -> str:
    """What a screen reader hears of the large map: its title, its size, its largest weight."""
    boards = page.locator(".heatmap .board[aria-label]")
    return boards.first.get_attribute("aria-label") or "" if boards.count() else ""


def address(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def taken(page: Page, kind: str) -> bytes:
    """Press a button of Take away."""
    if not page.get_by_role("button", name=kind, exact=True).is_visible():
        page.get_by_text("Take away", exact=True).first.click()
        expect(page.get_by_role("button", name=kind, exact=True)).to_be_visible()
    settled(page)  # a press while the page is being drawn would bring nothing
    with page.expect_download() as download:
        page.get_by_role("button", name=kind, exact=True).click()
    return Path(download.value.path()).read_bytes()


def drop(page: Page, name: str, raw: bytes) -> None:
    button(page, "Open figure").click()
    kind = {"png": "image/png", "svg": "image/svg+xml", "pdf": "application/pdf"}[name.rpartition(".")[2]]
    page.get_by_role("dialog").locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": kind, "buffer": raw}
    )


def test_a_figure_brings_back_the_model_the_text_the_target_the_head_and_the_reduction(page: Page) -> None:
    page.goto(f"/attention?run={RUN}&source={TEXT}&target={TARGET}")
    spot(page, SITE, 2).click()
    until(page, lambda: "encoder self · layer 2 · head 3" in shown(page))
    until(page, lambda: address(page).get("head") == "3")
    before, asked = shown(page), address(page)
    figure = taken(page, "PNG")
    about = open_figure(figure).about
    assert (about.site, about.head, about.source, about.target) == (SITE, 2, TEXT, TARGET)
    assert about.queries[:2] == ("D", "o") and Image.open(io.BytesIO(figure)).width > 300

    choose(page, "Model", "demo/pinyin-gru")
    expect(page.get_by_text("the model cannot write 1981-04-3")).to_be_visible()
    settled(page)
    drop(page, "figure.png", figure)
    until(page, lambda: shown(page) == before)
    expect(spot(page, SITE, 2)).to_have_attribute("aria-pressed", "true")
    until(page, lambda: address(page) == asked)
    expect(page.get_by_text(f"From a figure: {about.title}")).to_be_visible()


def test_a_tree_with_a_branch_comes_back_from_another_page_and_what_is_no_figure_changes_nothing(page: Page) -> None:
    page.goto(f"/decoder?run={RUN}&source={TEXT}")
    expect(page.locator(".stepper .place")).to_contain_text("Step 0 of")
    page.locator(".stepper .candidate").nth(2).click()
    expect(page.locator(".stepper .notes")).to_contain_text("as token 1 cost")
    said = page.locator(".stepper .notes").text_content()
    settled(page)
    figure = taken(page, "PDF")
    visit(page, "Parts", "Masks")
    expect(page.get_by_text("Masks · ")).to_be_visible()
    settled(page)
    drop(page, "notes.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("says nothing of itself")).to_be_visible()
    expect(dialog.get_by_text("The page is as it was")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    drop(page, "tree.pdf", figure)
    expect(page.locator(".stepper .notes")).to_have_text(said or "")
    expect(page.get_by_text("From a figure: greedy")).to_be_visible()
    until(page, lambda: address(page).get("source") == TEXT and address(page).get("run") in (None, RUN))
