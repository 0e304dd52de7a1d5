"""A run taken away for Hugging Face, from the page Train in a real Chromium: what is downloaded is a folder that it opens."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import button, settled, until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def opened(page: Page, run: str) -> None:
    page.goto(f"/train?watch={run}")
    page.get_by_text("Rename, delete, export, import").click()
    expect(button(page, "Hugging Face .zip")).to_be_visible()
    settled(page)


def test_a_transformer_is_downloaded_whole_and_what_does_not_fit_says_why(page: Page) -> None:
    opened(page, "demo/reverse-transformer")
    with page.expect_download() as caught:
        button(page, "Hugging Face .zip").click()
    with zipfile.ZipFile(io.BytesIO(Path(caught.value.path()).read_bytes())) as archive:
        names = {name.removeprefix("reverse-transformer-hf/") for name in archive.namelist()}
        config = json.loads(archive.read("reverse-transformer-hf/config.json"))
    assert names == {
        "README.md", "config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json",
    }  # fmt: skip
    assert config["model_type"] == "blenderbot" and config["encoder_layers"] == 1
    opened(page, "demo/reverse-gru")
    expect(button(page, "Hugging Face .zip")).to_be_disabled()
    reason = page.get_by_text("a recurrent model has not the shape")

    def told() -> bool:
        page.mouse.move(0, 0)  # what is drawn meanwhile takes the button from under the pointer
        button(page, "Hugging Face .zip").hover(force=True)
        page.wait_for_timeout(700)
        return reason.is_visible()

    until(page, told)
