"""Weighing: what limits and penalties make of the model's distribution before a search chooses.

Two things are told apart. A token may be *barred* (too early to end, a run of tokens written before, no tree): it cannot be
chosen, whatever its probability. A token that was written before may cost more: its log-probability counts
`repetition_penalty` times (log-probabilities have a zero of their own; logits have none, and there the same penalty
would depend on it). The model's own log-probabilities are never touched.

Sources: Paulus et al. 2018, arXiv:1705.04304 (no repeated n-grams); Keskar et al. 2019, arXiv:1909.05858 (penalty).
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

FREE, TOO_SHORT, REPEATED, *UNTREELIKE = range(8)  # why a token is barred; the last ones: core/decoding/tree_form.py


@dataclass(frozen=True, eq=False)
class Weighing:
    """For every slot and token of one step.

    Attributes:
        barred: FREE, or why the token cannot be chosen.
        again: whether the token was written before; None where that costs nothing.
        factor: how often the log-probability of such a token counts.
    """

    barred: Int[np.ndarray, "item slot vocab"]
    again: Bool[np.ndarray, "item slot vocab"] | None
    factor: float

    def scores(self, log_probs: Float[Tensor, "item slot vocab"]) -> Float[Tensor, "item slot vocab"]:
        """What is compared in place of the log-probabilities: −∞ where barred."""
        if self.again is not None:
            log_probs = torch.where(torch.from_numpy(self.again), log_probs * self.factor, log_probs)
        return log_probs.masked_fill(torch.from_numpy(self.barred != FREE), -torch.inf)


def weigh(
    log_probs: Float[Tensor, "item slot vocab"],
    never: Float[Tensor, " vocab"],
    written: Int[np.ndarray, "item slot step"],
    end: int,
    *,
    min_length: int,
    no_repeat_ngram: int,
    repetition_penalty: float,
    barred: Int[np.ndarray, "item slot vocab"] | None = None,
) -> Weighing:
    """Judge every continuation of every slot.

    Where limits would leave a slot no token at all, <end> is free there; where the model cannot end either, limits do
    not hold there: a decoding always goes on or stops.

    Args:
        never: −∞ for tokens that are never generated.
        written: tokens of every slot so far; end: the token that ends.
        min_length: tokens before <end>; no_repeat_ngram: n, 0 for none; repetition_penalty: 1 for none.
        barred: what is barred already, and why; None for nothing.
    """
    barred = np.zeros(tuple(log_probs.shape), dtype=np.int8) if barred is None else barred
    if no_repeat_ngram:
        _bar_repeated(barred, written, no_repeat_ngram)
    if written.shape[-1] < min_length:
        barred[..., end] = TOO_SHORT
    left = (log_probs + never).numpy() > -np.inf
    left &= barred == FREE
    nothing, can_end = ~left.any(axis=-1), (log_probs + never)[..., end].numpy() > -np.inf
    barred[nothing & can_end, end] = FREE
    barred[nothing & ~can_end] = FREE
    again = None
    if repetition_penalty != 1.0:
        again = np.zeros(barred.shape, dtype=bool)
        np.put_along_axis(again, written, True, axis=-1)
    return Weighing(barred, again, repetition_penalty)


def _bar_repeated(
    barred: Int[np.ndarray, "item slot vocab"], written: Int[np.ndarray, "item slot step"], n: int
) -> None:
    """Bar what would complete a run of n tokens that stands in the slot's own past."""
    for item, slots in enumerate(written.tolist()):
        for slot, past in enumerate(slots):
            last = past[len(past) - n + 1 :]
            if len(past) >= n:
                again = [past[at + n - 1] for at in range(len(past) - n + 1) if past[at : at + n - 1] == last]
                barred[item, slot, again] = REPEATED
