"""Healthy maps with known faults put in, to see whether the doctor finds them, and where: one a map, or two and three."""

from dataclasses import dataclass, field
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


def rough(rows: np.ndarray, faults: list[Fault], chance: np.random.Generator) -> np.ndarray:
    """Every weight times a number around one, and here and there an output by itself that looks anywhere.

    None of these stands in a fault or next to one: there it would be part of it, or cut it in two; and none where a source has
    that output alone: it would be left out.
    """
    targets, sources = rows.shape
    uneven = rows * np.exp(chance.normal(0, 0.3, rows.shape))
    uneven /= uneven.sum(axis=1, keepdims=True)
    near = np.zeros(targets, bool)
    for one in faults:
        if one.axis == 0:
            near[max(0, one.first - 3) : one.last + 4] = True
    place = rows.argmax(axis=1)
    may = [at for at in range(3, targets - 3) if not near[at] and place[at] == place[at - 1]]
    strays = [at for at in may if at % 4 == 0 and chance.random() < 0.4]
    uneven[strays] = rows_at(chance.integers(0, sources, len(strays)), sources, chance, 0.5, 0.2)
    return uneven


SEVERAL = ("skip", "repeat", "stuck", "collapse")  # may follow each other in one map
ENDS = ("none", "run-on", "premature end")


@dataclass
class Course:
    """A map in the making: where each output looks, and what was put in so far."""

    places: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)

    def read(self, sources: range, chance: np.random.Generator) -> None:
        """One to three outputs on each of these."""
        for source in sources:
            self.places += [source] * int(chance.integers(1, 4))

    def fault(self, kind: str, sources: range, chance: np.random.Generator) -> None:
        """Read these with a fault in their middle."""
        middle = sources[len(sources) // 2 - 2]
        after = middle + int(chance.integers(3, 6))
        if kind == "skip":
            self.read(range(sources.start, middle), chance)
            self.faults.append(Fault("skip", 1, middle, after - 1))
            return self.read(range(after, sources.stop), chance)
        self.read(range(sources.start, after), chance)
        first = len(self.places)
        if kind == "repeat":
            self.read(range(middle, after), chance)
        elif kind == "stuck":
            while self.places[first - 1] == after - 1:
                first -= 1
            self.places += [after - 1] * int(chance.integers(14, 25))
        else:
            self.lost += range(first, first + int(chance.integers(4, 10)))
            self.places += [after] * (self.lost[-1] + 1 - first)
        self.faults.append(Fault(kind, 0, first, len(self.places) - 1))
        return self.read(range(after, sources.stop), chance)


def several(seed: int) -> tuple[np.ndarray, list[Fault]]:
    """A map with two or three faults one after the other, the last of them perhaps at the end."""
    chance = np.random.default_rng([99, seed])
    course, at = Course(), 0
    end = str(chance.choice(ENDS))
    kinds = chance.choice(SEVERAL, int(chance.integers(2, 4)) - (end != "none"))
    for kind in kinds:
        until = at + int(chance.integers(12, 18))
        course.fault(str(kind), range(at, until), chance)
        at = until
    sources = at + int(chance.integers(6, 10))
    course.read(range(at, sources), chance)
    if end == "run-on":
        first = course.places.index(sources - 1)
        course.places += [sources - 1] * int(chance.integers(14, 25))
        course.faults.append(Fault("run-on", 0, first, len(course.places) - 1))
    if end == "premature end":
        more = int(chance.integers(sources // 4, sources // 2))
        course.faults.append(Fault("premature end", 1, sources, sources + more - 1))
        sources += more
    width, noise = chance.uniform(0.2, 0.7), chance.uniform(0.0, 0.25)
    rows = rows_at(np.array(course.places), sources, chance, width, noise)
    rows[course.lost] = chance.dirichlet(np.full(sources, 8.0), len(course.lost))
    return rows, course.faults


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
