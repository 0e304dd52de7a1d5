"""Dates as people write them to ISO 8601, in the patterns of the Unicode CLDR."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from random import Random
from typing import ClassVar

from babel import Locale
from babel.dates import format_date, tokenize_pattern

from core.data.batch import Example
from core.data.vocabulary import Vocabulary
from core.errors import SettingError
from core.language import tr
from core.settings import setting
from core.tasks.task import AbstractTask

LOCALES = ("en", "de", "fr", "es", "ru", "ar", "zh", "ja")
_ISO = "0123456789-"


@dataclass(frozen=True)
class Pattern:
    """One CLDR pattern of one locale, taken apart once so that writing a date is a few look-ups.

    Attributes:
        locale: for example "de".
        pattern: in CLDR's letters, for example "EEEE, d. MMMM y".
        pieces: pairs (field, texts): field "" has its literal as only text; E has seven, M twelve, d 31, y none.
    """

    locale: str
    pattern: str
    pieces: tuple[tuple[str, tuple[str, ...]], ...]

    def write(self, day: date) -> str:
        """The date in this pattern, as a person would type it: what Babel writes, made readable."""
        at = {"": 0, "d": day.day - 1, "M": day.month - 1, "E": day.weekday()}
        year = str(day.year)
        return "".join([year if field == "y" else texts[at[field]] for field, texts in self.pieces])

    @cached_property
    def expression(self) -> re.Pattern[str]:
        """What matches a date in this pattern, with a group for each of y, M, d."""
        groups = {"d": "(?P<d>{})", "M": "(?P<M>{})", "y": "(?P<y>[0-9]{{4}})"}
        parts = []
        for field, texts in self.pieces:
            choice = "|".join(re.escape(text) for text in sorted(texts, key=len, reverse=True))
            parts.append(groups.get(field, "(?:{})").format(choice))
        return re.compile("".join(parts))

    def read(self, text: str) -> date | None:
        """The date that a text in this pattern means; the weekday is not checked."""
        found = self.expression.fullmatch(text)
        if found is None:
            return None
        texts = dict(self.pieces)
        try:
            return date(int(found["y"]), texts["M"].index(found["M"]) + 1, texts["d"].index(found["d"]) + 1)
        except ValueError:  # 31 February
            return None

    @property
    def shape(self) -> tuple[str, ...]:
        """What is left of a pattern when it cannot be seen which number is the day and which the month."""
        return tuple("number" if field in ("d", "M") else field or texts[0] for field, texts in self.pieces)

    @property
    def month_is_number(self) -> bool:
        """Whether the month is written in digits alone."""
        return all(text.isdigit() for field, texts in self.pieces if field == "M" for text in texts)

    @property
    def order(self) -> tuple[str, ...]:
        """The fields d, M, y as they follow each other."""
        return tuple(field for field, _ in self.pieces if field in ("d", "M", "y"))


@dataclass(frozen=True)
class Dates(AbstractTask):
    """A date as people write it in, its ISO 8601 form out; one character a token on both sides.

    Patterns are those of the Unicode CLDR that show day, month and full year: short, medium, long and full, and the
    skeletons yMd, yMEd, yMMMd, yMMMEd … of each locale. Left out: years of two digits, since nothing tells the century;
    and, in `mixed`, patterns whose month is a number and that look alike in two locales but mean different orders
    (3/4/2018). What is left has one answer. Signs that cannot be typed are made readable: every kind of space is a
    space, marks of writing direction are dropped.

    Held out: calendar days, not texts. A day of the test split was never seen in training, in no notation.

    Settings: `locale` (mixed, or one), `earliest` and `latest` year.

    Source: the patterns and names are CLDR's, through Babel; the task is that of the TensorFlow and Keras tutorials.

    >>> task = Dates()
    >>> task.join_target(task.reference(task.tokenize("Dienstag, 13. März 2018")))
    '2018-03-13'
    >>> task.join_target(task.reference(task.tokenize("2018年3月13日")))
    '2018-03-13'
    >>> task.reference(task.tokenize("3/4/2018")) is None  # nobody knows; with locale="en" it is 4 March
    True
    """

    name: ClassVar[str] = "dates"
    summary: ClassVar[str] = "dates as people write them in eight languages to ISO 8601"

    locale: str = setting("mixed", choices=("mixed", *LOCALES), help="whose patterns; one locale is learned faster")
    earliest: int = setting(1900, low=1000, high=9999, help="first year")
    latest: int = setting(2099, low=1000, high=9999, help="last year")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.earliest > self.latest:
            raise SettingError(
                tr(
                    "earliest={earliest} is after latest={latest}; swap them",
                    earliest=self.earliest,
                    latest=self.latest,
                )
            )

    @cached_property
    def patterns(self) -> tuple[tuple[Pattern, ...], ...]:
        """The patterns in use, those of each locale together."""
        return resolvable([_patterns(locale) for locale in (LOCALES if self.locale == "mixed" else (self.locale,))])

    def sample(self, rng: Random) -> Example:
        """A locale, a pattern and a day, each drawn evenly."""
        pattern = rng.choice(rng.choice(self.patterns))
        first, last = self._days
        day = date.fromordinal(rng.randrange(first, last + 1))
        return Example(tuple(pattern.write(day)), tuple(day.isoformat()))

    def held_out_by(self, example: Example) -> Sequence[str]:
        """The calendar day."""
        return example.target

    def build_vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """All characters of all names and patterns in use, and those of ISO 8601."""
        characters = set("0123456789")
        for pattern in (pattern for group in self.patterns for pattern in group):
            for _, texts in pattern.pieces:
                characters.update(*texts)
        return Vocabulary.of(characters), Vocabulary.of(_ISO)

    def tokenize(self, text: str) -> list[str]:
        """One token a character, spaces included."""
        return list(readable(text))

    def tokenize_target(self, text: str) -> list[str]:
        """One token a character."""
        return list(text.strip())

    def join(self, tokens: Sequence[str]) -> str:
        """Characters side by side."""
        return "".join(tokens)

    def join_target(self, tokens: Sequence[str]) -> str:
        """Characters side by side."""
        return "".join(tokens)

    def reference(self, source: Sequence[str]) -> tuple[str, ...] | None:
        """The ISO form, if the patterns in use read the source in exactly one way."""
        text = "".join(source)
        readings = {pattern.read(text) for group in self.patterns for pattern in group} - {None}
        return tuple(readings.pop().isoformat()) if len(readings) == 1 else None

    @cached_property
    def _days(self) -> tuple[int, int]:
        return date(self.earliest, 1, 1).toordinal(), date(self.latest, 12, 31).toordinal()


def readable(text: str, *, ends: bool = True) -> str:
    """Spaces of every kind as one plain space, marks of direction dropped, composed; ends stripped if asked.

    >>> readable("3\\u200f/4\\u200f/2018"), readable("3 мая 2018\\u202fг.")
    ('3/4/2018', '3 мая 2018 г.')
    """
    seen = "".join(sign for sign in unicodedata.normalize("NFC", text) if unicodedata.category(sign) != "Cf")
    spaced = re.sub(r"\s+", " ", seen)
    return spaced.strip() if ends else spaced


def resolvable(groups: Iterable[tuple[Pattern, ...]]) -> tuple[tuple[Pattern, ...], ...]:
    """Those patterns whose numbers can be read in one way only, given all the others."""
    groups = tuple(groups)
    orders: dict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)
    for pattern in (pattern for group in groups for pattern in group if pattern.month_is_number):
        orders[pattern.shape].add(pattern.order)
    kept = (
        tuple(pattern for pattern in group if not pattern.month_is_number or len(orders[pattern.shape]) == 1)
        for group in groups
    )
    return tuple(group for group in kept if group)


@cache
def _patterns(locale: str) -> tuple[Pattern, ...]:
    known = Locale.parse(locale)
    texts = [known.date_formats[length].pattern for length in ("short", "medium", "long", "full")]
    texts += [known.datetime_skeletons[skeleton].pattern for skeleton in sorted(known.datetime_skeletons)]
    found = (_parse(locale, text) for text in dict.fromkeys(texts))
    return tuple(pattern for pattern in found if pattern is not None)


def _parse(locale: str, text: str) -> Pattern | None:
    """The pattern in pieces; None if it does not show exactly a day, a month and a full year, or shows more."""
    pieces: list[tuple[str, tuple[str, ...]]] = []
    for kind, value in tokenize_pattern(text):
        if kind == "chars":
            if pieces and pieces[-1][0] == "":  # a quoted literal ends where the next begins
                value = pieces.pop()[1][0] + value
            pieces.append(("", (readable(value, ends=False),)))
            continue
        letter, width = value
        field = "E" if letter in "Ec" else "M" if letter in "ML" else letter
        if field not in "EMdy" or (field == "y" and width == 2):
            return None
        pieces.append((field, _texts(locale, field, letter * width)))
    fields = [field for field, _ in pieces if field]
    complete = sorted(fields) in (["M", "d", "y"], ["E", "M", "d", "y"])
    return Pattern(locale, text, tuple(pieces)) if complete else None


def _texts(locale: str, field: str, symbol: str) -> tuple[str, ...]:
    days = {
        "M": [date(2018, month, 1) for month in range(1, 13)],
        "d": [date(2018, 1, day) for day in range(1, 32)],
        "E": [date(2018, 1, day) for day in range(1, 8)],  # 1 January 2018 was a Monday
        "y": [],
    }
    return tuple(readable(format_date(day, symbol, locale=locale)) for day in days[field])
