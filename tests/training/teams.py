"""Teams for tests: members that are threads of one process, and add up through a list."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

import torch
from torch import Tensor

from core.training.team import AbstractTeam

T = TypeVar("T")


class Table:
    """Where members of a team lay what they have, and see what all have."""

    def __init__(self, size: int) -> None:
        self.barrier, self.laid = threading.Barrier(size, timeout=60), [torch.empty(0)] * size

    def all_of(self, rank: int, values: Tensor) -> list[Tensor]:
        self.laid[rank] = values.detach().clone()
        self.barrier.wait()
        found = list(self.laid)
        self.barrier.wait()  # nobody lays anew before all have seen
        return found


@dataclass(frozen=True)
class Beside(AbstractTeam):
    """A member that is a thread."""

    rank: int
    size: int
    table: Table
    heard: list[float] = field(default_factory=list)

    def add(self, values: Tensor) -> Tensor:
        return torch.stack(self.table.all_of(self.rank, values)).sum(0)

    def first(self, values: Tensor) -> Tensor:
        return self.table.all_of(self.rank, values)[0]


def each(size: int, work: Callable[[AbstractTeam], T]) -> list[T]:
    """What every member of a team makes of its work, by rank."""
    table = Table(size)

    def one(rank: int) -> T:
        try:
            return work(Beside(rank, size, table))
        except BaseException:
            table.barrier.abort()
            raise

    with ThreadPoolExecutor(size) as threads:
        return list(threads.map(one, range(size)))
