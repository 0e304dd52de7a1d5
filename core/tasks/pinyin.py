"""Chinese phrases to toned pinyin: a monotonic task where context decides how a character is read."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from random import Random
from typing import ClassVar

from core.data.batch import Example
from core.data.vocabulary import Vocabulary
from core.errors import DataError
from core.language import tr
from core.settings import setting
from core.tasks.task import AbstractTask, split_of

# pinyin is written with the tone of the single character (GB/T 16159), not with the tone these two take before others;
# the dictionary does now the one, now the other
_CITATION = {"一": "yī", "不": "bù"}


@dataclass(frozen=True)
class Pinyin(AbstractTask):
    """A Chinese phrase in, its toned pinyin out: one character a token, one syllable a token.

    Phrases are those of pypinyin's dictionary that have at most `longest` characters, all among the `characters` most
    frequent of the dictionary, each in a reading that at least `support` phrases and a `share` of the character's
    phrases have: what occurs once cannot be learned. Each syllable belongs to the character at its place. 一 and 不 keep
    their citation tone.

    Phrases come from a dictionary of phrases because their readings are not obvious: with the settings as they are, a
    table of the most frequent reading of each character gets 91 % of the held-out phrases right, one that also counts
    neighbors 94 %; without `share` it is 90 % and 93 %, with all phrases 85 % and 90 %.

    Settings: `longest`, `characters`, `support`, `share`. Held out: phrases; all their characters occur in training phrases.

    Source: the phrases and readings are those of pypinyin.

    >>> task = Pinyin()
    >>> task.join_target(task.reference(task.tokenize("银行")))
    'yín háng'
    >>> task.join_target(task.reference(task.tokenize("行人")))
    'xíng rén'
    """

    name: ClassVar[str] = "pinyin"
    summary: ClassVar[str] = "Chinese phrases to pinyin with tones"
    known_alignment: ClassVar[bool] = True

    longest: int = setting(6, low=2, high=10, help="characters in the longest phrase")
    characters: int = setting(
        1500, low=100, high=5000, step=100, help="how many frequent characters; more: larger model"
    )
    support: int = setting(20, low=1, high=100, help="phrases that must share a reading; fewer: rarer readings, harder")
    share: float = setting(
        0.2, low=0, high=1, step=0.05, help="part of a character's phrases that must share a reading"
    )

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """All phrases in use, of all splits."""
        phrases = self._phrases()
        trained = {character for phrase in phrases if split_of(phrase) == "train" for character in phrase}
        found = tuple(
            Example(tuple(phrase), reading, tuple((place, place) for place in range(len(phrase))))
            for phrase, reading in phrases.items()
            if trained.issuperset(phrase)
        )
        if not found:
            raise DataError(
                tr(
                    "no phrase is left with characters={characters}, support={support}, share={share:g}; "
                    "raise characters, or lower support or share",
                    characters=self.characters,
                    support=self.support,
                    share=self.share,
                )
            )
        return found

    def sample(self, rng: Random) -> Example:
        """One phrase, each as likely as another."""
        return rng.choice(self.examples)

    def build_vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """The characters and the syllables of all phrases in use."""
        return (
            Vocabulary.of(character for example in self.examples for character in example.source),
            Vocabulary.of(syllable for example in self.examples for syllable in example.target),
        )

    def tokenize(self, text: str) -> list[str]:
        """One token a character; spaces are dropped."""
        return list("".join(unicodedata.normalize("NFC", text).split()))

    def tokenize_target(self, text: str) -> list[str]:
        """One token a syllable, split at spaces."""
        return unicodedata.normalize("NFC", text).lower().split()

    def join(self, tokens: Sequence[str]) -> str:
        """Characters side by side."""
        return "".join(tokens)

    def join_target(self, tokens: Sequence[str]) -> str:
        """Syllables with spaces between."""
        return " ".join(tokens)

    def reference(self, source: Sequence[str]) -> tuple[str, ...] | None:
        """The dictionary's reading of a phrase; pypinyin's of anything else in Chinese characters."""
        phrase = "".join(source)
        if phrase in _readings():
            return _readings()[phrase]
        if not phrase or not all(_is_chinese(character) for character in phrase):
            return None
        from pypinyin import Style, lazy_pinyin

        syllables = lazy_pinyin(phrase, style=Style.TONE)
        return _cite(phrase, syllables) if len(syllables) == len(phrase) else None

    def _phrases(self) -> dict[str, tuple[str, ...]]:
        readings = _readings()
        counts = Counter(character for phrase in readings for character in phrase)
        shared = Counter(pair for phrase, reading in readings.items() for pair in zip(phrase, reading))
        frequent = {
            character
            for character, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[: self.characters]
        }
        return {
            phrase: reading
            for phrase, reading in readings.items()
            if len(phrase) <= self.longest
            and frequent.issuperset(phrase)
            and all(shared[pair] >= max(self.support, self.share * counts[pair[0]]) for pair in zip(phrase, reading))
        }


@cache
def _readings() -> dict[str, tuple[str, ...]]:
    """pypinyin's phrases in order, each with one syllable a character."""
    from pypinyin.phrases_dict import phrases_dict  # here, since it takes a quarter of a second

    readings = {}
    for phrase in sorted(phrases_dict):
        syllables = [choices[0] for choices in phrases_dict[phrase]]
        if len(syllables) == len(phrase) and all(_is_chinese(character) for character in phrase):
            readings[phrase] = _cite(phrase, syllables)
    return readings


def _cite(phrase: str, syllables: Sequence[str]) -> tuple[str, ...]:
    return tuple(_CITATION.get(character, syllable) for character, syllable in zip(phrase, syllables))


def _is_chinese(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"
