"""What a decoding of all places at once is: its settings, a number of places, passes over them, and the best of what was tried.

It knows a `ParallelModel` and no more, as a search knows a `StepModel`. All items of a batch go through the same passes;
an item's passes depend on nothing but its own source.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from core.decoding.lengths import Places, rows_of
from core.decoding.passes import Pass, PassRecord, Writing
from core.errors import SettingError
from core.language import tr
from core.parallel_model import UPSAMPLED, ParallelModel, Reading
from core.settings import Settings


@dataclass(frozen=True, kw_only=True)
class AbstractAllPlaces(Settings, ABC):
    """A way to write all places.

    Attributes:
        name: the word on the command line and in files; summary: one line for menus.
    """

    name: ClassVar[str]
    summary: ClassVar[str]

    @abstractmethod
    def places(self, model: ParallelModel, reading: Reading, sources: Sequence[int], right: Sequence[int]) -> Places:
        """Numbers of places to try; sources and right outputs by their lengths, <end> counted."""

    @abstractmethod
    def fill(self, model: ParallelModel, reading: Reading, valid: Bool[Tensor, "item place"]) -> Iterator[Pass]:
        """Write; one call of the decoder each."""

    @abstractmethod
    def output(self, tokens: Sequence[int], model: ParallelModel) -> tuple[tuple[int, ...], bool]:
        """What the tokens of all places say, and whether <end> came."""


def write(
    how: AbstractAllPlaces, model: ParallelModel, sources: Sequence[Sequence[int]], right: Sequence[int] = ()
) -> list[Writing]:
    """Write an output for every source, all at once.

    Args:
        sources: numbers, <end> included; right: how many tokens each right output has, <end> counted, where known.

    Raises:
        SettingError: the model has not learned what the settings ask for.
    """
    reading = model.read(sources)
    places = how.places(model, reading, [len(source) for source in sources], right)
    rows, counts = rows_of(places), torch.tensor([count for numbers in places for count in numbers])
    valid = torch.arange(int(counts.max()))[None, :] < counts[:, None]
    passes = list(how.fill(model, reading.select(rows), valid))
    means = _means(passes[-1])
    found = []
    for item in range(len(sources)):
        own = (rows == item).nonzero().flatten().tolist()
        best = sorted(own, key=lambda row: -means[row])  # stable: of equals the more probable length
        records = [PassRecord.of(one, best[0]) for one in passes if bool(one.written[best[0]].any())]
        output, ended = how.output(records[-1].tokens, model)
        calls = sum(sum(bool(one.written[row].any()) for one in passes) for row in own)
        found.append(
            Writing(output, ended, tuple(records), calls, tuple((int(counts[row]), means[row]) for row in best))
        )
    return found


def choosable(log_probs: Float[Tensor, "item place vocab"], barred: Sequence[int]) -> Float[Tensor, "item place vocab"]:
    """The distributions without the tokens that no place may hold; what is left is not renormalized."""
    return log_probs.index_fill(2, torch.tensor(list(barred), dtype=torch.long), float("-inf"))


def cut(tokens: Sequence[int], end: int) -> tuple[tuple[int, ...], bool]:
    """Up to the first <end>, which stays; and whether there is one.

    >>> cut([7, 8, 2, 9], 2), cut([7, 8], 2)
    (((7, 8, 2), True), ((7, 8), False))
    """
    ended = end in tokens
    return tuple(tokens[: list(tokens).index(end) + 1] if ended else tokens), ended


def refuse_blanks(how: str, model: ParallelModel) -> None:
    """Whoever writes a token a place cannot write with a model whose places may stay blank.

    Raises:
        SettingError: the model was trained with CTC.
    """
    if model.counting == UPSAMPLED:
        raise SettingError(
            tr(
                "{how} wants one token a place, and this model was trained with counting=upsampled, where places may stay blank: "
                "choose the decoding ctc",
                how=how,
            )
        )


def _means(last: Pass) -> list[float]:
    """The mean log-probability of each row's tokens, over all its places."""
    logs = last.confidences.log().masked_fill(~last.valid, 0.0)
    means: list[float] = (logs.sum(1) / last.valid.sum(1)).tolist()
    return means
