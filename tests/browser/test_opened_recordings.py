"""The page Recordings in a real Chromium: what generate wrote is dropped, chosen, drawn, and still there after another page."""

import json

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core.figures.opening import open_figure
from tests.adapters import generated
from tests.adapters.written import npy
from tests.browser.pages import choose, settled, until, visit
from tests.browser.test_figures import drop as drop_figure
from tests.browser.test_figures import shown, taken
from tests.browser.test_inspect_alignment import drop, file

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def opened(page: Page) -> Page:
    page.goto("/recordings")
    expect(page.get_by_text("Nothing dropped yet")).to_be_visible()
    expect(page.locator(".heads .spot").first).to_be_visible()
    settled(page)
    return page


def test_a_beam_search_of_hugging_face_is_dropped_and_each_hypothesis_has_its_rows(page: Page) -> None:
    opened(page)
    drop(page, file("beams.npz", generated.as_npz()))
    expect(page.get_by_text("24 heads of 6 attentions")).to_be_visible()
    expect(page.locator(".heads .spot")).to_have_count(24)
    choose(page, "Sentence and hypothesis", "sentence 1 · hypothesis 1 · <s> we go out today </s>")
    page.locator(".spot[data-site='decoder.layers.1.cross'][data-head='2']").click()
    expect(page.locator(".heatmap .title")).to_have_text("cross · layer 2 · head 3")
    truth = generated.truth(0, "cross", 1)[2]
    page.locator(".heatmap .board").focus()
    page.keyboard.press("ArrowRight")
    said = page.locator(".heatmap .said")
    expect(said).to_contain_text("<s>")
    expect(said).to_contain_text(f"= {truth[0, 0]:.4f}")
    expect(said.locator(".token").last).to_have_text("wir")
    choose(page, "Sentence and hypothesis", "sentence 2 · hypothesis 2 · <s> yes of course </s>")
    expect(page.locator(".heatmap .title")).to_contain_text("cross · layer 2")
    settled(page)


def test_what_was_dropped_is_there_after_another_page_and_is_taken_along(page: Page) -> None:
    opened(page)
    drop(page, file("beams.safetensors", generated.as_safetensors()))
    choose(page, "Sentence and hypothesis", "sentence 2 · hypothesis 2 · <s> yes of course </s>")
    expect(page.get_by_text("sentence 2 · hypothesis 2", exact=False).first).to_be_visible()
    settled(page)
    visit(page, "Look", "Depth")
    expect(page.get_by_text("What reaches where through the layers")).to_be_visible()
    settled(page)
    visit(page, "Look", "Recordings")
    expect(page.get_by_text("beams.safetensors").first).to_be_visible()
    expect(page.locator(".heads .spot")).to_have_count(24)
    settled(page)
    page.get_by_text("Take away", exact=True).click()
    page.get_by_test_id("stMain").get_by_role("radio", name="all heads").click()
    expect(page.locator("[class*='st-key-download-all-heads']").first).to_be_visible()
    settled(page)
    records = json.loads(taken(page, "JSON"))["records"]
    np.testing.assert_allclose(records[5]["weights"], generated.truth(3, "cross", 1), atol=1e-6)
    page.get_by_test_id("stMain").get_by_role("radio", name="Through the layers").click()
    expect(page.get_by_text("a state holds, by rollout")).to_be_visible()
    expect(page.locator(".heatmap")).to_have_count(4)
    page.get_by_test_id("stMain").get_by_role("radio", name="Spread of the heads").click()
    expect(page.locator(".live-figure .heatmaplayer").first).to_be_visible()
    settled(page)


def test_a_figure_of_a_recording_asks_for_its_files_and_finds_its_head_in_them(page: Page) -> None:
    opened(page)
    files = file("beams.npz", generated.as_npz())
    drop(page, files)
    expect(page.locator(".heads .spot")).to_have_count(24)
    page.locator(".spot[data-site='decoder.layers.0.cross'][data-head='2']").click()
    until(page, lambda: "cross · layer 1 · head 3" in shown(page))
    settled(page)
    before, figure = shown(page), taken(page, "PNG")
    about = open_figure(figure).about
    assert (about.layer, about.head, about.page) == (0, 2, "recordings") and "beams.npz" in about.title
    page.goto("/decoder")
    settled(page)
    drop_figure(page, "figure.png", figure)
    expect(page.get_by_text("drop the same files here")).to_be_visible()
    expect(page.get_by_text("Nothing dropped yet")).to_be_visible()
    settled(page)
    drop(page, files)
    until(page, lambda: shown(page) == before)
    settled(page)


def test_tokens_that_do_not_fit_are_warned_of_beside_the_numbered_map(page: Page) -> None:
    opened(page)
    maps = np.stack([np.full((6, 5), 0.2, np.float32)] * 3)
    drop(page, file("decoder.layers.0.encoder_attn.npy", npy(maps)))
    expect(page.get_by_text("3 heads of one attention")).to_be_visible()
    page.get_by_test_id("stPopoverButton").filter(has_text="Tokens, axes").click()
    source = page.get_by_role("textbox", name="Source tokens")
    source.fill("ein kurzer Satz")
    source.press("Enter")
    expect(page.get_by_test_id("stAlert")).to_contain_text(
        "columns of cross-attention: 5, but you give 3 source tokens"
    )
    source.fill("ein nicht so kurzer Satz")
    source.press("Enter")
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    settled(page)
