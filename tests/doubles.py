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
    """The prefix of every slot; the whole past, so any table over prefixes can be a model."""

    prefixes: tuple[tuple[tuple[int, ...], ...], ...]

    def select(self, parents: torch.Tensor, items: torch.Tensor | None = None) -> "TableState":
        kept = range(len(self.prefixes)) if items is None else items.tolist()
        return TableState(
            tuple(tuple(self.prefixes[item][slot] for slot in row) for item, row in zip(kept, parents.tolist()))
        )

    def fed(self, tokens: torch.Tensor) -> "TableState":
        return TableState(
            tuple(
                tuple((*prefix, token) for prefix, token in zip(prefixes, row))
                for prefixes, row in zip(self.prefixes, tokens.tolist())
            )
        )


class Markov:
    """The next token depends on the last one: a matrix whose rows are probabilities. Token 0 ends, token 1 begins."""

    begin, end, never_generated = BEGIN, END, (BEGIN,)

    def __init__(self, matrix: Sequence[Sequence[float]]) -> None:
        self.log_matrix = torch.log(torch.tensor(matrix, dtype=torch.float64)).float()

    def start(self, sources: Sequence[Sequence[int]]) -> TableState:
        return TableState(tuple(((),) for _ in sources))

    def step(self, tokens: torch.Tensor, state: TableState) -> Step:
        return Step(self.log_matrix[tokens], state.fed(tokens))


class RandomTable:
    """A different distribution after every prefix, drawn from a seed; rows tell whose prefix they are."""

    begin, end, never_generated = BEGIN, END, (BEGIN,)

    def __init__(self, vocabulary: int, seed: int, peak: float = 1.5) -> None:
        self.vocabulary, self.seed, self.peak = vocabulary + 2, seed, peak

    def start(self, sources: Sequence[Sequence[int]]) -> TableState:
        return TableState(tuple(((),) for _ in sources))

    def step(self, tokens: torch.Tensor, state: TableState) -> Step:
        after = state.fed(tokens)
        laws = torch.stack([torch.stack([self.distribution(one) for one in row]) for row in after.prefixes])
        # attention that names the prefix it belongs to: a missing reorder would show
        marks = torch.tensor([[[[float(hash(one) % 997)] for one in row]] for row in after.prefixes])
        return Step(laws, after, lambda: {"table.cross": marks})  # item head slot key

    def distribution(self, prefix: tuple[int, ...]) -> torch.Tensor:
        rng = np.random.default_rng([self.seed, *prefix])
        logits = torch.tensor(rng.normal(size=self.vocabulary) * self.peak)
        logits[BEGIN] = -torch.inf
        return torch.log_softmax(logits, dim=-1).float()


def rules(longest: int = 5, source: int = 4, keep: int = 5) -> Rules:
    return Rules(end=END, never_generated=(BEGIN,), max_new_tokens=longest, source_length=source, keep_pruned=keep)
