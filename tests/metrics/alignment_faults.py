"""Healthy maps with a known fault put in, to see whether the doctor finds it, and where."""

from typing import NamedTuple

import numpy as np

from tests.metrics.alignment_maps import rows_at


class Fault(NamedTuple):
    """What was put in, and where."""

    kind: str
    axis: int
    first: int
    last: int


FAULTS = ("none", "skip", "repeat", "stuck", "run-on", "collapse", "reversal", "premature end")


def faulty(kind: str, seed: int) -> tuple[np.ndarray, list[Fault]]:
    """A map with one fault of a kind, or with none."""
    chance = np.random.default_rng([FAULTS.index(kind), seed])
    sources = int(chance.integers(14, 41))
    stays = chance.integers(1, 4, sources)  # outputs on each source: 1 to 3
    starts = np.concatenate([[0], np.cumsum(stays)])
    places = np.repeat(np.arange(sources), stays)
    middle = int(chance.integers(4, sources - 8))
    put = {
        "none": _none, "skip": _skip, "repeat": _repeat, "stuck": _stuck, "run-on": _run_on, "collapse": _none,
        "reversal": _reversal, "premature end": _premature,
    }[kind]  # fmt: skip
    places, faults = put(places, starts, middle, chance)
    rows = rows_at(places, sources, chance, chance.uniform(0.2, 0.7), chance.uniform(0.0, 0.25))
    if kind == "collapse":
        first = int(starts[middle])
        last = first + int(chance.integers(4, 10)) - 1
        count = min(last, len(rows) - 1) - first + 1
        rows[first : first + count] = chance.dirichlet(np.full(sources, 8.0), count)
        faults = [Fault("collapse", 0, first, first + count - 1)]
    return rows, faults


def _none(places, starts, middle, chance):
    return places, []


def _skip(places, starts, middle, chance):
    last = middle + int(chance.integers(2, 6)) - 1
    return places[(places < middle) | (places > last)], [Fault("skip", 1, middle, last)]


def _repeat(places, starts, middle, chance):
    until = middle + int(chance.integers(3, 7))
    again = places[starts[middle] : starts[until]]
    where = int(starts[until])
    return np.insert(places, where, again), [Fault("repeat", 0, where, where + len(again) - 1)]


def _stuck(places, starts, middle, chance):
    more = int(chance.integers(14, 25))
    where = int(starts[middle])
    last = int(starts[middle + 1]) - 1 + more
    return np.insert(places, where, np.full(more, middle)), [Fault("stuck", 0, where, last)]


def _run_on(places, starts, middle, chance):
    more = int(chance.integers(14, 25))
    first = int(starts[-2])
    together = np.concatenate([places, np.full(more, places[-1])])
    return together, [Fault("run-on", 0, first, len(together) - 1)]


def _reversal(places, starts, middle, chance):
    return places[::-1], [Fault("reversal", 0, 0, len(places) - 1)]


def _premature(places, starts, middle, chance):
    sources = len(starts) - 1
    kept = int(chance.integers(sources // 3, int(0.75 * sources)))
    return places[: starts[kept]], [Fault("premature end", 1, kept, sources - 1)]
