"""Nested lists, by every mechanism: what a cheaper attention gains in time, and what it gives up.

A text is an expression such as [MAX 3 [MIN 7 2 ] 5 ], nested up to three deep and up to 64 tokens long, with MAX, MIN, MED
(the median, rounded down) and SM (the sum, modulo 10); asked is its value, a digit. It is a small form of ListOps (Nangia &
Bowman 2018, arXiv:1804.06028) as the Long Range Arena has it (Tay et al. 2021, arXiv:2011.04006), whose own scores do not
reproduce here: its texts have 2,000 tokens, its networks train for days. All mechanisms have the same width, batches and
steps. Times are of this machine at this moment and decide nothing; at 64 tokens hardly any of the cheaper ones saves any.
"""

from collections.abc import Callable, Sequence
from random import Random
from time import perf_counter

import torch
from torch import nn

from core.attention.mechanisms import MECHANISMS
from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import Labelled, accuracy, labeler, learn, steps
from core.language import mark
from core.models.transformer_settings import TransformerSettings
from core.seeds import Seeds


def _median(values: list[int]) -> int:
    """The middle one, or the mean of the two in the middle, rounded down."""
    ordered = sorted(values)
    return (ordered[(len(values) - 1) // 2] + ordered[len(values) // 2]) // 2


def _sum(values: list[int]) -> int:
    """The last digit of the sum."""
    return sum(values) % 10


_VALUE_OF: dict[str, Callable[[list[int]], int]] = {
    "[MAX": max,
    "[MIN": min,
    "[MED": _median,
    "[SM": _sum,
}
OPERATORS = tuple(_VALUE_OF)
TOKENS = (*map(str, range(10)), *OPERATORS, "]")
LONGEST, _DEEPEST, _NESTED = 64, 3, 0.35
_BATCH, _STEPS, _RATE, _REPEATS = 32, 300, 2e-3, 5
EVERY_PAIR = "pairs"
_CLEAR = 0.05  # a difference in accuracy that 1,000 held-out texts can tell


def evaluate(tokens: Sequence[str]) -> int:
    """The value of an expression.

    >>> evaluate("[MAX 3 [MIN 7 2 ] [SM 9 4 ] ]".split()), evaluate("[MED 1 8 3 4 ]".split())
    (3, 3)
    """
    open_lists: list[list[int]] = [[]]
    operators: list[str] = []
    for token in tokens:
        if token in OPERATORS:
            operators.append(token)
            open_lists.append([])
        elif token == "]":
            values = open_lists.pop()
            open_lists[-1].append(_VALUE_OF[operators.pop()](values))
        else:
            open_lists[-1].append(int(token))
    return open_lists[0][0]


def expression(chance: Random, depth: int = 1) -> list[str]:
    """A random one, at most three deep; however long."""
    tokens = [chance.choice(OPERATORS)]
    for _ in range(chance.randint(2, 5)):
        nested = depth < _DEEPEST and chance.random() < _NESTED
        tokens += expression(chance, depth + 1) if nested else [str(chance.randint(0, 9))]
    return [*tokens, "]"]


def lists(generator: torch.Generator, batch: int = _BATCH) -> Labelled:
    """Random expressions of up to 64 tokens; the value is asked at the first token."""
    chance = Random(int(torch.randint(1 << 62, (), generator=generator)))
    texts: list[list[str]] = []
    while len(texts) < batch:
        text = expression(chance)
        if len(text) <= LONGEST:
            texts.append(text)
    tokens = torch.zeros(batch, max(map(len, texts)), dtype=torch.long)
    valid, labels = torch.zeros_like(tokens, dtype=torch.bool), torch.zeros_like(tokens)
    for row, text in enumerate(texts):
        tokens[row, : len(text)] = torch.tensor([TOKENS.index(token) for token in text])
        valid[row, : len(text)] = True
        labels[row, 0] = evaluate(text)
    asked = torch.zeros_like(valid)
    asked[:, 0] = True
    return Labelled(tokens, valid, labels, asked)


class ListOps(AbstractClaim):
    """Accuracy and time per token of every mechanism."""

    name = "listops"
    lecture = (19,)
    statement = "Cheaper attention pays with accuracy: on nested lists nothing does as well as every pair"
    source = "Tay et al. 2021, table 1, arXiv:2011.04006, where some do as well"
    effect_is = "values right, every pair"
    baseline_is = "the same, the best of the cheaper mechanisms"
    unit = "share of texts"
    rule = mark("shown when every pair is right at least {clear:g} more often than any other", clear=_CLEAR)

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train one after the other on the same batches."""
        seeds, rows, last = Seeds(seed), list[Row](), steps(_STEPS, budget)
        held_out = lists(seeds.generator("held out"), 1000)
        answers = held_out.labels[:, 0]
        guess = float(answers.bincount().max() / len(answers))
        for at, kind in enumerate(MECHANISMS):
            settings = TransformerSettings(layers=2, heads=4, width=32, attention=kind, longest=LONGEST, window=4)
            network = labeler(settings, len(TOKENS), 10, seeds)
            for now in learn(network, lists, seeds, last, rate=_RATE, warmup=min(30, last // 4)):
                if now.step % 25 == 0:
                    yield Progress((at + now.step / last) / len(MECHANISMS), tuple(rows))
            rows.append({
                "attention": kind, "accuracy": accuracy(network, held_out), "most_frequent": guess,
                "seconds_per_token": _seconds_per_token(network, held_out),
            })  # fmt: skip
            yield Progress((at + 1) / len(MECHANISMS), tuple(rows))
        right = {str(row["attention"]): float(row["accuracy"] or 0) for row in rows}
        return Measured(right.pop(EVERY_PAIR), max(right.values()), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where a cheaper one is as much ahead."""
        ahead = [one.effect - one.baseline for one in found]
        return judged([lead >= _CLEAR for lead in ahead], [lead <= -_CLEAR for lead in ahead])


@torch.no_grad()
def _seconds_per_token(network: nn.Module, batch: Labelled) -> float:
    """The quickest of a few readings of some texts, over their real tokens: what disturbs one only makes it longer."""
    tokens, valid = batch.tokens[:_BATCH], batch.valid[:_BATCH]
    taken = []
    for _ in range(_REPEATS):
        began = perf_counter()
        network(tokens, valid)
        taken.append(perf_counter() - began)
    return min(taken) / int(valid.sum())
