"""Hokkien to Mandarin in a real Chromium: two files, or recordings, of one's own on the page Train, and the attention of the run."""

import re
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import button, choose, settled, visit
from tests.spoken import LETTERS, folder_of_speech

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 120_000  # milliseconds; a training of its own process starts
WORDS = (  # Taiwanese Hokkien in characters, Mandarin
    (("我", "我"), ("你", "你"), ("伊", "他"), ("阮", "我們"), ("恁", "你們")),
    (("欲", "要"), ("毋", "不"), ("嘛", "也"), ("攏", "都")),
    (("食", "吃"), ("啉", "喝"), ("看", "看"), ("提", "拿")),
    (("飯", "飯"), ("冊", "書"), ("茶", "茶"), ("物件", "東西")),
)


def two_files() -> list[dict]:
    """Sentences of four words each, line by line; some are the same in both languages."""
    sides = zip(*((" ".join(h), "".join(m)) for h, m in (zip(*words) for words in product(*WORDS))))
    return [
        {"name": name, "mimeType": "text/plain", "buffer": "\n".join(lines).encode()}
        for name, lines in zip(("hokkien.txt", "mandarin.txt"), sides)
    ]


def test_own_hokkien_becomes_a_run_and_its_attention_is_drawn(page: Page, request: pytest.FixtureRequest) -> None:
    name = f"hokkien-{request.node.callspec.params['page']}"
    page.goto("/train")
    expect(page.get_by_role("combobox", name="Task")).to_be_visible(timeout=SLOW)
    choose(page, "Task", "text · your own pairs: a table with tabs, or two files line by line")
    place = page.get_by_test_id("stFileUploader").filter(has_text="Your pairs").locator("input[type=file]")
    expect(place).to_be_attached(timeout=SLOW)
    place.set_input_files(two_files())
    expect(page.get_by_text("mandarin.txt")).to_be_visible(timeout=SLOW)
    page.get_by_label("Name of the run", exact=True).fill(name)
    page.get_by_label("steps", exact=True).fill("12")
    page.keyboard.press("Enter")
    button(page, "Train").click()
    expect(page.get_by_text(re.compile(rf"{name} · done"))).to_be_visible(timeout=SLOW)
    expect(page.locator(".spot").first).to_be_visible(timeout=SLOW)  # the probe's attention, while it learned
    settled(page)
    visit(page, "Look", "Attention")
    source = page.get_by_label("Source", exact=True)
    expect(source).to_be_visible(timeout=SLOW)
    source.fill("伊 欲 啉 茶")
    page.keyboard.press("Enter")
    page.get_by_label("Target to force", exact=True).fill("他要喝茶")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Forced target")).to_be_visible(timeout=SLOW)
    settled(page)
    page.locator(".spot[data-site='decoder.layers.0.cross_attention.attention'][data-head='1']").click()
    expect(page.get_by_text("cross · layer 1 · head 2")).to_be_visible(timeout=SLOW)
    settled(page)


def recordings(folder: Path) -> Path:
    """Speech without letters: WAV files, and a table of what they mean in Mandarin."""
    folder_of_speech(folder, 60)
    said = (folder / "metadata.csv").read_text("utf-8").splitlines()
    meant = str.maketrans(dict(zip(LETTERS, "我你他要喝茶")))
    rows = [f"{name}|{word.translate(meant)}" for name, word in (row.split("|") for row in said)]
    (folder / "mandarin.csv").write_text("\n".join(rows), "utf-8")
    return folder


@pytest.mark.parametrize(
    "page", ["dark-1024"], indirect=True
)  # the pages Train and Attention are seen in both elsewhere
def test_recordings_become_mandarin_and_where_it_listened_is_drawn(page: Page, tmp_path: Path) -> None:
    folder = recordings(tmp_path / "speech")
    page.goto("/train")
    expect(page.get_by_role("combobox", name="Task")).to_be_visible(timeout=SLOW)
    choose(page, "Task", "asr · speech recognition: your own WAV files and a table of what is said")
    page.get_by_text("Task settings").click()
    for setting, value in (("folder", str(folder)), ("table", "mandarin.csv")):
        page.get_by_label(setting, exact=True).fill(value)
        page.keyboard.press("Enter")
    page.get_by_label("Name of the run", exact=True).fill("heard-hokkien")
    page.get_by_label("steps", exact=True).fill("10")
    page.keyboard.press("Enter")
    button(page, "Train").click()
    expect(page.get_by_text("heard-hokkien · done · step 10 of 10")).to_be_visible(timeout=SLOW)
    visit(page, "Look", "Attention")
    expect(page.get_by_role("combobox", name="Model")).to_have_value("heard-hokkien", timeout=SLOW)
    expect(page.get_by_text("as the model hears it")).to_be_visible(timeout=SLOW)
    page.get_by_label("Target to force", exact=True).fill("我要喝茶")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Forced target")).to_be_visible(timeout=SLOW)
    page.locator(".spot[data-site='decoder.layers.0.cross_attention.attention'][data-head='0']").click()
    expect(page.get_by_text("cross · layer 1 · head 1")).to_be_visible(timeout=SLOW)
    expect(page.locator(".heatmap canvas").first).to_be_visible(timeout=SLOW)
    settled(page)
