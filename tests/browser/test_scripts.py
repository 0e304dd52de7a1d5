"""Tokens in Latin, Chinese, Arabic and Devanagari letters, in everything that draws one: in their order, whole, and from their side."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.components import Gallery
from tests.browser.gallery_words import FOUR

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
ARABIC, DEVANAGARI = FOUR[2], FOUR[3]

# what canvases are asked to write from now on, and from which side
LISTEN = """() => {
    window.written = {};
    const write = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
        window.written[text] = this.direction;
        return write.call(this, text, ...rest);
    };
}"""
# from left to right, where the letters of a text of SVG begin
PLACES = "(text) => Array.from({ length: text.getNumberOfChars() }, (_, i) => text.getExtentOfChar(i).x)"
BOXES = """(element, word) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const from = node.data.indexOf(word);
        if (from < 0) continue;
        return Array.from(node.data.slice(from), (_, i) => {
            const range = document.createRange();
            range.setStart(node, from + i);
            range.setEnd(node, from + i + 1);
            return range.getBoundingClientRect().x;
        });
    }
}"""


@pytest.fixture
def scripts(shown: Gallery) -> Page:
    page = shown.open("scripts")
    expect(page.locator(".live-figure .xtick text")).to_have_count(4)
    return page


def test_an_arabic_word_runs_from_right_to_left_and_its_exclamation_mark_ends_it(scripts: Page) -> None:
    for place in (".arcbox .target .word", ".treebox text"):
        drawn = scripts.locator(place).filter(has_text=ARABIC).first
        assert drawn.evaluate("(text) => getComputedStyle(text).unicodeBidi") == "plaintext"
        places = drawn.evaluate(PLACES)
        assert len(places) == len(ARABIC)
        assert places == sorted(places, reverse=True), f"{place}: {places}"
    candidate = scripts.locator(".candidate .token").filter(has_text=ARABIC).first
    boxes = candidate.evaluate(BOXES, ARABIC)
    assert boxes == sorted(boxes, reverse=True)


def test_a_number_behind_an_arabic_word_stays_at_its_right(scripts: Page) -> None:
    tick = scripts.locator(".live-figure .xtick text").filter(has_text=ARABIC)
    places = tick.evaluate(PLACES)
    word, number = places[1 : 1 + len(ARABIC)], places[-3:]  # an isolate stands before the word
    assert word == sorted(word, reverse=True)
    assert max(word) < min(number) and number == sorted(number)
    sentence = scripts.get_by_text("It wrote").first.evaluate(BOXES, ARABIC)
    word, number = sentence[: len(ARABIC)], sentence[len(ARABIC) + 3 : len(ARABIC) + 6]
    assert word == sorted(word, reverse=True) and max(word) < min(number)


def test_canvases_write_an_arabic_word_from_the_right_and_others_from_the_left(scripts: Page, shown: Gallery) -> None:
    scripts.evaluate(LISTEN)
    shown.darken()  # all is drawn anew
    scripts.wait_for_function("(word) => window.written[word]", arg=ARABIC)
    written = scripts.evaluate("window.written")
    assert {word: written[word] for word in FOUR} == {word: "rtl" if word == ARABIC else "ltr" for word in FOUR}


def test_devanagari_s_conjuncts_are_joined(scripts: Page) -> None:
    word = scripts.locator(".arcbox .target .word").filter(has_text=DEVANAGARI).first
    joined = word.evaluate("(text) => text.getComputedTextLength()")
    apart = word.evaluate(
        """(text, word) => {
            const letters = text.cloneNode();
            letters.textContent = [...word].join("\\u200c");
            text.parentNode.append(letters);
            const length = letters.getComputedTextLength();
            letters.remove();
            return length;
        }""",
        DEVANAGARI,
    )
    assert joined < 0.9 * apart
