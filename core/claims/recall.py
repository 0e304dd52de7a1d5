"""What was said and is asked later: attention looks it up, a state of fixed size has to have kept it.

A text is some pairs of a key and a value, a token each, then the keys in another order; asked is the value of each. Softmax
attention keeps every token and picks one. Linear attention keeps a sum of fixed size (Katharopoulos et al. 2020,
arXiv:2006.16236), a GRU a vector: both have to store all pairs, since they do not know yet which will be asked first. So
the number of pairs grows and the width does not: one layer, one head of 16 features, a state of 16 × 16 and 16 numbers for linear
attention and of 16 for the GRU. Same width, same batches, same steps. It is the size that decides: with two layers of four such
heads linear attention recalls 48 pairs too. The GRU does not get beyond guessing among the values of its text, even of four
pairs: in these steps it does not learn the task at all, so its figure is no measure of what it could keep.
"""

from collections.abc import Sequence
from functools import partial

import torch
from torch import nn

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import Labelled, LabelScores, accuracy, learn, made, steps
from core.language import mark
from core.models.transformer_encoder import EncoderLayer
from core.models.transformer_settings import TransformerSettings
from core.seeds import Seeds
from core.shapes import States, Tokens, Valid

PAIRS = (4, 8, 16, 32)
KEYS, VALUES = 64, 16
NO_VALUE = VALUES  # of a token that asks
_WIDTH, _BATCH, _STEPS, _RATE = 16, 64, 600, 1e-2
MECHANISM = {"softmax attention": "pairs", "linear attention": "linear"}
NETWORKS = (*MECHANISM, "GRU")


class _Network(nn.Module):
    """Tokens of a key and perhaps a value, one reader, and a value at every token.

    Args:
        name: one of NETWORKS.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.keys, self.values = nn.Embedding(KEYS, _WIDTH), nn.Embedding(VALUES + 1, _WIDTH)
        self.reader = _Recurrent() if name == "GRU" else _Attentive(MECHANISM[name])
        self.output = nn.Sequential(nn.LayerNorm(_WIDTH), nn.Linear(_WIDTH, VALUES))

    def forward(self, tokens: Tokens, valid: Valid) -> LabelScores:
        read = self.reader(self.keys(tokens // (VALUES + 1)) + self.values(tokens % (VALUES + 1)))
        scores: LabelScores = self.output(read)
        return scores


class _Recurrent(nn.Module):
    """A GRU from left to right."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.GRU(_WIDTH, _WIDTH, batch_first=True)

    def forward(self, states: States) -> States:
        read: States = self.layer(states)[0]
        return read


class _Attentive(nn.Module):
    """A layer of a Transformer's encoder, without positions: the order of pairs says nothing."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.layer = EncoderLayer(
            TransformerSettings(layers=1, heads=1, width=_WIDTH, feed_forward=2, positions="none", attention=kind)
        )

    def forward(self, states: States) -> States:
        batch, time, _ = states.shape
        read: States = self.layer(
            states, None, torch.arange(time).expand(batch, -1), torch.ones(batch, time, dtype=torch.bool)
        )
        return read


def lookups(generator: torch.Generator, pairs: int, batch: int = _BATCH) -> Labelled:
    """Pairs of different keys and any values, then the keys again in another order; the value of each is asked there.

    >>> lookups(torch.Generator().manual_seed(0), 4, 3).tokens.shape
    torch.Size([3, 8])
    """
    keys = torch.rand(batch, KEYS, generator=generator).argsort(dim=1)[:, :pairs]
    values = torch.randint(VALUES, (batch, pairs), generator=generator)
    order = torch.rand(batch, pairs, generator=generator).argsort(dim=1)
    said, asking = keys * (VALUES + 1) + values, keys.gather(1, order) * (VALUES + 1) + NO_VALUE
    asked = torch.cat([torch.zeros_like(said), torch.ones_like(asking)], dim=1).bool()
    labels = torch.cat([torch.zeros_like(said), values.gather(1, order)], dim=1)
    return Labelled(torch.cat([said, asking], dim=1), torch.ones_like(asked), labels, asked)


class Recall(AbstractClaim):
    """Associative recall by softmax attention, linear attention and a GRU, over the number of pairs."""

    name = "recall"
    lecture = (17,)
    statement = "A state of fixed size forgets what attention to every token can still look up"
    source = (
        "Katharopoulos et al. 2020, arXiv:2006.16236, for the state; Ba et al. 2016, arXiv:1610.06258, for the task"
    )
    effect_is = mark("values recalled of {pairs} pairs, softmax attention", pairs=PAIRS[-1])
    baseline_is = "the same, the better of linear attention and GRU"
    unit = "share of values"
    rule = "shown when softmax attention recalls at least 0.9 of the values and the others at least 0.4 less"

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train a network for each number of pairs, all on the same batches."""
        seeds, rows, last = Seeds(seed), list[Row](), steps(_STEPS, budget)
        cells = [(pairs, name) for pairs in PAIRS for name in NETWORKS]
        for at, (pairs, name) in enumerate(cells):
            network = made(partial(_Network, name), seeds)
            for now in learn(network, partial(lookups, pairs=pairs), seeds, last, rate=_RATE, warmup=last // 6):
                if now.step % 50 == 0:
                    yield Progress((at + now.step / last) / len(cells), tuple(rows))
            right = accuracy(network, lookups(seeds.generator("held out"), pairs, 256))
            rows.append({"pairs": pairs, "network": name, "accuracy": right, "loss": now.loss})
            yield Progress((at + 1) / len(cells), tuple(rows))
        at_end = {str(row["network"]): float(row["accuracy"] or 0) for row in rows if row["pairs"] == PAIRS[-1]}
        return Measured(at_end.pop(NETWORKS[0]), max(at_end.values()), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where another recalls as much."""
        shows = [one.effect >= 0.9 and one.effect - one.baseline >= 0.4 for one in found]
        return judged(shows, [one.effect <= one.baseline for one in found])
