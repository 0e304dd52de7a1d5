"""Step models small enough to be written down: a table of probabilities is a model."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from core.decoding.frontier import Rules
from core.step_model import Step

END, BEGIN = 0, 1


@dataclass(frozen=True)
class TableState:
    """The prefix of every row; the whole past, so any table over prefixes can be a model."""

    prefixes: tuple[tuple[int, ...], ...]

    def select(self, rows: torch.Tensor) -> "TableState":
        return TableState(tuple(self.prefixes[row] for row in rows.tolist()))


class Markov:
    """The next token depends on the last one: a matrix whose rows are probabilities. Token 0 ends, token 1 begins."""

    begin, end, never_generated = BEGIN, END, (BEGIN,)

    def __init__(self, matrix: Sequence[Sequence[float]]) -> None:
        self.log_matrix = torch.log(torch.tensor(matrix, dtype=torch.float64)).float()

    def start(self, sources: Sequence[Sequence[int]]) -> TableState:
        return TableState(tuple(() for _ in sources))

    def step(self, tokens: torch.Tensor, state: TableState) -> Step:
        after = TableState(tuple((*prefix, token) for prefix, token in zip(state.prefixes, tokens.tolist())))
        return Step(self.log_matrix[tokens], after, {})


class RandomTable:
    """A different distribution after every prefix, drawn from a seed; rows tell whose prefix they are."""

    begin, end, never_generated = BEGIN, END, (BEGIN,)

    def __init__(self, vocabulary: int, seed: int, peak: float = 1.5) -> None:
        self.vocabulary, self.seed, self.peak = vocabulary + 2, seed, peak

    def start(self, sources: Sequence[Sequence[int]]) -> TableState:
        return TableState(tuple(() for _ in sources))

    def step(self, tokens: torch.Tensor, state: TableState) -> Step:
        after = TableState(tuple((*prefix, token) for prefix, token in zip(state.prefixes, tokens.tolist())))
        rows = torch.stack([self.distribution(prefix) for prefix in after.prefixes])
        # attention that names the prefix it belongs to: a missing reorder would show
        marks = torch.tensor([[[float(hash(prefix) % 997)]] for prefix in after.prefixes])
        return Step(rows, after, {"table.cross": marks})

    def distribution(self, prefix: tuple[int, ...]) -> torch.Tensor:
        rng = np.random.default_rng([self.seed, *prefix])
        logits = torch.tensor(rng.normal(size=self.vocabulary) * self.peak)
        logits[BEGIN] = -torch.inf
        return torch.log_softmax(logits, dim=-1).float()


def rules(longest: int = 5, source: int = 4, keep: int = 5) -> Rules:
    return Rules(end=END, never_generated=(BEGIN,), max_new_tokens=longest, source_length=source, keep_pruned=keep)
