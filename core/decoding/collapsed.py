"""Decoding with connectionist temporal classification (CTC): more places than tokens, some of which stay blank.

Every place says a token or nothing. Neighbours that say the same are one token, and blanks are left out: a token that
comes twice needs a blank between. What an output's probability is, is a sum over all fillings that collapse to it
(core/training/ctc.py); here the most probable filling is taken, one place at a time, which need not lead to the most
probable output.

Sources: Graves et al. 2006; Libovický & Helcl 2018, arXiv:1811.04719.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar

import torch
from jaxtyping import Bool
from torch import Tensor

from core.decoding.all_places import AbstractAllPlaces, choosable
from core.decoding.lengths import Places, own
from core.decoding.passes import Pass
from core.errors import SettingError
from core.language import tr
from core.parallel_model import UPSAMPLED, ParallelModel, Reading


@dataclass(frozen=True, kw_only=True)
class Collapsed(AbstractAllPlaces):
    """One pass; equal neighbours become one token, blanks none."""

    name: ClassVar[str] = "ctc"
    summary: ClassVar[str] = "all places at once; equal neighbours are one token, blanks are none"

    def places(self, model: ParallelModel, reading: Reading, sources: Sequence[int], right: Sequence[int]) -> Places:
        """So many for each source token.

        Raises:
            SettingError: the model has learned no blanks.
        """
        if model.counting != UPSAMPLED:
            raise SettingError(
                tr(
                    "the decoding ctc leaves out blanks, and this model was trained with counting={counting}, without any: "
                    "choose at_once",
                    counting=model.counting,
                )
            )
        return own(model, reading, sources, right, 1)

    def fill(self, model: ParallelModel, reading: Reading, valid: Bool[Tensor, "item place"]) -> Iterator[Pass]:
        """The one pass."""
        log_probs = model.write(torch.where(valid, model.mask, model.blank), valid, reading)
        barred = [number for number in (*model.never_generated, model.end) if number != model.blank]
        best, tokens = choosable(log_probs, barred).max(dim=-1)
        tokens = torch.where(valid, tokens, model.blank)
        confidences = torch.where(valid, best.exp(), 0.0)
        yield Pass(1, tokens, confidences, valid, torch.zeros_like(valid), log_probs, valid)

    def output(self, tokens: Sequence[int], model: ParallelModel) -> tuple[tuple[int, ...], bool]:
        """Collapsed; it ends where the places do."""
        return (*collapse(tokens, model.blank), model.end), True


def collapse(tokens: Sequence[int], blank: int) -> tuple[int, ...]:
    """Equal neighbours become one, then blanks go.

    >>> collapse([7, 7, 0, 7, 8, 8, 0], blank=0)
    (7, 7, 8)
    """
    return tuple(token for token, _ in groupby(tokens) if token != blank)
