"""A chatbot from a person's own conversations in a real Chromium: choose the task, drop a file, train, look where it looks."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import button, choose, settled, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 120_000  # milliseconds; a training begins, and ends
_NAMES = [first + last for first in ("Ba", "Do", "Fi", "Ge", "Hu", "Jo", "Ka", "Lu", "Mi", "No") for last in
          ("bri", "das", "dy", "fan", "gor", "kel", "lin", "mo", "nel", "ra", "shi", "tus")]  # fmt: skip
TALK = (
    "conversations:\n"
    + "".join(f"- - Hello, my name is {name}.\n  - Hello {name}!\n" for name in _NAMES)
    + "- - alone\n"
)


def test_a_file_of_conversations_is_dropped_trained_on_and_its_attention_looked_at(
    page: Page, request: pytest.FixtureRequest
) -> None:
    name = f"talk-{request.node.callspec.params['page']}"
    page.goto("/train")
    expect(page.get_by_role("combobox", name="Task")).to_be_visible(timeout=SLOW)
    choose(
        page, "Task", "chat · A sentence with unseen names to an answer that takes them up; or your own conversations"
    )
    uploader = page.get_by_test_id("stFileUploader").filter(has_text="Your own conversations")
    expect(uploader).to_be_visible(timeout=SLOW)
    box = uploader.locator("input[type=file]")
    box.set_input_files({"name": "broken.yml", "mimeType": "text/plain", "buffer": b"conversations:\n- [a, b\n"})
    expect(page.get_by_text("broken.yml")).to_be_visible()
    page.get_by_label("Name of the run", exact=True).fill(name)
    page.get_by_label("steps", exact=True).fill("60")
    page.keyboard.press("Enter")
    button(page, "Train").click()
    expect(page.get_by_text("broken.yml, line 2: not YAML")).to_be_visible(timeout=SLOW)
    uploader.get_by_role("button", name=re.compile("Remove|Delete")).click()
    expect(page.get_by_text("broken.yml")).to_have_count(0, timeout=SLOW)  # gone from the box, and what was said of it
    expect(uploader.get_by_text("20MB per file")).to_be_visible(timeout=SLOW)
    box.set_input_files({"name": "talk.yml", "mimeType": "text/plain", "buffer": TALK.encode()})
    expect(page.get_by_text("talk.yml", exact=True)).to_be_visible(timeout=SLOW)
    button(page, "Train").click()
    expect(page.get_by_text("talk.yml: 1 conversation without an answer, skipped (line 242)")).to_be_visible(
        timeout=SLOW
    )
    expect(page.get_by_text(f"{name} · done · step 60 of 60")).to_be_visible(timeout=SLOW)
    visit(page, "Look", "Attention")
    expect(page.get_by_role("combobox", name="Model")).to_have_value(name, timeout=SLOW)
    page.get_by_label("Source", exact=True).fill("Hello, my name is Zorblax.")
    page.keyboard.press("Enter")
    spots = page.locator(".spot")
    expect(spots).to_have_count(
        13, timeout=SLOW
    )  # 4 heads each of encoder, decoder and cross-attention, and the copy distribution
    page.locator(".spot[data-site*='cross_copying']").click()
    expect(page.get_by_text("cross · layer 1 · copied · head 1")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("read as <unk>: zorblax")).to_be_visible()
    expect(page.get_by_text("hello zorblax!")).to_be_visible()  # a word that no vocabulary holds was copied
    settled(page)
