"""The table of keys: it names pages that there are, no key twice, and docs/keys.md says the same."""

from pathlib import Path

import pytest

from dashboard.components.keys import DRAWN, EVERYWHERE, PAGES, Key

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "keys.md").read_text(encoding="utf-8")


def line(key: Key) -> str:
    """A row of the document's tables."""
    return f"| {' '.join(key.caps())} | {key.does} |"


def section(title: str) -> list[str]:
    """The rows of a section's table."""
    text = DOCUMENT.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]
    return [row for row in text.splitlines() if row.startswith("| ")][1:]


@pytest.mark.parametrize("page", PAGES)
def test_the_document_lists_the_keys_of_a_page(page):
    assert (ROOT / "dashboard" / "views" / f"{page}.py").exists()
    assert section(f"`{page}`") == [line(key) for key in PAGES[page]]


def test_the_document_lists_what_holds_everywhere_and_no_page_more():
    assert section("On every page") == [line(key) for key in EVERYWHERE]
    assert section("In a picture") == [line(key) for key in DRAWN]
    assert DOCUMENT.count("\n## `") == len(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_no_key_of_a_page_does_two_things(page):
    pressed = [one for key in (*PAGES[page], *EVERYWHERE) for one in key.keys]
    assert len(pressed) == len(set(pressed))
