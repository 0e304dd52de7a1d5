"""Mask-predict: write all places, empty those the model was least sure of, write them again in the light of the others.

After pass t of T the ⌊N(T−t)/T⌋ tokens of the lowest confidence, of N, are emptied; kept tokens keep the probability they
had when they were written. One pass is plain non-autoregressive decoding (`AtOnce`).

Source: Ghazvininejad et al. 2019, section 3, arXiv:1904.09324. Unlike its code, <end> is a place like any other, so N is
the length that the house counts everywhere, and nothing is emptied where the formula says 0.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from core.decoding.all_places import AbstractAllPlaces, choosable, cut, refuse_blanks
from core.decoding.lengths import LENGTHS, Places
from core.decoding.passes import Pass
from core.parallel_model import ParallelModel, Reading
from core.settings import setting


@dataclass(frozen=True, kw_only=True)
class AtOnce(AbstractAllPlaces):
    """One pass: every place holds its own most probable token, whatever the others hold."""

    name: ClassVar[str] = "at_once"
    summary: ClassVar[str] = "all places at once, in one pass"

    length: str = setting(
        "own",
        choices=tuple(LENGTHS),
        help="places: own as it learned, predictor, end (cut there), oracle (as is right)",
    )

    def places(self, model: ParallelModel, reading: Reading, sources: Sequence[int], right: Sequence[int]) -> Places:
        """One number for each source."""
        refuse_blanks(self.name, model)
        return LENGTHS[self.length](model, reading, sources, right, 1)

    def fill(self, model: ParallelModel, reading: Reading, valid: Bool[Tensor, "item place"]) -> Iterator[Pass]:
        """The one pass."""
        return passes_over(model, reading, valid, 1)

    def output(self, tokens: Sequence[int], model: ParallelModel) -> tuple[tuple[int, ...], bool]:
        """Up to the first <end>."""
        return cut(tokens, model.end)


@dataclass(frozen=True, kw_only=True)
class MaskPredict(AbstractAllPlaces):
    """Several passes, over several numbers of places; the output of the best mean log-probability is taken.

    >>> MaskPredict(passes=0)
    Traceback (most recent call last):
    ...
    core.errors.SettingError: passes=0 is out of range: it must be at least 1 and at most 64 (over all places; in each the least sure are written again)
    """

    name: ClassVar[str] = "mask_predict"
    summary: ClassVar[str] = "all places at once, and again those of which the model is least sure"

    passes: int = setting(4, low=1, high=64, help="over all places; in each the least sure are written again")
    candidates: int = setting(1, low=1, high=16, help="numbers of places to try, the most probable ones")
    length: str = setting(
        "own",
        choices=tuple(LENGTHS),
        help="places: own as it learned, predictor, end (cut there), oracle (as is right)",
    )

    def places(self, model: ParallelModel, reading: Reading, sources: Sequence[int], right: Sequence[int]) -> Places:
        """The most probable numbers for each source."""
        refuse_blanks(self.name, model)
        return LENGTHS[self.length](model, reading, sources, right, self.candidates)

    def fill(self, model: ParallelModel, reading: Reading, valid: Bool[Tensor, "item place"]) -> Iterator[Pass]:
        """As many passes as are needed until nothing is empty."""
        return passes_over(model, reading, valid, self.passes)

    def output(self, tokens: Sequence[int], model: ParallelModel) -> tuple[tuple[int, ...], bool]:
        """Up to the first <end>."""
        return cut(tokens, model.end)


def passes_over(
    model: ParallelModel, reading: Reading, valid: Bool[Tensor, "item place"], passes: int
) -> Iterator[Pass]:
    """Write, empty the least sure, write again; one call of the decoder a pass, none where nothing is empty."""
    empty = valid
    tokens = torch.where(valid, model.mask, model.blank)
    confidences = torch.zeros(valid.shape)
    for number in range(1, passes + 1):
        if not empty.any():
            return
        log_probs = model.write(tokens, valid, reading)
        best, found = choosable(log_probs, model.never_generated).max(dim=-1)
        tokens = torch.where(empty, found, tokens)
        confidences = torch.where(empty, best.exp(), confidences)
        again = least_sure(confidences, valid, number, passes)
        yield Pass(number, tokens, confidences, empty, again, log_probs, valid)
        tokens, empty = tokens.masked_fill(again, model.mask), again


def least_sure(
    confidences: Float[Tensor, "item place"], valid: Bool[Tensor, "item place"], number: int, passes: int
) -> Bool[Tensor, "item place"]:
    """The ⌊N(T−t)/T⌋ places of an item's N that are emptied after pass t of T; of equals the earlier ones.

    >>> least_sure(torch.tensor([[0.9, 0.2, 0.5, 0.4]]), torch.ones(1, 4, dtype=torch.bool), 1, 2).tolist()
    [[False, True, False, True]]
    """
    counts: Int[Tensor, " item"] = valid.sum(1) * (passes - number) // passes
    order = confidences.masked_fill(~valid, float("inf")).argsort(dim=1, stable=True)
    return order.argsort(dim=1) < counts[:, None]
