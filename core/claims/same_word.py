"""The same word twice, "我" and "我": without positions self-attention gives both the same vector.

Fresh blocks of a Transformer's encoder read a sentence in which a word stands twice. Without positions nothing tells the two
apart, whatever the weights are.
"""

from collections.abc import Sequence

import torch

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import labeler
from core.language import mark
from core.models.transformer_settings import TransformerSettings
from core.seeds import Seeds

_WORDS = ("我", "看", "见", "你", "和", "我")
_EQUAL, _OTHER = 1e-5, 0.05  # of vectors of variance 1
_KINDS = ("none", "sinusoidal", "learned", "floater", "rnn", "rotary", "shaw")


class SameWord(AbstractClaim):
    """One sentence, a word twice in it, and several kinds of positions."""

    name = "same_word"
    lecture = (12,)
    statement = "Without positions self-attention gives the same word the same vector wherever it stands (我 … 我)"
    source = "Lee 2021, Self-attention (positional encoding)"
    effect_is = "largest difference between the vectors of the first and the last 我, without positions"
    baseline_is = "the same, the smallest over all kinds of positions"
    unit = "of vectors of variance 1"
    rule = mark(
        "shown when without positions they differ by less than {equal:g}, and with any positions by {other:g} at least",
        equal=_EQUAL,
        other=_OTHER,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Read the sentence with fresh weights; there is no training, and the budget changes nothing."""
        rows: list[Row] = []
        for at, kind in enumerate(_KINDS, start=1):
            rows.append({"positions": kind, "difference": _apart(kind, Seeds(seed))})
            yield Progress(at / len(_KINDS), tuple(rows))
        without, *others = (float(row["difference"] or 0) for row in rows)
        return Measured(without, min(others), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where the vectors differ without positions."""
        shows = [one.effect < _EQUAL and one.baseline >= _OTHER for one in found]
        return judged(shows, [one.effect >= _OTHER for one in found])


@torch.no_grad()
def _apart(kind: str, seeds: Seeds) -> float:
    settings = TransformerSettings(layers=2, heads=4, width=32, positions=kind, longest=16)
    words = tuple(dict.fromkeys(_WORDS))
    tokens = torch.tensor([[words.index(word) for word in _WORDS]])
    encoder = labeler(settings, len(words), 2, seeds).eval().encoder
    states = encoder(tokens, torch.ones_like(tokens, dtype=torch.bool)).states[0]
    return float((states[0] - states[-1]).abs().max())
