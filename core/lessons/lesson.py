"""A lesson: steps, each with words, a page of the app with its settings, what to look at, and mostly a question.

A question has an answer that is checked: one of its choices, a number within a tolerance, or a word. Where it can be, the answer
stands on the page of its step, so whoever looks can find it.
"""

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import InputError
from core.language import tr

_INTERFACE = re.compile(r"\[\[([^\[\]\n]{1,80})\]\]")


@dataclass(frozen=True)
class Question:
    """Something asked.

    Attributes:
        text: the question; answer: a number, or the words that are right (with choices, one of them).
        choices: what may be chosen, or nothing where one types; tolerance: how far a number may be off.
        because: what is said once it was answered right.
    """

    text: str
    answer: str | float
    choices: tuple[str, ...] = ()
    tolerance: float = 0.0
    because: str = ""

    @property
    def by_number(self) -> bool:
        """Whether a number is asked for."""
        return not isinstance(self.answer, str)

    def right(self, given: str) -> bool:
        """Whether this is the answer.

        Args:
            given: as it was chosen or typed; of a word, capitals and spaces at the ends do not count.

        Raises:
            InputError: a number is asked for, and this is none.

        >>> Question("How many?", 114.0, tolerance=0.5).right(" 114 "), Question("Which?", "B", ("A", "B")).right("A")
        (True, False)
        """
        if isinstance(self.answer, str):
            return _plain(given) == _plain(self.answer)
        return abs(_number(given) - self.answer) <= self.tolerance + 1e-9 * abs(self.answer)


@dataclass(frozen=True)
class Step:
    """A step of a lesson.

    Attributes:
        title, words: Markdown without pictures and links, to be shown as `spoken` says it; page: of the app, a key of PAGES; settings: of its widgets, by key.
        look: what to look at there; question: None where nothing is asked; hide: keys of widgets that are not shown.
        line: of the file, where it begins, counted from 1.
    """

    title: str
    words: str
    page: str
    settings: Mapping[str, Any]
    look: str
    question: Question | None = None
    hide: tuple[str, ...] = ()
    line: int = 1


@dataclass(frozen=True)
class Lesson:
    """A lesson, read and checked.

    Attributes:
        title, goal: in a few words; minutes: about how long it takes; steps: one at least.
        hide: what no step of it shows: keys of widgets, and NAVIGATION.
    """

    title: str
    goal: str
    minutes: int
    steps: tuple[Step, ...]
    hide: tuple[str, ...] = ()

    @property
    def asked(self) -> int:
        """How many questions there are."""
        return sum(step.question is not None for step in self.steps)

    def hidden(self, at: int) -> tuple[str, ...]:
        """What is not shown at a step, counted from 0."""
        return (*self.hide, *self.steps[at].hide)


def spoken(text: str) -> str:
    """A text of a lesson as it is shown: what stands in [[…]] is what the interface calls it, in the language of whoever asks.

    >>> spoken("Press [[Train]], then look.")
    'Press “Train”, then look.'
    """
    return _INTERFACE.sub(lambda found: f"“{tr(found[1])}”", text)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _number(given: str) -> float:
    text = unicodedata.normalize("NFKC", given).strip().replace("−", "-")
    share = text.endswith("%")
    text = text.rstrip("%").strip()
    text = text.replace(",", "") if "." in text or text.count(",") > 1 else _comma(text)
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found) or len(text) > 40:
        raise InputError(tr("“{given}” is no number; type one as 12, 0.25 or 40%", given=given[:40]))
    return found / 100 if share else found


def _comma(text: str) -> str:
    """One comma is a decimal one, but where three digits follow it parts thousands.

    >>> _comma("0,25"), _comma("2,048")
    ('0.25', '2048')
    """
    whole, comma, rest = text.partition(",")
    parts_thousands = len(rest) == 3 and rest.isdecimal() and whole.lstrip("-+0") != ""
    return text.replace(",", "" if parts_thousands else ".") if comma else text
