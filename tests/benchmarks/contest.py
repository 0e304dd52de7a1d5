"""Two ways to do the same work, in turns, in one process and on one thread: how much more processor time one needs.

Processor seconds are the whole process's: an engine may compute in threads of its own.
"""

import time
from collections.abc import Callable
from math import ceil
from statistics import median
from typing import Any, NamedTuple

from tests.benchmarks.row import Measured, middle, times

Work = Callable[[], Any]
ENOUGH = 0.05  # seconds of a turn: shorter work is repeated, so that the clock's and the caches' whims are small
WHOLE = 20.0  # seconds for all rounds
FEWEST, MOST = 5, 60  # rounds


class Spent(NamedTuple):
    """Seconds of one call."""

    processor: float
    wall: float


def spent(work: Work, calls: int = 1) -> Spent:
    """What a call costs, the mean of several."""
    processor, wall = time.process_time(), time.perf_counter()
    for _ in range(calls):
        work()
    return Spent((time.process_time() - processor) / calls, (time.perf_counter() - wall) / calls)


def in_turns(ours: Work, theirs: Work, share: float, steps: int) -> Measured:
    """Our processor time over theirs: the median of the rounds' ratios, so that what slows a round down slows both.

    Args:
        ours, theirs: the same work, done once already; share: of the rounds; steps: in one call, for the note.
    """
    works = (ours, theirs)
    once = [spent(work).wall for work in works]
    calls = [ceil(ENOUGH / wall) for wall in once]
    fitting = int(WHOLE / sum(wall * count for wall, count in zip(once, calls)))
    rows: list[tuple[Spent, Spent]] = []
    for round_ in range(times(min(max(fitting, FEWEST), MOST), share)):
        # who goes first changes: what the first leaves in the caches helps the second
        found = {side: spent(works[side], calls[side]) for side in ((0, 1), (1, 0))[round_ % 2]}
        rows.append((found[0], found[1]))
    mine, other = (1e6 * median(side.processor for side in sides) / steps for sides in zip(*rows))
    wall = median(one.wall / two.wall for one, two in rows)
    note = f"{mine:,.0f} against {other:,.0f} µs a step, {len(rows)} rounds; by the wall clock {wall:.2f}"
    return middle([one.processor / two.processor for one, two in rows], note)
