"""Number words to digits: German says the units before the tens, so attention must cross."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from random import Random
from typing import ClassVar

from core.data.batch import Example
from core.data.vocabulary import Vocabulary
from core.errors import MissingExtra
from core.language import tr
from core.settings import setting
from core.tasks.task import AbstractTask

# the characters of all words below a million; written down so that a run opens where num2words is not installed
ALPHABETS = {
    "de": "abcdefghilnrstuvwzßöü",
    "nl": "acdefghijlnorstuvwzéë",
    "en": " ,-adefghilnorstuvwxyz",
    "fr": " -acdefghilmnopqrstuvxzé",
    "es": " acdehilmnoqrstuvyzéó",
    "it": "acdeilmnoqrstuvzé",
    "pt": " acdehilmnoqrstuvzê",
    "sv": " adefghijlmnorstuvxyåö",
    "ru": " авдеиклмнопрстцчшыья",
    "pl": " acdeijmnoprstwyząćęś",
    "cs": " acdeijlmnoprstuvyáíčěřš",
}
_DIGITS = "0123456789"


@dataclass(frozen=True)
class NumberWords(AbstractTask):
    """A number in words in, its digits out; one character a token on both sides.

    One draw in four takes its number below a random power of ten, so that short numbers are seen too. Drawing needs
    the package num2words (an extra); tokenizing, and opening a trained run, does not.

    Settings: `language`, `highest`. Held out: numbers.

    Source: the words are those of num2words.

    >>> task = NumberWords()
    >>> task.join_target(task.reference(task.tokenize("siebenundvierzig")))
    '47'
    >>> words(4711, "de")
    'viertausendsiebenhundertelf'
    """

    name: ClassVar[str] = "numbers"
    summary: ClassVar[str] = "numbers in words, of eleven languages, to digits"

    language: str = setting("de", choices=tuple(ALPHABETS), help="whose words; de and nl say units before tens")
    highest: int = setting(9999, low=99, high=999_999, help="largest number")

    def sample(self, rng: Random) -> Example:
        """A number up to the highest; one in four below a random power of ten."""
        limit = self.highest
        if rng.random() < 0.25:
            limit = min(limit, 10 ** rng.randint(1, len(str(limit))) - 1)
        number = rng.randint(0, limit)
        return Example(tuple(words(number, self.language)), tuple(str(number)))

    def build_vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """The characters of the language's number words, and the digits."""
        return Vocabulary.of(ALPHABETS[self.language]), Vocabulary.of(_DIGITS)

    def tokenize(self, text: str) -> list[str]:
        """One token a character; capitals and repeated spaces do not matter."""
        return list(" ".join(unicodedata.normalize("NFC", text).lower().split()))

    def tokenize_target(self, text: str) -> list[str]:
        """One token a digit; spaces between digits are dropped."""
        return list("".join(text.split()))

    def join(self, tokens: Sequence[str]) -> str:
        """Characters side by side."""
        return "".join(tokens)

    def join_target(self, tokens: Sequence[str]) -> str:
        """Digits side by side."""
        return "".join(tokens)

    def reference(self, source: Sequence[str]) -> tuple[str, ...] | None:
        """The digits, if the source is a number word that num2words would write; None without num2words."""
        try:
            number = self._readings.get("".join(source))
            return None if number is None else tuple(str(number))
        except MissingExtra:
            return None

    @cached_property
    def _readings(self) -> "_Readings":
        return _Readings(self.language)


class _Readings:
    """Words to numbers below a million, by cutting the words where thousands end."""

    def __init__(self, language: str) -> None:
        thousands, rests = _table(language)
        self._whole = {words(number, language): number for number in range(1000)}
        self._thousands = {text: number for number, text in enumerate(thousands) if number}
        self._rests = {text: number for number, text in enumerate(rests)}

    def get(self, text: str) -> int | None:
        """The number, or None."""
        if text in self._whole:
            return self._whole[text]
        for cut in range(1, len(text) + 1):
            if text[:cut] in self._thousands and text[cut:] in self._rests:
                return self._thousands[text[:cut]] * 1000 + self._rests[text[cut:]]
        return None


def words(number: int, language: str) -> str:
    """The words of a number from 0 to 999,999.

    Raises:
        MissingExtra: num2words is not installed.
    """
    if number < 1000:
        return _small(language)[number]
    thousands, rests = _table(language)
    return thousands[number // 1000] + rests[number % 1000]


@cache
def _small(language: str) -> tuple[str, ...]:
    return tuple(_spell(number, language) for number in range(1000))


@cache
def _table(language: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of each full thousand, and what a rest adds to them.

    num2words takes up to 0.1 ms a number; two thousand of its words say all the others, in the languages offered here
    (in Danish, Turkish and Arabic they do not: thousands and rest change each other).
    """
    thousands = ("", *(_spell(number * 1000, language) for number in range(1, 1000)))
    rests = tuple(_spell(1000 + number, language).removeprefix(thousands[1]) for number in range(1000))
    return thousands, rests


def _spell(number: int, language: str) -> str:
    try:
        from num2words import num2words  # here, since it is an extra
    except ImportError:
        raise MissingExtra("num2words", "numbers", tr("the task numbers")) from None
    return " ".join(unicodedata.normalize("NFC", num2words(number, lang=language)).lower().split())
