"""The alignment doctor: what is wrong with a map that should be read forward from end to end, and where.

It follows the outputs through the sources, as one reads such a map by eye (reading_path.py: one output that goes its own way
is not followed), and names what does not belong there:

    collapse        outputs that look everywhere at once
    reversal        outputs that go back through the sources, one after the other
    repeat          outputs that go back and read sources again
    stuck           outputs that stay on one source far longer than on others
    run-on          the same on the last source: the output does not end
    skip            sources that nothing looks at, though later ones are read
    premature end   sources at the end that are never reached

Outputs are rows, places count from 0, both ends belong to a finding. Each output is judged by where it looks and not by its
size, so rows need not sum to one. What is meant by far, long and everywhere is a number below.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from core.language import mark, tr
from core.metrics.alignment_scores import HALF, centers, ordered, shares, stepped_over
from core.metrics.entropy import entropy_share
from core.metrics.reading_path import reading_path, width_of

TARGET, SOURCE = 0, 1
LOST = 0.75  # of the widest spread: an output that spreads wider looks everywhere
FEW = 3  # outputs that are lost one after the other before it is a collapse
LOOKED_AT = 0.3  # the weight from which a source counts as looked at
BESIDE = 0.7  # or so much of the largest: beside a wide peak nothing was left out
LONG, LEAST = 4.0, 6  # a stay is stuck when it is so many times the median and has so many outputs
BACK = 2  # sources that one must go back before it is a repeat; one is a wobble
BACKWARDS = -0.5  # order of a whole map from which it reads backwards
UNREAD = 0.15  # of the sources, unread at the end, and two of them, before the end is premature


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        kind: as in the list above.
        axis: 0 where the places are outputs, 1 where they are sources.
        first, last: the places, from 0, both included.
        words: what it is, in a few words, without the places.
    """

    kind: str
    axis: int
    first: int
    last: int
    words: str


class Stay(NamedTuple):
    """Outputs one after the other whose strongest source is the same."""

    source: int
    first: int
    last: int

    @property
    def length(self) -> int:
        """How many outputs."""
        return self.last - self.first + 1


def examine(weights: Float[np.ndarray, "target source"]) -> tuple[Finding, ...]:
    """All findings of a map, in the order of the outputs and then of the sources; none for a healthy one.

    Args:
        weights: at least 0, finite; padding cut away.

    Raises:
        ShapeError: as `core.metrics.alignment_scores.alignment_scores`.

    >>> examine(np.eye(8))
    ()
    >>> [(one.kind, one.first, one.last) for one in examine(np.eye(8)[[0, 1, 2, 5, 6, 7]])]
    [('skip', 3, 4)]
    """
    rows = shares(weights)
    if rows.shape[1] == 1:
        return ()
    lost = _lost(rows)
    collapsed = [
        Finding(mark("collapse"), TARGET, first, last, tr("outputs look everywhere at once"))
        for first, last in _runs(lost, FEW)
    ]
    sure = ~lost
    if not sure.any():
        return tuple(collapsed)
    if _backwards(rows[sure]):
        first, last = (int(one) for one in np.flatnonzero(sure)[[0, -1]])
        return (
            *collapsed,
            Finding(mark("reversal"), TARGET, first, last, tr("the map is read from its end to its beginning")),
        )
    path = reading_path(rows, sure)
    reach = (width_of(rows[sure]) - 1) // 2
    stays = _stays(path, reach)
    found = [*collapsed, *_returns(stays, max(BACK, reach + 1)), *_long(stays, rows.shape[1])]
    found += _unread(rows[path >= 0], _stays(path), collapsed)
    return tuple(sorted(found, key=lambda one: (one.axis, one.first, one.kind)))


def _lost(rows: Float[np.ndarray, "target source"]) -> Bool[np.ndarray, " target"]:
    """Outputs that look everywhere."""
    return entropy_share(rows[None], np.ones((1, *rows.shape), bool))[0] > LOST


