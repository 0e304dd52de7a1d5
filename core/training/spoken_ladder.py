"""The 发财 ladder: a speaker says a word once, twice, three times and four times, and somebody listens.

The lecture tells of a system that says 发财 four times well and once badly, because short utterances were rare in its
training. Here they are not rare but missing: what is trained on has four to six words. Speech is espeak-ng's, made on the
spot. Who listens is a recognizer by dynamic time warping (core.metrics.spectral_distance.py): it has heard every word one to eight
times, and says which of these recordings comes nearest to what it hears. It knows nothing of attention.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from threading import Lock
from time import perf_counter
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from core.data.audio import Sound, log_mel, sound_of
from core.data.batch import pad_sources
from core.data.espeak import Utterance, speak
from core.data.spoken_text import SpokenText, characters
from core.metrics.spectral_distance import warped_distance
from core.models.speaker import build_speaker
from core.models.speaker_settings import SpeakerSettings
from core.seeds import Seeds
from core.settings import Settings, setting
from core.training.speaking import SpectrumLoss, learn_to_speak

WORDS = ("发财", "你好", "中国", "老师", "学生", "朋友", "今天", "明天", "苹果", "飞机", "喝茶", "电话")
RUNGS = (1, 2, 3, 4)
_HEARD = range(1, 9)  # how many times a word may be heard
_LONGEST = 2.5  # times as long as it should be, and it is cut off
_TOGETHER = 4  # frames that the recognizer takes as one: time enough to tell syllables, and a sixteenth of the work


@dataclass(frozen=True)
class LadderPlan(Settings):
    """What is trained on, and for how long."""

    name: ClassVar[str] = "ladder"
    summary: ClassVar[str] = "Words of two characters in a row, spoken by espeak-ng"

    utterances: int = setting(256, low=8, high=5000, step=64, help="to train on")
    shortest: int = setting(4, low=1, high=8, help="words in the shortest of them; 1: the cure")
    longest: int = setting(6, low=1, high=8, help="words in the longest of them")
    repeating: float = setting(0.3, low=0.0, high=1.0, step=0.1, help="share of them that say one word again and again")
    guidance: float = setting(0.0, low=0.0, high=100.0, help="weight of guided attention in the loss; 0: none")
    steps: int = setting(800, low=1, high=20_000, step=100, help="of training")

    def texts(self, seeds: Seeds) -> list[str]:
        """What is said in training."""
        chance = seeds.random("texts")
        longest = max(self.shortest, self.longest)
        return [_text(chance.randint(self.shortest, longest), chance, self.repeating) for _ in range(self.utterances)]


def _text(words: int, chance: Random, repeating: float) -> str:
    if chance.random() < repeating:
        return chance.choice(WORDS) * words
    return "".join(chance.choice(WORDS) for _ in range(words))


@dataclass(frozen=True)
class Rung:
    """A word said a number of times.

    Attributes:
        word, times: what was to be said.
        frames: the log-mel spectrum of what was said; weights: where each step looked.
        stopped: whether the speaker said itself that it was through.
        true: espeak-ng's; heard: the word and how many times the recognizer hears it; distance: of that recording.
    """

    word: str
    times: int
    frames: Float[np.ndarray, "frame mel"]
    weights: Float[np.ndarray, "step source"]
    stopped: bool
    true: Utterance
    heard: tuple[str, int]
    distance: float

    @property
    def right(self) -> bool:
        """Whether it is the word, that many times, and an end."""
        return self.stopped and self.heard == (self.word, self.times)

    @property
    def length(self) -> float:
        """Its length against espeak-ng's."""
        return len(self.frames) / len(recording(self.word, self.times))

    @property
    def sound(self) -> Sound:
        """To be played."""
        return sound_of(self.frames)


def corpus_of(plan: LadderPlan, seeds: Seeds) -> SpokenText:
    """What a plan has said by espeak-ng; the same for every speaker of these seeds.

    Raises:
        MissingExtra: the extra for speech is not installed.
    """
    return SpokenText(tuple(speak(plan.texts(seeds))))


