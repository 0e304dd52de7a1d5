"""A model from elsewhere, from its folder to its attention, decoder and intervention, as a person opens it."""

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.adapters.families import built
from tests.browser.pages import button, settled, until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SOURCE = "catdog runs"  # words that its pieces do not hold whole


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("m2m_100", tmp_path_factory.mktemp("models") / "tiny-nllb")


def keep(page: Page, folder: Path, name: str, to: str = "") -> None:
    page.goto("/your_models")
    page.get_by_role("textbox", name="Folder of a model").fill(str(folder))
    page.get_by_role("textbox", name="Name here").fill(name)
    page.keyboard.press("Enter")
    if to:
        page.get_by_text("Languages", exact=True).click()
        page.get_by_role("textbox", name="To", exact=True).fill(to)
        page.keyboard.press("Enter")
    settled(page)
    button(page, "Open").click()


def test_a_folder_that_is_none_is_said_and_what_was_typed_stays(page: Page, tmp_path: Path) -> None:
    keep(page, tmp_path, "nothing")
    expect(page.get_by_text("has no config.json, so it is no model's folder")).to_be_visible()
    expect(page.get_by_role("textbox", name="Folder of a model")).to_have_value(str(tmp_path))
    settled(page)


def keys_of_the_map(page: Page) -> int:
    """How many columns the large map says that it has."""
    said = page.get_by_role("application", name=re.compile("^cross · layer 3")).get_attribute("aria-label")
    found = re.search(r"queries by (\d+) keys", said or "")
    return int(found[1]) if found else 0


def test_from_the_folder_to_its_attention_and_its_steps(page: Page, folder: Path) -> None:
    name = f"nllb-{(page.viewport_size or {})['width']}"
    keep(page, folder, name, "deu_Latn")
    card = page.get_by_text(f"hf/{name} ·")
    expect(card.first).to_be_visible()
    settled(page)
    page.locator(f".st-key-attention-{name}").get_by_role("button").click()
    expect(page.get_by_text("Greedy output")).to_be_visible()
    page.goto("/attention?" + urlencode({"run": f"hf/{name}", "source": SOURCE}))
    expect(page.locator(".spot[aria-pressed='true']")).to_have_attribute(
        "data-site", "decoder.layers.2.cross_attention"
    )
    pieces = keys_of_the_map(page)
    page.get_by_text("Whole words").click()
    until(page, lambda: 0 < keys_of_the_map(page) < pieces)
    assert "words=true" in page.url
    settled(page)
    page.goto("/decoder?" + urlencode({"run": f"hf/{name}", "source": SOURCE}))
    expect(page.get_by_text("Where the decoder looks")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Next")).first.click()
    expect(page.get_by_text("Step 1 of")).to_be_visible()
    settled(page)
    page.goto("/intervene?" + urlencode({"run": f"hf/{name}", "source": SOURCE}))
    expect(page.get_by_text("One row of cross-attention")).to_be_visible()
    settled(page)


def test_a_model_is_forgotten_and_its_folder_stays(page: Page, folder: Path) -> None:
    keep(page, folder, "short-lived")
    expect(page.get_by_text("hf/short-lived ·").first).to_be_visible()
    settled(page)
    page.locator(".st-key-forget-short-lived").get_by_role("button").click()
    expect(page.get_by_text("hf/short-lived ·")).to_have_count(0)
    assert (folder / "model.safetensors").is_file()
