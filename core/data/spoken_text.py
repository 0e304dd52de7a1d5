"""Texts and how they sound, as batches: tokens on one side, frames of a log-mel spectrum on the other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from core.data.audio import log_mel
from core.data.batch import pad_sources
from core.data.espeak import Utterance
from core.data.vocabulary import Vocabulary
from core.errors import DataError
from core.language import tr
from core.shapes import Tokens, Valid

_LEAST_DEVIATION = 1e-3  # of a band that is silent throughout


class SpokenBatch(NamedTuple):
    """Padded texts and spectra.

    Attributes:
        tokens: numbers of the characters and <end>; valid: which are real.
        frames: scaled, a multiple of the reduction; steps: which groups of frames are real.
    """

    tokens: Tokens
    valid: Valid
    frames: Float[Tensor, "batch frame mel"]
    steps: Valid


def characters(text: str) -> list[str]:
    """One token a character, spaces between words kept as one.

    >>> characters("发财 发财")
    ['发', '财', ' ', '发', '财']
    """
    return list(" ".join(text.split()))


@dataclass(frozen=True)
class SpokenText:
    """A corpus: what was said, and its spectra.

    Attributes:
        utterances: each with its text and sound.
        cut: a text into tokens.
    """

    utterances: tuple[Utterance, ...]
    cut: Callable[[str], list[str]] = characters

    def __post_init__(self) -> None:
        if not self.utterances:
            raise DataError(tr("no utterance to learn from; give at least one text with its sound"))

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The tokens of all texts."""
        return Vocabulary.of(sorted({token for one in self.utterances for token in self.cut(one.text)}))

    @cached_property
    def spectra(self) -> list[np.ndarray]:
        """The log-mel spectrum of each utterance, [frame, mel]."""
        return [log_mel(one.sound) for one in self.utterances]

    @cached_property
    def scale(self) -> tuple[Float[Tensor, " mel"], Float[Tensor, " mel"]]:
        """Mean and deviation of each band."""
        every = np.concatenate(self.spectra)
        deviation = np.maximum(every.std(axis=0), _LEAST_DEVIATION)
        return torch.from_numpy(every.mean(axis=0)).float(), torch.from_numpy(deviation).float()

    def batch(self, chosen: Sequence[int], reduction: int) -> SpokenBatch:
        """Some utterances as a batch. A spectrum is filled up to whole steps with its last frame, which is silence.

        Args:
            chosen: numbers of utterances; reduction: frames a step.
        """
        texts = [self.cut(self.utterances[at].text) for at in chosen]
        tokens, valid = pad_sources([self.vocabulary.encode_source(text) for text in texts])
        mean, deviation = self.scale
        counts = [-(-len(self.spectra[at]) // reduction) for at in chosen]
        frames = torch.zeros(len(chosen), max(counts) * reduction, len(mean))
        for row, (at, count) in enumerate(zip(chosen, counts)):
            spectrum = torch.from_numpy(self.spectra[at]).float()
            missing = count * reduction - len(spectrum)
            filled = torch.cat([spectrum, spectrum[-1:].expand(missing, -1)])
            frames[row, : len(filled)] = (filled - mean) / deviation
        steps = torch.arange(max(counts)) < torch.tensor(counts)[:, None]
        return SpokenBatch(tokens, valid, frames, steps)

    @cached_property
    def pace(self) -> float:
        """Frames a token takes, on average."""
        return sum(map(len, self.spectra)) / sum(len(self.cut(one.text)) for one in self.utterances)

    def beside(self, utterances: Sequence[Utterance]) -> "SpokenText":
        """Other utterances, read with these tokens and on this scale."""
        twin = replace(self, utterances=tuple(utterances))
        twin.__dict__.update(vocabulary=self.vocabulary, scale=self.scale)  # where cached_property looks first
        return twin
