"""No English in scripts: what a person reads or hears in a drawing comes from Python, which knows the language."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_architecture import DRAWN, named

SCRIPTS = [path for path in DRAWN if path.suffix == ".js"]
# what is the same in every language: kinds of files, keys of a keyboard, marks of mathematics, names of machines' parts
SAME = {"SVG", "PNG", "Ctrl", "End", "log", "tanh", "px", "rgb", "bar"}
SAID = "aria-label|aria-description|aria-valuetext|aria-roledescription|title|placeholder|alt"
# where a text reaches a person: from here to the end of the statement or of the call
SINKS = re.compile(
    rf"""\.(?:textContent|title|placeholder|ariaLabel|label|innerText|alt)\s*=(?!=)
    |setAttribute\(\s*["'](?:{SAID})["']\s*,
    |["'](?:{SAID})["']\s*:
    |\.(?:append|replaceChildren|fillText|strokeText|say)\(
    |(?<![\w.])(?:make|draw|choice|button)\(""",
    re.VERBOSE,
)
WORD = re.compile(r"[^\W\d_]{2,}")


def strings(code: str) -> Iterator[tuple[int, str]]:
    """Every text of a script and where it begins; of a template only what stands outside its ${…}.

    >>> list(strings('a = "one"; // "no"\\nb = `two ${c ? "three" : d}`;'))
    [(4, 'one'), (23, 'two '), (34, 'three'), (46, '')]
    """
    tokens = re.compile(
        r"//[^\n]*|/\*.*?\*/|(?<=[(,=:&|!])\s*/(?![*/])(?:\\.|\[(?:\\.|[^\]])*\]|[^/\n])+/[dgimsuvy]*|[\"'`]", re.DOTALL
    )
    at = 0
    while found := tokens.search(code, at):
        mark, at = found[0], found.end()
        if mark == "`":
            at = yield from template(code, at)
        elif mark in "\"'":
            end = re.compile(rf"(?:\\.|[^{mark}\\\n])*").match(code, at).end()
            yield found.start(), code[at:end]
            at = end + 1


def template(code: str, at: int) -> Iterator[tuple[int, str]]:
    """Of a template that begins here; returns where it ends."""
    start, begun = at - 1, at
    while code[at] != "`":
        if code.startswith("${", at):
            yield start, code[begun:at]
            end = closing(code, at + 2)
            yield from ((at + 2 + place, text) for place, text in strings(code[at + 2 : end]))
            start = begun = at = end + 1
        else:
            at += 2 if code[at] == "\\" else 1
    yield start, code[begun:at]
    return at + 1


def closing(code: str, at: int) -> int:
    """Where the brace closes that is open here."""
    depth = 1
    while True:
        if code[at] == "`":
            parts = template(code, at + 1)
            try:
                while True:
                    next(parts)
            except StopIteration as end:
                at = end.value
            continue
        depth += {"{": 1, "}": -1}.get(code[at], 0)
        if not depth:
            return at
        at += 1


def reach(code: str, at: int) -> int:
    """The end of what begins here: its statement, or the call that it stands in."""
    depth = 0
    for place in range(at, len(code)):
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(code[place], 0)
        if depth < 0 or (depth == 0 and code[place] in ";\n"):
            return place
    return len(code)


def arguments(code: str, start: int) -> list[tuple[int, int]]:
    """The arguments of a call that was just opened."""
    end, found, depth, begun = reach(code, start), [], 0, start
    for place in range(start, end):
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(code[place], 0)
        if code[place] == "," and depth == 0:
            found.append((begun, place))
            begun = place + 1
    return [*found, (begun, end)]


def said(code: str) -> Iterator[tuple[int, int]]:
    """Parts of a script whose texts reach a person."""
    for sink in SINKS.finditer(code):
        maker = re.fullmatch(r"(make|draw|choice|button)\(", sink[0])
        if maker is None:
            yield sink.end(), reach(code, sink.end())
            continue
        text = {"make": 3, "draw": 3, "choice": 1, "button": 1}[maker[1]]
        yield from arguments(code, sink.end())[text : text + 1]


def around(code: str, at: int) -> str:
    """The bracket that a text stands in, and what is before it: `words[`, `make(`."""
    depth = 0
    for place in range(at - 1, -1, -1):
        depth += {")": 1, "]": 1, "}": 1, "(": -1, "[": -1, "{": -1}.get(code[place], 0)
        if depth < 0:
            name = re.search(r"[\w.\])]*$", code[:place])
            return (name[0] if name else "") + code[place]
    return ""


def name_only(code: str, at: int) -> bool:
    """Whether a text names something: a column, a class, an element, a field of an object."""
    before = code[:at].rstrip()
    inside = around(code, at)
    index = inside.endswith("[") and len(inside) > 1
    field = re.search(r"[{,]\s*(\w+):$", before)
    compared = before.endswith(("===", "!=="))
    return index or compared or (field is not None and field[1] not in ("text", "title", "label", "alt"))


def words(code: str) -> Iterator[str]:
    """Words that stand in a script and are said."""
    places = list(said(code))
    for at, text in strings(code):
        sinks = [start for start, end in places if start <= at < end]
        # what a call inside is given (make("div", "title")) is its own matter
        maker = re.fullmatch(
            r"(?:\w+\.)*(?:make|draw|choice|button|getAttribute|querySelector|closest|matches|toggle|add|\w+Of)\(",
            around(code, at),
        )
        own = not maker or any(around(code, start) == maker[0] for start in sinks if around(code, start))
        if sinks and own and not name_only(code, at):
            plain = re.sub(r"\\(?:u[0-9a-fA-F]{4}|.)", " ", text)
            yield from (word for word in WORD.findall(plain) if word not in SAME)


@pytest.mark.parametrize("path", SCRIPTS, ids=named)
def test_a_script_has_no_words_of_its_own(path: Path):
    found = list(words(path.read_text(encoding="utf-8")))
    assert not found, f"these come from Python, where they are translated: {found}"


@pytest.mark.parametrize(
    "code",
    [
        'this.title.textContent = "Nothing here";',
        'spot.setAttribute("aria-label", `Force ${token}`);',
        'make("div", "note", host, on ? "largest" : words.low);',
        'pen.fillText("max", 1, 2);',
        "this.said.append(` of ${n}`);",
        'draw("title", {}, svg, "Tree");',
        'this.note.textContent = ends.join(" to ");',
    ],
)
def test_a_word_in_a_script_would_be_found(code: str):
    assert list(words(code))


def test_what_is_no_word_is_let_alone():
    code = 'make("div", "small wide", host, words.low); one.setAttribute("class", "best path"); a.textContent = `${b} · 1.0`;'
    assert not list(words(code))


def test_style_sheets_have_no_words():
    loud = [
        named(path)
        for path in DRAWN
        if path.suffix == ".css" and re.search(r"content:\s*[\"'][^\"']*[^\W\d_]{2,}", path.read_text("utf-8"))
    ]
    assert not loud, loud
