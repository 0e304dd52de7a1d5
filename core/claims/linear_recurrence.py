"""Linear attention is a recurrent network: one state, a step a token, and the same outputs.

A text is read at once, as an attention, and token by token, as a recurrent network whose state is Σ φ(k) vᵀ and Σ φ(k). The
largest difference is set against that of another attention on the same queries, keys and values: softmax.
"""

from collections.abc import Sequence

import torch

from core.attention.attention import Attention
from core.attention.linear import LinearAttention
from core.attention.masks import causal
from core.attention.multiplicative import ScaledDotProduct
from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.language import mark
from core.seeds import Seeds

_LENGTHS, _HEADS, _DIM = (8, 32, 128, 512), 2, 16
_EQUAL, _OTHER = 1e-4, 0.05  # of contexts about 1


class LinearRecurrence(AbstractClaim):
    """The two forms of linear attention, over the length of the text."""

    name = "linear_recurrence"
    lecture = (17,)
    statement = "Linear attention is a recurrent network: read token by token it gives what it gives at once"
    source = "Katharopoulos et al. 2020, section 3.4, arXiv:2006.16236; Lee 2021, Self-attention (against RNN)"
    effect_is = "largest difference between the recurrent form and the whole text at once"
    baseline_is = "smallest of the largest differences between linear and softmax attention"
    unit = "of contexts about 1"
    rule = mark(
        "shown when the two forms differ by less than {equal:g} at every length, and softmax from them by {other:g}",
        equal=_EQUAL,
        other=_OTHER,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Read texts both ways; there is no training, and the budget changes nothing."""
        rows, seeds = list[Row](), Seeds(seed)
        for at, length in enumerate(_LENGTHS, start=1):
            rows.append(_both(*torch.randn(3, 1, _HEADS, length, _DIM, generator=seeds.generator("text", length))))
            yield Progress(at / len(_LENGTHS), tuple(rows))
        effect = max(float(row["recurrent"] or 0) for row in rows)
        return Measured(effect, min(float(row["softmax"] or 0) for row in rows), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where the two forms are as far apart as two mechanisms."""
        shows = [one.effect < _EQUAL and one.baseline >= _OTHER for one in found]
        return judged(shows, [one.effect >= one.baseline for one in found])


@torch.no_grad()
def _both(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> Row:
    attention, length = LinearAttention(causal=True), query.shape[2]
    at_once = attention(query, attention.prepare(key), value).context
    state, outputs = attention.start(value, _DIM), []
    for at in range(length):
        one = slice(at, at + 1)
        output, state = attention.step(query[:, :, one], key[:, :, one], value[:, :, one], state)
        outputs.append(output)
    pairs = Attention(ScaledDotProduct())
    softmax = pairs(query, pairs.prepare(key), value, causal(length)).context
    return {
        "length": length, "recurrent": float((torch.cat(outputs, dim=2) - at_once).abs().max()),
        "softmax": float((softmax - at_once).abs().max()), "numbers in the state": _HEADS * _DIM * (_DIM + 1),
    }  # fmt: skip
