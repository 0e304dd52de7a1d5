"""What a loop writes into: cells (keys and values, grown when they are full) and the record of its steps."""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from core.models.compiled.architecture import Architecture

Layers = list[Tensor]


class Cells(NamedTuple):
    """Keys and values of what was written, by layer; with room for a number of steps."""

    keys: Layers
    values: Layers


class Written(NamedTuple):
    """The record of some steps, a row each.

    Attributes:
        own, across: weights of self- and cross-attention, [row, slot, head, step or source], by layer; without slots
            where there is one.
        scored: scores of the next token (greedy) or their log-probabilities.
        tokens: what is fed at each row, and after the last.
    """

    own: Layers
    across: Layers
    scored: Float[Tensor, "row *slot vocab"]
    tokens: Int[Tensor, "row_and_one *slot"]


class Beams(NamedTuple):
    """What a beam keeps beside.

    Attributes:
        parents: in which slot each row's hypothesis stood a step before; sums: of its log-probabilities.
        paths: for every slot and step in which slot its path went; best: the best sum that ended.
    """

    parents: Int[Tensor, "row_and_one slot"]
    sums: Float[Tensor, "row_and_one slot"]
    paths: Int[Tensor, "slot step"]
    best: Float[Tensor, " one"]


def cells(kind: Architecture, steps: int, width: int) -> Cells:
    """Zeros: what is not written yet is weighed with zero, and must be a number."""
    if width == 1:
        return Cells(
            _many(kind, torch.zeros, kind.heads, kind.dim, steps), _many(kind, torch.zeros, kind.heads, steps, kind.dim)
        )
    return Cells(*(_many(kind, torch.zeros, steps, width, kind.width) for _ in range(2)))


def grown(kind: Architecture, old: Cells, steps: int, width: int) -> Cells:
    """The same with more room."""
    new = cells(kind, steps, width)
    along = (2, 1) if width == 1 else (0, 0)
    for mine, others, dim in zip(new, old, along):
        for one, other in zip(mine, others):
            one.narrow(dim, 0, other.shape[dim]).copy_(other)
    return new


def written(kind: Architecture, rows: int, steps: int, source: int, width: int) -> Written:
    """Room for a record of some rows."""
    slots = () if width == 1 else (width,)
    return Written(
        _many(kind, torch.empty, rows, *slots, kind.heads, steps),
        _many(kind, torch.empty, rows, *slots, kind.heads, source),
        torch.empty(rows, *slots, kind.tokens),
        torch.zeros(rows + 1, *slots, dtype=torch.int64),
    )


def beams(rows: int, steps: int, width: int) -> Beams:
    """Before the first step: one hypothesis lives, in the first slot."""
    sums = torch.full((rows + 1, width), -torch.inf, dtype=torch.float64)
    sums[0, 0] = 0
    return Beams(
        torch.zeros(rows + 1, width, dtype=torch.int64), sums, torch.zeros(width, steps, dtype=torch.int64),
        torch.full((1,), -torch.inf, dtype=torch.float64),
    )  # fmt: skip


def _many(kind: Architecture, make, *shape: int) -> Layers:  # type: ignore[no-untyped-def]
    return [make(*shape) for _ in range(kind.layers)]
