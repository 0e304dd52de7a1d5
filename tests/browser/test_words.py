"""The pages Tagging, One label and Fill in in a real Chromium: from choosing the task to what decided and where attention looked."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core.data.audio import write_wav
from tests.browser.pages import button, choose, settled, stop, train_anew
from tests.spoken import spoken

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 180_000  # milliseconds; a job starts and learns
TAGGING = "tagging · the part of speech of each word, from your CoNLL-U files"


def row(number: int, word: str, tag: str) -> str:
    """A word of a treebank."""
    return f"{number}\t{word}\t_\t{tag}" + "\t_" * 6


def shorten(page: Page, steps: int) -> None:
    """Fewer steps than usual, by the settings of the bench."""
    page.get_by_text("Settings: data, model, training").click()
    field = page.get_by_label("steps", exact=True)
    field.fill(str(steps))
    field.press("Enter")


def test_a_word_under_the_pointer_shows_what_decided_beside_where_attention_looked(page: Page) -> None:
    page.goto("/tagging")
    expect(button(page, "Train")).to_be_visible(timeout=SLOW)
    shorten(page, 60)
    train_anew(page, 60)
    spots = page.locator(".deciding .spot")
    expect(spots.first).to_be_visible(timeout=SLOW)
    spots.nth(1).hover()
    expect(spots.nth(1)).to_have_class("spot now")
    strips = page.locator(".deciding section")
    expect(strips).to_have_count(2)
    expect(strips.nth(0)).to_contain_text("What decided: nats that")
    expect(strips.nth(1)).to_contain_text("Where attention looked")
    expect(strips.nth(1).locator(".chip")).to_have_count(spots.count())
    assert page.locator(".heatmap canvas").first.is_visible()
    settled(page)


def test_a_text_gets_one_label_and_the_class_item_s_look_is_drawn(page: Page) -> None:
    rows = [f"{('praise', 'blame')[at % 2]}\t{('good', 'bad')[at % 2]} film number {at}" for at in range(80)]
    page.goto("/one_label")
    expect(button(page, "Train")).to_be_visible(timeout=SLOW)
    shorten(page, 20)
    page.locator("input[type=file]").first.set_input_files(
        {"name": "films.tsv", "mimeType": "text/plain", "buffer": "\n".join(rows).encode()}
    )
    expect(page.get_by_text("films.tsv")).to_be_visible(timeout=SLOW)
    train_anew(page, 20)
    strips = page.locator(".deciding section")
    expect(strips).to_have_count(2, timeout=SLOW)
    expect(strips.nth(1)).to_contain_text("<class>")
    settled(page)


def test_a_hidden_word_gets_candidates_and_attention(page: Page) -> None:
    page.goto("/fill_in")
    expect(button(page, "Train")).to_be_visible(timeout=SLOW)
    shorten(page, 40)
    train_anew(page, 40)
    expect(page.get_by_test_id("stDataFrame")).to_have_count(1, timeout=SLOW)
    first = page.locator(".deciding .spot .word").first
    expect(first).to_be_visible(timeout=SLOW)
    settled(page)  # the training's end draws the page once more, and a press before that would be lost
    words = page.get_by_test_id("stButtonGroup").filter(has_text="Hide words")
    words.get_by_text(f"{first.inner_text()}₁", exact=True).click()
    expect(page.get_by_test_id("stDataFrame")).to_have_count(2, timeout=SLOW)
    expect(page.locator(".deciding .spot:enabled")).to_have_count(2, timeout=SLOW)
    expect(page.locator(".deciding section")).to_have_count(2)
    settled(page)
    page.get_by_text("Words as vectors", exact=True).click()
    for title in ("One-hot", "Embedded, before learning", "Embedded, after filling in"):
        expect(page.get_by_role("img", name=f"{title}: mean cosine within a class")).to_be_visible(timeout=SLOW)
    expect(
        page.get_by_role("img", name="One-hot: mean cosine within a class 0.00, between classes 0.00")
    ).to_be_visible()
    settled(page)


@pytest.mark.parametrize("page", ["dark-1024"], indirect=True)
def test_recordings_get_one_label_and_where_their_frames_look_is_drawn(page: Page, tmp_path: Path) -> None:
    chance = np.random.default_rng(3)
    for at in range(60):
        write_wav(spoken("ad"[at % 2], chance), tmp_path / f"{'ad'[at % 2]}_{at}.wav")
    page.goto("/one_label")
    expect(button(page, "Train")).to_be_visible(timeout=SLOW)
    choose(page, "Task", "spoken · one label for a recording, the digit or the speaker: your own folder of WAV files")
    shorten(page, 10)
    folder = page.get_by_label("folder", exact=True)
    folder.fill(str(tmp_path))
    folder.press("Enter")
    train_anew(page, 10)
    expect(page.get_by_label("what each frame adds", exact=True)).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("encoder self · layer 1 · head 1")).to_be_visible(timeout=SLOW)
    expect(page.locator(".heatmap canvas").first).to_be_visible(timeout=SLOW)
    settled(page)


@pytest.mark.parametrize("page", ["light-1440"], indirect=True)
def test_a_treebank_of_one_s_own_is_tagged_and_its_broken_line_is_named(page: Page) -> None:
    sentences = ["\n".join((row(1, f"cat{at}", "NOUN"), row(2, f"goes{at % 7}", "VERB"))) for at in range(80)]
    page.goto("/tagging")
    expect(button(page, "Train")).to_be_visible(timeout=SLOW)
    choose(page, "Task", TAGGING)
    shorten(page, 10)
    button(page, "Train").click()
    expect(page.get_by_text("path is empty: give a")).to_be_in_viewport(timeout=SLOW)  # though the settings are open
    page.locator("input[type=file]").first.set_input_files({
        "name": "mine.conllu", "mimeType": "text/plain", "buffer": "\n\n".join([*sentences, "1\tbroken"]).encode()
    })  # fmt: skip
    expect(page.get_by_text("mine.conllu")).to_be_visible(timeout=SLOW)
    train_anew(page, 10)
    expect(page.get_by_text(re.compile(r"line \d+ has 2 columns, not 10"))).to_be_visible(timeout=SLOW)
    expect(page.locator(".deciding section")).to_have_count(2, timeout=SLOW)
    settled(page)


@pytest.mark.parametrize("page", ["light-1440"], indirect=True)
def test_the_curve_over_the_number_of_labels_comes_from_a_fresh_start(page: Page) -> None:
    page.goto("/fill_in")
    page.get_by_text("Fewer labels", exact=True).click()
    button(page, "Measure").click()
    curve = page.get_by_role(
        "img", name=re.compile("share of words tagged right over the number of labelled sentences")
    )
    expect(curve).to_be_visible(timeout=2 * SLOW)  # it has filled in hidden words for 900 steps by then
    for name in ("from scratch", "pre-trained"):
        expect(page.locator(".live-figure .legendtext", has_text=name)).to_be_visible(timeout=SLOW)
    expect(page.get_by_text(re.compile(r"Filled in right \(class\): [89]\d\.\d%"))).to_be_visible(timeout=SLOW)
    stop(page)
    expect(page.get_by_text("stopped, Measure goes on from here")).to_be_visible(timeout=SLOW)
    expect(curve).to_be_visible()
    settled(page)
