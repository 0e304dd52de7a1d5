"""Why products are divided by √d: without it the softmax saturates where heads are wide, and learns little.

Queries and keys of independent features with variance 1 have products of variance d. (a) Over the weights of random
queries and keys: how much of the greatest entropy is left, scaled and not, as d grows. (b) The same small network learns to
reverse a sequence with scaled and with unscaled products; one attention with one wide head, and no other way to move a
token. Its queries and keys begin with variance 1.
"""

import math
from collections.abc import Sequence
from functools import partial

import torch
from torch import nn

from core.attention.absolute import SinusoidalPositions
from core.attention.attention import Attention
from core.attention.masks import valid_keys
from core.attention.multihead import MultiHeadAttention
from core.attention.multiplicative import DotProduct, ScaledDotProduct
from core.attention.score import AbstractScore
from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import Labelled, LabelScores, accuracy, learn, made, steps
from core.models.embedding import TokenEmbedding
from core.seeds import Seeds
from core.shapes import Tokens, Valid

DIMS = (4, 16, 64, 256, 1024)
_KEYS, _QUERIES = 64, 200
_VOCABULARY, _WIDTH, _LENGTH, _BATCH = 12, 256, 16, 64
_VARIANCE = 1.5  # of an embedded token: 1 of its row, 1/2 of sines and cosines
_KINDS: tuple[tuple[str, type[AbstractScore]], ...] = (("unscaled", DotProduct), ("scaled", ScaledDotProduct))


class _Reverser(nn.Module):
    """One attention with one head as wide as the model, and a linear map."""

    def __init__(self, score: type[AbstractScore]) -> None:
        super().__init__()
        self.embedding = TokenEmbedding(_VOCABULARY, _WIDTH, SinusoidalPositions(_WIDTH, _LENGTH))
        self.attention = MultiHeadAttention(_WIDTH, 1, attention=Attention(score()))
        for matrix in (self.attention.w_query, self.attention.w_key):
            nn.init.normal_(matrix, std=1 / math.sqrt(_VARIANCE * _WIDTH))
        self.output = nn.Linear(_WIDTH, _VOCABULARY)

    def forward(self, tokens: Tokens, valid: Valid) -> LabelScores:
        states = self.embedding(tokens, torch.arange(tokens.shape[1]).expand_as(tokens))
        return self.output(self.attention(states, self.attention.prepare(states), valid_keys(valid)))


def reversals(generator: torch.Generator, batch: int = _BATCH) -> Labelled:
    """Random tokens; each is asked for the one at its place from the end."""
    tokens = torch.randint(_VOCABULARY, (batch, _LENGTH), generator=generator)
    there = torch.ones_like(tokens, dtype=torch.bool)
    return Labelled(tokens, there, tokens.flip(1), there)


def entropy(score: AbstractScore, dim: int, generator: torch.Generator) -> float:
    """Mean entropy of the weights of random queries over random keys, as a share of the greatest, log of their number."""
    query, key = (torch.randn(1, 1, count, dim, generator=generator) for count in (_QUERIES, _KEYS))
    logp = score(query, score.prepare(key)).log_softmax(-1)
    return float(-(logp.exp() * logp).sum(-1).mean()) / math.log(_KEYS)


class Scaling(AbstractClaim):
    """Entropy at the beginning, and what is learned from there."""

    name = "scaling"
    lecture = (8,)
    statement = "Dot products are divided by √d, or the softmax saturates and learning stalls"
    source = "Vaswani et al. 2017, section 3.2.1, arXiv:1706.03762"
    effect_is = "tokens reversed right, scaled"
    baseline_is = "tokens reversed right, unscaled, after as many steps"
    unit = "share of tokens"
    rule = (
        "shown when scaled is right for at least 0.9 of the tokens and 0.3 more than unscaled, and at the largest d the "
        "entropy of unscaled weights is under a third of that of scaled ones"
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Entropies first, then both trainings on the same batches."""
        seeds, rows, last = Seeds(seed), list[Row](), steps(250, budget)
        for dim in DIMS:
            for name, kind in _KINDS:
                rows.append(_row("entropy", name, dim, entropy=entropy(kind(), dim, seeds.generator("vectors", dim))))
        yield Progress(0.0, tuple(rows))
        held_out = reversals(seeds.generator("held out"), 256)
        for at, (name, kind) in enumerate(_KINDS):
            network = made(partial(_Reverser, kind), seeds)
            for now in learn(network, reversals, seeds, last):
                if now.step % 10 == 0 or now.step == last:
                    right = accuracy(network, held_out)
                    rows.append(_row("learning", name, _WIDTH, step=now.step, loss=now.loss, accuracy=right))
                yield Progress((at + now.step / last) / len(_KINDS), tuple(rows))
        unscaled, scaled = (
            float([row for row in rows if row["part"] == "learning" and row["score"] == name][-1]["accuracy"] or 0)
            for name, _ in _KINDS
        )
        return Measured(scaled, unscaled, tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where unscaled products learn more, or saturate less."""
        shows, contradicts = [], []
        for one in found:
            left = {
                row["score"]: row["entropy"] for row in one.rows if (row["part"], row["dim"]) == ("entropy", DIMS[-1])
            }
            unscaled, scaled = float(left["unscaled"] or 0), float(left["scaled"] or 0)
            shows.append(one.effect >= max(0.9, one.baseline + 0.3) and unscaled < scaled / 3)
            contradicts.append(one.baseline >= one.effect + 0.3 or unscaled >= scaled)
        return judged(shows, contradicts)


def _row(part: str, score: str, dim: int, **measured: float) -> Row:
    return {"part": part, "score": score, "dim": dim, "step": None, "entropy": None, "loss": None, "accuracy": None} | (
        measured
    )
