"""An embedding is a matrix: a one-hot vector times it is the row of its word.

So looking a row up and multiplying are the same network; the first is only cheaper. A word of a vocabulary of thousands
becomes a vector of a few numbers.
"""

from collections.abc import Sequence
from functools import partial

import torch
from torch import nn

from core.attention.positions import POSITIONS
from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import made
from core.language import mark
from core.models.embedding import TokenEmbedding
from core.seeds import Seeds

_VOCABULARIES, _WIDTH = (10, 100, 1000, 10_000), 32
_EQUAL, _OTHER = 1e-6, 0.01  # of values about 1


class OneHot(AbstractClaim):
    """One-hot vectors times a table, and rows of it, over the size of the vocabulary."""

    name = "one_hot"
    lecture = (2, 1)
    statement = "A one-hot vector times a matrix is the embedding of its word: the matrix's row"
    source = "Lee 2021, Self-attention (one-hot and embedding); Vaswani et al. 2017, section 3.4"
    effect_is = "largest difference between one-hot times the table and the embedding, all words"
    baseline_is = "smallest of the largest differences between a word's embedding and the next word's"
    unit = "of values about 1"
    rule = mark(
        "shown when no value differs by {equal:g}, though every word differs from the next by {other:g} somewhere",
        equal=_EQUAL,
        other=_OTHER,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Multiply and look up; there is no training, and the budget changes nothing."""
        rows: list[Row] = []
        for at, size in enumerate(_VOCABULARIES, start=1):
            rows.append(_compared(size, Seeds(seed)))
            yield Progress(at / len(_VOCABULARIES), tuple(rows))
        effect = max(float(row["difference"] or 0) for row in rows)
        return Measured(effect, min(float(row["to the next word"] or 0) for row in rows), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where the two are as far apart as two words."""
        shows = [one.effect < _EQUAL and one.baseline >= _OTHER for one in found]
        return judged(shows, [one.effect >= one.baseline for one in found])


@torch.no_grad()
def _compared(size: int, seeds: Seeds) -> Row:
    embedding = made(partial(TokenEmbedding, size, _WIDTH, POSITIONS["none"](_WIDTH, 1)), seeds)
    words = torch.arange(size)[None]
    looked_up = embedding(words, torch.zeros_like(words))[0]
    multiplied = torch.stack([
        nn.functional.one_hot(word, size).float() @ embedding.table.weight * embedding.scale for word in words[0]
    ])  # fmt: skip
    apart = (looked_up - looked_up.roll(1, 0)).abs().amax(1).min()
    return {
        "vocabulary": size, "numbers of a one-hot": size, "numbers of an embedding": _WIDTH,
        "difference": float((multiplied - looked_up).abs().max()), "to the next word": float(apart),
    }  # fmt: skip
