"""Masked self-attention: b² depends on a¹ and a² and on nothing behind them, to the last bit.

What an output depends on is its gradient with respect to every input. Behind the mask it is not small but zero; without the
mask, of the same weights, it is not.
"""

from collections.abc import Sequence
from functools import partial

import torch

from core.attention.masks import causal
from core.attention.multihead import MultiHeadAttention
from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import made
from core.language import mark
from core.seeds import Seeds

_LENGTHS, _WIDTH, _HEADS = (4, 8, 16, 32), 16, 4
_LEAST = 1e-3


class NoFuture(AbstractClaim):
    """Gradients of outputs with respect to later inputs, with and without the mask."""

    name = "no_future"
    lecture = (31,)
    statement = "Behind the mask an output does not depend on later inputs: the gradient there is exactly zero"
    source = "Lee 2021, Transformer (masked self-attention); Vaswani et al. 2017, section 3.2.3"
    effect_is = "largest gradient of an output with respect to a later input, masked"
    baseline_is = "the same without the mask, from the same weights"
    unit = "largest entry of ∂b/∂a"
    rule = mark(
        "shown when it is exactly 0 with the mask at every length, and at least {least:g} without", least=_LEAST
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Differentiate at every length; there is no training, and the budget changes nothing."""
        rows, seeds = list[Row](), Seeds(seed)
        attention = made(partial(MultiHeadAttention, _WIDTH, _HEADS), seeds)
        for at, length in enumerate(_LENGTHS, start=1):
            states = torch.randn(1, length, _WIDTH, generator=seeds.generator("states", length))
            masked, whole = _gradients(attention, states, masked=True), _gradients(attention, states, masked=False)
            later = torch.ones(length, length, dtype=torch.bool).triu(1)  # query key
            rows.append({
                "length": length, "masked, later": float(masked[later].max()), "masked, up to here": float(masked[~later].max()),
                "not masked, later": float(whole[later].max()),
            })  # fmt: skip
            yield Progress(at / len(_LENGTHS), tuple(rows))
        effect = max(float(row["masked, later"] or 0) for row in rows)
        return Measured(effect, min(float(row["not masked, later"] or 0) for row in rows), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where anything comes through."""
        return judged([one.effect == 0 and one.baseline >= _LEAST for one in found], [one.effect > 0 for one in found])


def _gradients(attention: MultiHeadAttention, states: torch.Tensor, *, masked: bool) -> torch.Tensor:
    """The largest entry of ∂b_query/∂a_key: query key."""
    mask = causal(states.shape[1]) if masked else None

    def outputs(given: torch.Tensor) -> torch.Tensor:
        return attention(given, attention.prepare(given), mask)

    jacobian = torch.autograd.functional.jacobian(outputs, states)[0, :, :, 0]  # query feature key feature
    return jacobian.abs().amax(dim=(1, 3))
