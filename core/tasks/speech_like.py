"""Syllables to frames, as a speech synthesizer without sound: each syllable takes one to three frames, in order."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import ClassVar

from core.data.batch import Example
from core.data.vocabulary import Vocabulary
from core.errors import SettingError
from core.language import tr
from core.settings import setting
from core.tasks.task import AbstractTask

# a syllable's letters are its frames; its first one begins no other syllable, so onsets can be counted in any output
_SYLLABLES = ("fa", "cai", "ni", "hao", "m", "s", "le", "gui", "bu", "r", "tou", "x")
_SHORT = 3  # syllables at most in a short utterance


@dataclass(frozen=True)
class SpeechLike(AbstractTask):
    """Syllables in, their frames out: a monotonic task in which attention must walk and stay a known number of steps.

    Twelve syllables last one, two or three frames, four of them each. The frames are written as letters ("fa" is f, a):
    the first one belongs to this syllable alone, the others are shared, so that a frame does not say by itself which
    syllable comes next. Every frame belongs to the syllable it is a part of.

    Training utterances have `shortest` to `longest` syllables, never the same one twice in a row. So a model is not
    trained on what the lecture asks of it: one short 发财 (fa cai), or the same pair again and again
    (`core/training/repeat_ladder.py`). `short` adds some short utterances to the training, the lecture's cure.

    Settings: `syllables`, `shortest`, `longest`, `short`. Held out: sequences of syllables.

    Source: Lee 2021, Transformer (the speech synthesizer that says 发财 four times well and once badly).

    >>> task = SpeechLike()
    >>> task.join_target(task.reference(task.tokenize("fa cai fa cai")))
    'f a c a i f a c a i'
    >>> task.onsets("f a c a i f a".split())
    3
    """

    name: ClassVar[str] = "speech_like"
    summary: ClassVar[str] = "Syllables to frames, one to three each: a speech synthesizer without sound"
    known_alignment: ClassVar[bool] = True

    syllables: int = setting(12, low=4, high=len(_SYLLABLES), help="different syllables, fa and cai among them")
    shortest: int = setting(5, low=1, high=60, help="syllables in the shortest utterance")
    longest: int = setting(10, low=1, high=60, help="syllables in the longest utterance")
    short: float = setting(
        0.0, low=0.0, high=1.0, step=0.05, help="share of utterances with one to three syllables; 0: as in the lecture"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.shortest > self.longest:
            raise SettingError(
                tr(
                    "shortest={shortest} is more than longest={longest}; lower shortest or raise longest",
                    shortest=self.shortest,
                    longest=self.longest,
                )
            )

    @property
    def known(self) -> tuple[str, ...]:
        """The syllables in use."""
        return _SYLLABLES[: self.syllables]

    def sample(self, rng: Random) -> Example:
        """Syllables drawn evenly among those that differ from the one before."""
        short = self.short > 0 and rng.random() < self.short
        count = rng.randint(1, _SHORT) if short else rng.randint(self.shortest, self.longest)
        source: list[str] = []
        for _ in range(count):
            source.append(rng.choice([one for one in self.known if [one] != source[-1:]]))
        return self.spoken(source)

    def spoken(self, source: Sequence[str]) -> Example:
        """The example of these syllables, repeated ones too.

        Args:
            source: of `known`.
        """
        frames = [(frame, place) for place, syllable in enumerate(source) for frame in syllable]
        return Example(
            tuple(source),
            tuple(frame for frame, _ in frames),
            tuple((at, place) for at, (_, place) in enumerate(frames)),
        )

    def onsets(self, target: Sequence[str]) -> int:
        """How many syllables an output begins, whatever becomes of them."""
        return sum(frame in self._first for frame in target)

    def build_vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """The syllables, and the letters of all of them."""
        return Vocabulary.of(self.known), Vocabulary.of("".join(self.known))

    def tokenize(self, text: str) -> list[str]:
        """One token a syllable, split at spaces; capitals do not matter."""
        return unicodedata.normalize("NFC", text).lower().split()

    def tokenize_target(self, text: str) -> list[str]:
        """One token a frame, split at spaces."""
        return self.tokenize(text)

    def join(self, tokens: Sequence[str]) -> str:
        """Syllables with spaces between."""
        return " ".join(tokens)

    def join_target(self, tokens: Sequence[str]) -> str:
        """Frames with spaces between."""
        return " ".join(tokens)

    def reference(self, source: Sequence[str]) -> tuple[str, ...] | None:
        """The frames of each syllable; None where one is unknown."""
        return self.spoken(source).target if set(source) <= set(self.known) else None

    @cached_property
    def _first(self) -> frozenset[str]:
        return frozenset(syllable[0] for syllable in self.known)
