"""Two heads keep apart what one head averages away.

The label of a token is an ordered pair: the token before it, and the one two places after it. One head has one
distribution over the tokens; it can look at both places, but mixes what it finds there, and from the mixture nobody can
tell which was which. Two heads of half the width look at one place each. Both networks have the same parameters: an
embedding, one self-attention, one linear map; no feed-forward part that could repair the mixture.
"""

from collections.abc import Sequence
from functools import partial

import torch
from torch import nn

from core.attention.absolute import SinusoidalPositions
from core.attention.masks import valid_keys
from core.attention.multihead import MultiHeadAttention
from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import Labelled, LabelScores, accuracy, learn, made, steps
from core.models.embedding import TokenEmbedding
from core.seeds import Seeds
from core.shapes import Tokens, Valid

_VOCABULARY, _WIDTH, _LENGTH, _BATCH = 24, 32, 12, 64
_BEFORE, _AFTER = 1, 2


class _Pairs(nn.Module):
    """One self-attention, and from what it gives the two tokens of the pair."""

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.embedding = TokenEmbedding(_VOCABULARY, _WIDTH, SinusoidalPositions(_WIDTH, _LENGTH))
        self.attention = MultiHeadAttention(_WIDTH, heads)
        self.output = nn.Linear(_WIDTH, 2 * _VOCABULARY)

    def forward(self, tokens: Tokens, valid: Valid) -> LabelScores:
        states = self.embedding(tokens, torch.arange(tokens.shape[1]).expand_as(tokens))
        mixed = self.attention(states, self.attention.prepare(states), valid_keys(valid))
        return self.output(mixed).unflatten(-1, (2, _VOCABULARY))


def pairs(generator: torch.Generator, batch: int = _BATCH) -> Labelled:
    """Random tokens; each is asked for the one before it and the one two places after it."""
    tokens = torch.randint(_VOCABULARY, (batch, _LENGTH), generator=generator)
    labels = torch.stack([tokens.roll(_BEFORE, 1), tokens.roll(-_AFTER, 1)], -1)
    asked = torch.ones_like(tokens, dtype=torch.bool)
    asked[:, :_BEFORE] = asked[:, -_AFTER:] = False
    return Labelled(tokens, torch.ones_like(asked), labels, asked)


class Heads(AbstractClaim):
    """Same width, same parameters, same steps: one head against two."""

    name = "heads"
    lecture = (11,)
    statement = "Several heads keep apart what one head averages away"
    source = "Vaswani et al. 2017, section 3.2.2, arXiv:1706.03762"
    effect_is = "both tokens right, two heads"
    baseline_is = "both tokens right, one head"
    unit = "share of tokens"
    rule = "shown when two heads are right for at least 0.9 of the tokens and one head for at most 0.3"

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train one after the other on the same batches."""
        seeds, rows = Seeds(seed), list[Row]()
        held_out = pairs(seeds.generator("held out"), 256)
        last = steps(800, budget)
        for at, heads in enumerate((1, 2)):
            network = made(partial(_Pairs, heads), seeds)
            for now in learn(network, pairs, seeds, last, rate=5e-3):
                if now.step % 25 == 0 or now.step == last:
                    right = accuracy(network, held_out)
                    rows.append({"heads": heads, "step": now.step, "loss": now.loss, "accuracy": right})
                    yield Progress((at + now.step / last) / 2, tuple(rows))
        one, two = (float([row for row in rows if row["heads"] == heads][-1]["accuracy"] or 0) for heads in (1, 2))
        return Measured(two, one, tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where one head alone can do it."""
        shows = [one.effect >= 0.9 and one.baseline <= 0.3 for one in found]
        return judged(shows, [one.baseline >= 0.9 for one in found])