def _backwards(rows: Float[np.ndarray, "target source"]) -> bool:
    """Whether the whole map is read from its end."""
    places = centers(rows)
    return len(rows) > 1 and -ordered(-places) < BACKWARDS and float(np.ptp(places)) > 2 * HALF


def _stays(path: Int[np.ndarray, " target"], reach: int = 0) -> list[Stay]:
    """The course of the outputs that are followed; others in between end no stay, nor does a place within reach."""
    stays: list[Stay] = []
    for at in np.flatnonzero(path >= 0).tolist():
        source = int(path[at])
        if stays and abs(stays[-1].source - source) <= reach:
            stays[-1] = stays[-1]._replace(last=at)
        else:
            stays.append(Stay(source, at, at))
    return stays


def _returns(stays: Sequence[Stay], back: int) -> list[Finding]:
    """Where the course goes back so far: one place after the other (reversal), or at once and forward again (repeat)."""
    found, furthest, at = [], stays[0].source, 1
    while at < len(stays):
        if stays[at].source > furthest - back:
            furthest = max(furthest, stays[at].source)
            at += 1
            continue
        end = at
        while end + 1 < len(stays) and stays[end + 1].source <= furthest:
            end += 1
        steps = np.diff([one.source for one in stays[at - 1 : end + 1]])
        if len(steps) > 2 and (steps < 0).mean() > HALF and steps.min() >= -back:
            found.append(
                Finding(
                    mark("reversal"),
                    TARGET,
                    stays[at].first,
                    stays[end].last,
                    tr("outputs go back through the sources"),
                )
            )
        else:
            found.append(
                Finding(mark("repeat"), TARGET, stays[at].first, stays[end].last, tr("sources are read again"))
            )
        at = end + 1
    return found


def _long(stays: Sequence[Stay], sources: int) -> list[Finding]:
    """Stays far longer than the others; on the last source the output does not end."""
    usual = float(np.median([one.length for one in stays])) if len(stays) > 1 else 1.0
    found = []
    for one in stays:
        if one.length >= max(LEAST, LONG * usual):
            if one is stays[-1] and one.source >= sources - 2:
                found.append(
                    Finding(mark("run-on"), TARGET, one.first, one.last, tr("outputs go on after the last source"))
                )
            else:
                found.append(Finding(mark("stuck"), TARGET, one.first, one.last, tr("outputs stay on one source")))
    return found


def _unread(
    rows: Float[np.ndarray, "target source"], stays: Sequence[Stay], collapsed: Sequence[Finding]
) -> list[Finding]:
    """Sources without any weight to speak of: in between or before, skipped; many at the end, never reached.

    Those that were to be read while outputs looked everywhere are no finding of their own.
    """
    targets, sources = rows.shape
    beside = stepped_over(np.array([one.source for one in stays]), sources, targets)
    read = (rows >= np.minimum(LOOKED_AT, BESIDE * rows.max(axis=1, keepdims=True))).any(axis=0)
    for one in stays:
        read[max(0, one.source - beside) : one.source + beside + 1] = True
    for lost in collapsed:
        before = max((one.source + 1 for one in stays if one.last < lost.first), default=0)
        after = min((one.source for one in stays if one.first > lost.last), default=sources)
        read[before:after] = True
    found = []
    for first, last in _runs(~read, 1):
        length = last - first + 1
        if last == sources - 1 and length >= max(2, UNREAD * sources):
            found.append(
                Finding(mark("premature end"), SOURCE, first, last, tr("the output ends before these are read"))
            )
        else:
            found.append(Finding(mark("skip"), SOURCE, first, last, tr("nothing looks at these")))
    return found


def _runs(true: Bool[np.ndarray, " place"], least: int) -> list[tuple[int, int]]:
    """First and last place of every run of True that is at least so long.

    >>> _runs(np.array([True, False, True, True]), 2)
    [(2, 3)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], true.astype(np.int8), [0]])))
    return [(int(first), int(end) - 1) for first, end in zip(edges[::2], edges[1::2]) if end - first >= least]