class Ladder:
    """A speaker in training, and its rungs at any time. It computes as it is asked to; threads may share one.

    Args:
        plan: how it learns; settings: of the speaker.
        corpus: what it learns from, as `corpus_of` makes it for plan and seeds.
        seeds: the same batches and first weights for every speaker of the same seeds.

    Attributes:
        losses: the terms of every step so far.
    """

    def __init__(self, plan: LadderPlan, settings: SpeakerSettings, corpus: SpokenText, seeds: Seeds) -> None:
        self.plan, self.corpus, self.losses = plan, corpus, list[dict[str, float]]()
        self.speaker = build_speaker(settings, len(self.corpus.vocabulary), seeds)
        self._lock = Lock()
        self._steps = learn_to_speak(
            self.speaker, self.corpus, seeds, plan.steps, loss=SpectrumLoss(guidance=plan.guidance)
        )

    @property
    def done(self) -> bool:
        """Whether it has had all its training."""
        return len(self.losses) == self.plan.steps

    def go_on(self, seconds: float = float("inf")) -> None:
        """Train for about so long, one step at least."""
        end = perf_counter() + seconds
        with self._lock:
            while not self.done:
                self.losses.append(next(self._steps).terms)
                if perf_counter() >= end:
                    return

    def rungs(
        self, words: Sequence[str] = WORDS, times: Sequence[int] = RUNGS, chance: torch.Generator | None = None
    ) -> list[Rung]:
        """Say words a number of times, the least often first, and listen.

        Args:
            chance: as `Speaker.speak` takes it.
        """
        asked = [(word, count) for count in times for word in words]
        texts = [characters(word * count) for word, count in asked]
        read = [self.corpus.vocabulary.encode_source(text) for text in texts]
        most = [self._most(*one) for one in asked]
        with self._lock:
            said = self.speaker.speak(*pad_sources(read), max(most), chance)
        return [
            self._rung(one, frames, weights[0, :, : len(text) + 1], min(int(steps), limit), int(steps) < limit)
            for one, text, frames, weights, steps, limit in zip(
                asked, texts, said.frames, said.weights, said.steps, most
            )
        ]

    def _most(self, word: str, times: int) -> int:
        return int(len(recording(word, times)) * _LONGEST / self.speaker.decoder.reduction)

    def _rung(
        self,
        asked: tuple[str, int],
        frames: Float[Tensor, "frame mel"],
        weights: Float[Tensor, "step source"],
        steps: int,
        stopped: bool,
    ) -> Rung:
        own = self.speaker.log_mel(frames[: steps * self.speaker.decoder.reduction]).numpy()
        return Rung(*asked, own, weights[:steps].numpy(), stopped, _spoken()[asked], *listen(own, *asked))


def listen(frames: Float[np.ndarray, "frame mel"], word: str, times: int) -> tuple[tuple[str, int], float]:
    """Which recording comes nearest, and how far it is, in the unit of the logarithmic spectrum.

    Compared are this word at any number of times and every word at this one.
    """
    offered = {(word, count) for count in _HEARD} | {(other, times) for other in WORDS}
    own = _coarse(frames)
    found = {one: warped_distance(own, _coarse(recording(*one))) for one in sorted(offered)}
    heard = min(found, key=lambda one: found[one])
    return heard, found[heard]


def recording(word: str, times: int) -> Float[np.ndarray, "frame mel"]:
    """The spectrum of espeak-ng's own."""
    return _spectra()[word, times]


def _coarse(frames: Float[np.ndarray, "frame mel"]) -> Float[np.ndarray, "time mel"]:
    """Some frames taken together; what is left over at the end is a group of its own."""
    groups = range(0, len(frames), _TOGETHER)
    return np.stack([frames[start : start + _TOGETHER].mean(axis=0) for start in groups])


@cache
def _spoken() -> dict[tuple[str, int], Utterance]:
    pairs = [(word, times) for word in WORDS for times in _HEARD]
    return dict(zip(pairs, speak([word * times for word, times in pairs])))


@cache
def _spectra() -> dict[tuple[str, int], np.ndarray]:
    return {pair: log_mel(one.sound) for pair, one in _spoken().items()}
