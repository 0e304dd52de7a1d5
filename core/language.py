"""The language people are spoken to in: every text meant for a person passes through here.

Texts stand in the code in English, where they are used: `tr("there is no run {name!r}", name=name)`. What is said later than it
is written, as the choices of a menu, is marked where it stands (`mark("greedy")`) and translated where it is shown.
Translations are gettext catalogues, `assets/languages/LANGUAGE/ROOM.po`: a file for each part of the house, for any editor of
such files. `python -m tests.languages` brings them up to date with the code and compiles them. A text without a translation is
said in English; tests/test_languages.py finds each of them.

Like the workspace of whoever asks (core/runs/workspace.py), whom a text is for cannot be a parameter of all that may raise an
error: a program says once how it is known.
"""

import gettext
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "zh": "简体中文"}  # each in its own words
VARIABLE = "ATTNLAB_LANGUAGE"
COMPILED = "attnlab.mo"  # of all catalogues of a language
FOLDER = Path(__file__).resolve().parents[1] / "assets" / "languages"

_spoken: Callable[[], str] | None = None
_within: ContextVar[str | None] = ContextVar("language spoken within", default=None)  # others speak theirs meanwhile


def ask(spoken: Callable[[], str] | None) -> None:
    """Say how the language of whoever is spoken to is known; None: by the environment variable ATTNLAB_LANGUAGE."""
    global _spoken
    _spoken = spoken


@contextmanager
def speaking(chosen: str) -> Iterator[None]:
    """Speak a language, a key of LANGUAGES, within; other threads go on in theirs."""
    before = _within.set(chosen)
    try:
        yield
    finally:
        _within.reset(before)


def language() -> str:
    """The language of whoever is spoken to, a key of LANGUAGES.

    >>> language()
    'en'
    """
    wanted = _within.get() or (os.environ.get(VARIABLE, ENGLISH) if _spoken is None else _spoken())
    return wanted if wanted in LANGUAGES else nearest(wanted) or ENGLISH


def nearest(wanted: str | None) -> str | None:
    """The language of LANGUAGES that a locale asks for, or None.

    >>> nearest("zh-CN"), nearest("zh_CN.UTF-8"), nearest("en"), nearest("fr")
    ('zh', 'zh', 'en', None)
    """
    code = (wanted or "").replace("_", "-").split("-")[0].split(".")[0].lower()
    return code if code in LANGUAGES else None


def tr(text: str, /, **values: Any) -> str:
    """A text in the language of whoever is spoken to.

    Args:
        text: in English, as it stands in the catalogues, with {name} where a value goes; values: what goes there.
            Without values nothing is replaced.

    >>> tr("{count:,} of {total:,} steps", count=1200, total=3000)
    '1,200 of 3,000 steps'
    """
    if isinstance(text, _Filled):
        return tr(text.text, **text.values)
    chosen = language()
    said = text if chosen == ENGLISH or not text else _catalogue(chosen).gettext(text)
    return said.format(**values) if values else said


def tr_count(number: int, one: str, many: str, /, **values: Any) -> str:
    """One of two texts: for one thing, and for {n} of them; a language that does not tell them apart translates both alike.

    >>> tr_count(1, "1 head", "{n} heads"), tr_count(8, "1 head", "{n} heads")
    ('1 head', '8 heads')
    """
    return tr(one if number == 1 else many, n=number, **values)


def tr_each(words: Mapping[str, str]) -> dict[str, str]:
    """Texts under names, each in the language of whoever is spoken to: what a drawing shows.

    >>> tr_each({"idle": "Point at a cell to read it."})
    {'idle': 'Point at a cell to read it.'}
    """
    return {name: tr(text) for name, text in words.items()}


class _Filled(str):
    """A marked text with its values: read as any text it is English, and `tr` says the same in another language."""

    text: str
    values: Mapping[str, Any]


def mark(text: str, /, **values: Any) -> str:
    """A text that is translated where it is shown, `tr(text)`: marked, so that it stands in the catalogues.

    Args:
        text: as `tr` has it; values: what goes into it, in every language.

    >>> mark("at most {most} words", most=8), tr(mark("at most {most} words", most=8))
    ('at most 8 words', 'at most 8 words')
    """
    if not values:
        return text
    filled = _Filled(text.format(**values))
    filled.text, filled.values = text, values
    return filled


@cache
def _catalogue(chosen: str) -> gettext.NullTranslations:
    with (FOLDER / chosen / COMPILED).open("rb") as file:
        return gettext.GNUTranslations(file)
