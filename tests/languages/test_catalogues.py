"""The catalogues: they hold the texts of the code, each is translated, and a translation can be filled in as the text can."""

import re
import string

import pytest
from babel.messages.catalog import Catalog

from core.language import COMPILED, FOLDER
from tests.languages.catalogues import TRANSLATED, brought_up_to_date, compiled, read, templates, to_po

SHOWN = 12  # texts that a failure names, of each catalogue
# what may stay as it is: symbols, names of methods, formats and programs; names of settings that are said in no other way
SAME = re.compile(
    r"[^A-Za-z]*|.*\{\w+[^}]*\}.*|[A-Z][\w+-]*( [A-Z0-9.][\w+-]*)*|[Σ−]?.{0,12}(log p|p \(\w+\)|BLEU|chrF|nats|F1|µs|MiB|MB).{0,12}"
    r"|<\w+>|\w|\S*[/_]\S*|\n    attnlab .*",
    re.DOTALL,
)
NAMES = {
    "top k", "top p", "min p", "typical", "epsilon", "dropout", "beta2", "one-hot", "Hugging Face .zip", "pre-norm", "post-norm", "same",
    "valid", "I saw a saw", "attention-map",
}  # fmt: skip
KEYS = {"logp", "bleu", "selection", "rows", "columns", "cells", "title", "changed", "lines"}  # beside heads of tables


@pytest.fixture(scope="module")
def rooms() -> dict[str, Catalog]:
    return templates()


@pytest.fixture(scope="module", params=TRANSLATED)
def language(request: pytest.FixtureRequest) -> str:
    return request.param


def test_a_catalogue_holds_the_texts_of_the_code_and_no_others(language: str, rooms: dict[str, Catalog]) -> None:
    files = {path.stem for path in (FOLDER / language).glob("*.po")}
    assert files == set(rooms), "bring them up to date: python -m tests.languages"
    old = [
        room
        for room, template in rooms.items()
        if (FOLDER / language / f"{room}.po").read_bytes() != to_po(brought_up_to_date(language, room, template))
    ]
    assert old == [], "bring them up to date: python -m tests.languages"


def test_what_is_compiled_is_what_the_catalogues_say(language: str) -> None:
    assert (FOLDER / language / COMPILED).read_bytes() == compiled(language), "compile them: python -m tests.languages"


def test_every_text_is_translated(language: str, rooms: dict[str, Catalog]) -> None:
    missing = {
        room: texts
        for room in rooms
        if (texts := [one.id for one in read(language, room) if one.id and (not one.string or one.fuzzy)])
    }
    told = [f"{room}: {len(texts)}, {texts[:SHOWN]}" for room, texts in missing.items()]
    assert told == []


def test_a_translation_has_the_places_of_its_text(language: str, rooms: dict[str, Catalog]) -> None:
    """A language may leave out a number that it does not write twice, but never name what is not there."""
    wrong = [
        f"{room}: {one.id!r} → {one.string!r}"
        for room in rooms
        for one in read(language, room)
        if one.id and one.string and places(one.string) != places(one.id)
    ]
    assert wrong == []


def test_a_translation_is_not_the_english_text_again(language: str, rooms: dict[str, Catalog]) -> None:
    same = [
        f"{room}: {one.id!r}"
        for room in rooms
        for one in read(language, room)
        if one.id and one.string == one.id and one.id not in NAMES | KEYS and not SAME.fullmatch(one.id)
    ]
    assert same == []


def places(text: str) -> set[str]:
    """Where values go, with how they are written."""
    try:
        return {f"{name}{how}:{form}" for _, name, form, how in string.Formatter().parse(text) if name is not None}
    except ValueError:  # a text that is never filled in may have braces of its own
        return set(re.findall(r"[{}]", text))


def hidden_bold(text: str) -> list[str]:
    """Stars of Markdown that are shown as stars: between a letter and what may begin or end with a sign (CommonMark, 6.2).

    >>> hidden_bold("在第**{at}**步"), hidden_bold("在第 **{at}** 步"), hidden_bold("**头**的")
    (['第**{', '}**步'], [], [])
    """
    parts = text.split("**")
    if len(parts) % 2 == 0:  # a power, no bold
        return []
    found = []
    for before, inner, after in zip(parts[::2], parts[1::2], parts[2::2]):
        if before[-1:].isalnum() and inner and not inner[0].isalnum():
            found.append(f"{before[-1]}**{inner[0]}")
        if after[:1].isalnum() and inner and not inner[-1].isalnum():
            found.append(f"{inner[-1]}**{after[0]}")
    return found


def test_what_is_meant_to_be_bold_is(language: str, rooms: dict[str, Catalog]) -> None:
    hidden = {
        one.string: stars for room in rooms for one in read(language, room) if (stars := hidden_bold(str(one.string)))
    }
    assert hidden == {}, "put a space outside of the stars"
