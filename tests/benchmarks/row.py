"""A row of the benchmark: what is measured, what is promised, and what came out."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Measured:
    """What came out.

    Attributes:
        value: what the target is held against; inf where the goal was never reached.
        low, high: the smallest and the largest of the repetitions.
        note: what else a reader should know.
    """

    value: float
    low: float
    high: float
    note: str = ""


@dataclass(frozen=True)
class Row:
    """One promise.

    Attributes:
        name: the word on the command line.
        what: what is measured, in one line.
        unit: "s", "ms" or "×" (a ratio).
        target: the largest value that keeps the promise; None where there is none, only a figure to know.
        measure: takes the share of the repetitions to run, in (0, 1].
    """

    name: str
    what: str
    unit: str
    target: float | None
    measure: Callable[[float], Measured]

    def met(self, measured: Measured) -> bool | None:
        """Whether the promise is kept; None where nothing was promised."""
        return None if self.target is None else measured.value <= self.target


@dataclass
class Clock:
    """Seconds of this thread's processor and of the wall, summed over `with` blocks.

    The processor's seconds are what one core needs; on a quiet machine the two agree.
    """

    processor: float = 0.0
    wall: float = 0.0

    def __enter__(self) -> "Clock":
        self._began = time.thread_time(), time.perf_counter()
        return self

    def __exit__(self, *error: object) -> None:
        self.processor += time.thread_time() - self._began[0]
        self.wall += time.perf_counter() - self._began[1]


def times(full: int, share: float, least: int = 1) -> int:
    """How many repetitions a share of `full` is.

    >>> times(30, 1.0), times(30, 0.1), times(30, 0.001)
    (30, 3, 1)
    """
    return max(least, round(full * share))


def middle(values: Sequence[float], note: str = "") -> Measured:
    """The median, and the range."""
    return Measured(median(values), min(values), max(values), note)


def worst(values: Sequence[float], note: str = "") -> Measured:
    """The largest: for promises that hold for every seed."""
    return Measured(max(values), min(values), max(values), note)
