"""Lessons are read as text, and what does not fit is said with its line and what to do."""

import pytest

from core.errors import DataError, InputError
from core.lessons.lesson import Question
from core.lessons.reading import LARGEST, read_lesson

GOOD = """---
title: Masks
goal: Say who may look at whom.
minutes: 5
hide: [layers, navigation]
---
## A window
Every token looks **two** to each side.

```step
page: masks
settings: {pattern: local, length: 24, window: 2, causal: false}
look: The band.
question: How many pairs are scored?
answer: 114
because: Count them.
```

## Wider
Now three.

```step
page: masks
settings: {window: 3}
look: The wider band.
question: Is it wider?
choices: ["yes", "no"]
answer: "yes"
because: It is.
```
"""


def read(text: str):
    return read_lesson(text.encode(), "x.md")


def test_a_lesson_is_its_header_and_its_steps():
    lesson = read(GOOD)
    assert (lesson.title, lesson.minutes, lesson.hide, lesson.asked) == ("Masks", 5, ("layers", "navigation"), 2)
    first, second = lesson.steps
    assert (first.page, first.look, first.words) == ("masks", "The band.", "Every token looks **two** to each side.")
    assert first.settings == {"pattern": "local", "length": 24, "window": 2, "causal": False}
    assert first.question == Question("How many pairs are scored?", 114.0, because="Count them.")
    assert second.question.choices == ("yes", "no") and second.question.answer == "yes"


def test_a_step_on_the_page_of_the_one_before_has_its_settings_too():
    assert read(GOOD).steps[1].settings == {"pattern": "local", "length": 24, "window": 3, "causal": False}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("---\ntitle", "title", "x.md, line 1: a lesson begins with a header"),
        ("minutes: 5\n", "", "x.md, line 1: expected “minutes:” and a whole number from 1 to 600"),
        ("minutes: 5", "minutes: soon", "x.md, line 4: expected “minutes:”"),
        ("goal: Say", "gaol: Say", "x.md, line 3: “gaol” is not known \\(did you mean goal\\?\\)"),
        ("page: masks", "page: mask", "x.md, line 11: there is no page “mask” \\(did you mean masks\\?\\)"),
        ("{pattern", "{patern", "x.md, line 12: the page masks has no setting “patern” \\(did you mean pattern\\?\\)"),
        ("window: 2", "window: 200", "x.md, line 12: window of the page masks is a whole number from 1 to 16"),
        ("causal: false", "causal: no", "x.md, line 12: causal of the page masks is true or false"),
        ("pattern: local", "pattern: locale", "x.md, line 12: pattern of the page masks is one of: full, causal, local"),
        ("{window: 3}", "{window: 3, layers: 2}", "x.md, line 19: “layers” is set here and not in the step before"),
        ("look: The band.\n", "", "x.md, line 10: expected “look:” and a text"),
        ("answer: 114\n", "", "x.md, line 14: the question has no answer"),
        ('answer: "yes"', "answer: perhaps", "x.md, line 26: 2 to 8 different choices are expected"),
        ("question: How many pairs are scored?\n", "", "x.md, line 14: “answer” without a question"),
        ("answer: 114", "answer: 114\ntolerance: -1", "x.md, line 16: a tolerance is a number from 0 on"),
        ("look: The band.", "look: [The band.", "x.md, line 1[0-9]: not YAML"),
        ("look: The band.", "look: *other", "x.md, line 13: not YAML"),
        ("look: The band.", "look: !!python/name:os.system x", "is wider|line"),
        ("```\n\n## Wider", "\n\n## Wider", "x.md"),
        ("hide: [layers,", "hide: [layer,", "x.md, line 5: there is no “layer” to hide \\(did you mean layers\\?\\)"),
        ("## A window\n", "", "x.md, line 7: words before the first step"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_with_its_line(old, new, said):
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    if "python/name" in new:
        assert read(text).steps[0].look == "x"  # a tag makes nothing
        return
    with pytest.raises(DataError, match=said):
        read(text)


@pytest.mark.parametrize(
    "words",
    ["![x](http://a.b/c.png)", "[x](/train)", "[x\ny](/train)", "[a]: http://a.b", "> [a]: http://a.b", "- > [a]: /train", "1. [a]: /train",
     "[a\nb]: /train", "[^1]: a footnote", "https://a.b", "so (HTTP://a.b)", "春http://a.b", "https&#58;//a.b", "https\\://a.b", "<https://a.b>",
     "<javascript:alert(1)>", "<a@b>", "www.a.b", "_www.a.b_", "me+you@a.bc", "me&commat;a.bc", "`https://a.b`"],
)  # fmt: skip
def test_words_with_a_link_are_refused_with_the_line_of_the_link(words):
    line = 11 if words == "[x\ny](/train)" else 10  # "](" stands in the second of its lines
    with pytest.raises(DataError, match=rf"x\.md, line {line}: “.*” becomes a picture or a link"):
        read(GOOD.replace("Every token looks", f"Every token.\n\n{words} looks"))


@pytest.mark.parametrize(
    "value", ["www.a.b", '"[x\\u005d(/train)"', '"[x]\\\n  (/train)"', '"https:\\x2f/a.b"', "|\n  see\n  me@a.bc"]
)
def test_a_link_that_the_quotes_of_a_block_hide_is_refused_too(value):
    with pytest.raises(DataError, match=r"x\.md, line 1[345]: “.*” becomes a picture or a link"):
        read(GOOD.replace("look: The band.", f"look: {value}"))


@pytest.mark.parametrize(
    "words",
    ["a:b and key: value", "$P(k \\mid q) < 1$, $[0, 1]$", "$$a_{ij} = \\frac{q_i \\cdot k_j}{\\sqrt{d}}$$", "`x[i]`, `d['a']: 1`", "hits@10, P@1.0",
     "`Q @ K.T`", "A [[Train]]: press it", "a<b:c>d", "<b>bold</b>", "http is a protocol; www too", "[0, 1] and (x)"],
)  # fmt: skip
def test_words_and_formulas_that_look_a_little_like_a_link_are_taken(words):
    assert words in read(GOOD.replace("Every token", f"{words} Every token")).steps[0].words


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe\x00", b"---\n" * 9, b"---\ntitle: \x00\n---\n", b"---\n" + b"[" * 60_000 + b"\n---\n", b"x" * (LARGEST + 1),
     b"---\na: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n---\n", "---\ntitle: ‮x\n---\n".encode(), b"---\n? [a]\n: b\n---\n"],
)  # fmt: skip
def test_a_hostile_file_is_refused_in_words(data):
    with pytest.raises(DataError, match=r"x\.md"):
        read_lesson(data, "x.md")


@pytest.mark.parametrize(
    ("given", "right"),
    [("0.25", True), ("0,25", True), (" .25 ", True), ("25%", True), ("25 %", True), ("0.26", True), ("0.27", False), ("-0.25", False),
     ("1/4", None), ("", None), ("nan", None), ("1e999", None)],
)  # fmt: skip
def test_a_number_is_right_within_its_tolerance_however_it_is_written(given, right):
    question = Question("?", 0.25, tolerance=0.01)
    if right is None:
        with pytest.raises(InputError, match="is no number"):
            question.right(given)
    else:
        assert question.right(given) is right


def test_a_word_is_right_whatever_its_capitals_and_thousands_may_have_commas():
    assert Question("?", "Softmax").right(" softmax ") and not Question("?", "Softmax").right("softmin")
    assert Question("?", 2048.0).right("2,048") and Question("?", 2048.0).right("２０４８")
