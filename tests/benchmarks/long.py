"""Attention over long texts: cheaper kinds against attention to every pair, forward, on the same queries, keys and values.

Two promises for each length. The cheaper kind takes less time. And it keeps what its count of operations promises: its
time over that of all pairs is at most 1.5 times the ratio of their counts, of multiplications with an addition:

    every pair   time · time · (dim + value)                      scores, then context
    linear       time · (2 dim · value + dim)                     sums of pairs and of keys, then questions
    banded       time · (block + 2 window) · (dim + value)        with blocks of half the band, as they are computed

Heads are so wide (64) that matrix products are most of the work on either side; what is no product (softmax, copies,
features) is in the times and not in the counts. Outputs are compared before time is taken.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.attention.attention import AbstractAttention
from core.attention.masks import band
from core.attention.mechanisms import MECHANISMS, Wanted
from core.recording.tap import watching
from core.seeds import Seeds
from tests.benchmarks.contest import in_turns
from tests.benchmarks.row import Measured, Row

HEADS, DIM, WINDOW = 4, 64, 64
PROMISED = 1.5  # times the ratio of the counts


def every_pair(time: int) -> float:
    """Multiplications with an addition, of one head."""
    return time * time * 2 * DIM


COUNTS: dict[str, Callable[[int], float]] = {
    "linear": lambda time: time * (2 * DIM * DIM + DIM),
    "banded": lambda time: time * 3 * WINDOW * 2 * DIM,
}


@dataclass(frozen=True)
class Case:
    """A cheaper kind at a length."""

    kind: str
    time: int

    def rows(self) -> list[Row]:
        """Its two promises."""
        what = f"{self.kind} attention over {self.time:,} tokens, {HEADS} heads of {DIM}, against every pair"
        return [
            Row(f"{self.kind}-{self.time}", what, "×", 1.0, self.measure),
            Row(f"{self.kind}-{self.time}-promise", f"{what}, over the ratio of operations", "×", PROMISED,
                self.against_its_count),
        ]  # fmt: skip

    def measure(self, share: float) -> Measured:
        """Processor time over that of every pair."""
        torch.set_num_threads(1)
        chance = Seeds(0).generator("heads")
        parts = [torch.randn(1, HEADS, self.time, DIM, generator=chance) for _ in range(3)]
        wanted = Wanted(heads=HEADS, dim=DIM, window=WINDOW)
        cheap, full = (MECHANISMS[kind].make(wanted) for kind in (self.kind, "pairs"))
        with torch.no_grad():
            torch.testing.assert_close(cheap(*parts).context, self.expected(cheap, full, parts), atol=1e-5, rtol=0)
            return in_turns(lambda: cheap(*parts), lambda: full(*parts), share, 1)

    def against_its_count(self, share: float) -> Measured:
        """How many times what was promised."""
        found = self.measure(share)
        promise = COUNTS[self.kind](self.time) / every_pair(self.time)
        value, low, high = (one / promise for one in (found.value, found.low, found.high))
        return replace(found, value=value, low=low, high=high, note=f"promised {promise:.4f}; {found.note}")

    def expected(self, cheap: AbstractAttention, full: AbstractAttention, parts: list[Tensor]) -> Tensor:
        """The context by a matrix over all pairs."""
        if self.kind == "banded":
            return full(*parts, band(self.time, self.time, WINDOW, WINDOW)).context
        seen: dict[object, Tensor] = {}
        with watching(seen.__setitem__):
            cheap(*parts)
        return seen[cheap.tap_weights] @ parts[2]


CASES = [Case("linear", time) for time in (1024, 2048, 4096)] + [Case("banded", time) for time in (512, 1024, 2048)]
ROWS = [row for case in CASES for row in case.rows()]
