"""A lesson of a lecturer's own in a real Chromium: a file is dropped, hides what it says, turns its pages by keys, and is handed out."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.pages import settled

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
LESSON = """---
title: Nobody looks ahead
goal: See the mask of a decoder.
minutes: 3
hide: [navigation, layers]
---
## The triangle

A decoder writes from left to right.

```step
page: masks
settings: {pattern: full, length: 12, window: 4, causal: true}
look: Above the diagonal everything is forbidden.
question: How many tokens may the 10th token look at?
answer: 10
because: The nine before it, and itself.
```

## With a window

A narrow one costs less.

```step
page: masks
settings: {pattern: local, length: 12, window: 2, causal: true}
look: Only what is near.
```
"""


def bar(page: Page) -> Locator:
    return page.get_by_test_id("stSidebar")


def bring(page: Page, name: str, text: str) -> None:
    page.goto("/lessons")
    place = page.get_by_test_id("stFileUploader").locator("input[type=file]")
    expect(place).to_be_attached(timeout=60_000)
    place.set_input_files({"name": name, "mimeType": "text/markdown", "buffer": text.encode()})


def test_a_lesson_is_brought_hides_controls_is_answered_and_opens_elsewhere_by_its_link(page: Page) -> None:
    name = f"ahead-{page.viewport_size['width']}"
    bring(page, f"{name}.md", LESSON)
    expect(page.get_by_text(f"kept as own/{name}")).to_be_visible(timeout=60_000)
    page.locator(f".st-key-begin-own-{name}").get_by_role("button").click()
    expect(page).to_have_url(re.compile("/masks[?]"))
    expect(bar(page).get_by_text("step 1 of 2")).to_be_visible(timeout=60_000)
    settled(page)
    expect(page.locator(".st-key-length")).to_be_visible()
    expect(page.locator(".st-key-layers")).not_to_be_visible()
    expect(page.get_by_role("navigation").get_by_role("button", name="Look")).to_have_count(0)
    bar(page).get_by_role("textbox").fill("10")
    bar(page).get_by_role("button", name="Check").click()
    expect(bar(page).get_by_text("The nine before it, and itself.")).to_be_visible()
    bar(page).get_by_role("button", name="Next").click()
    expect(bar(page).get_by_text("step 2 of 2")).to_be_visible()
    expect(page.locator(".st-key-window input")).to_have_value("2")
    settled(page)
    link = page.url
    elsewhere = page.context.new_page()  # a session of its own
    elsewhere.goto(link)
    expect(bar(elsewhere).get_by_text("step 2 of 2")).to_be_visible(timeout=60_000)
    expect(elsewhere.locator(".st-key-window input")).to_have_value("2")
    elsewhere.close()
    bar(page).get_by_role("button", name="Leave the lesson").click()
    expect(page.locator(".st-key-layers")).to_be_visible()
    expect(page.get_by_role("navigation").get_by_role("button", name="Look")).to_be_visible()


def test_a_file_that_is_no_lesson_says_what_and_where(page: Page) -> None:
    bring(page, "broken.md", LESSON.replace("page: masks", "page: maks", 1))
    expect(page.get_by_text(re.compile("maks.*did you mean masks"))).to_be_visible(timeout=60_000)
    settled(page)
