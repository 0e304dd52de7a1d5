"""One source being written: calls of a compiled loop, its cells, and the record of every step in order."""

from typing import NamedTuple

from torch import Tensor

from core.models.compiled import buffers
from core.models.compiled.architecture import Architecture
from core.models.compiled.buffers import Beams, Cells, Written
from core.models.compiled.control import Control
from core.models.compiled.package import Run

_ROOM = 64  # steps that the first cells have room for; it doubles
_FEWEST = 2  # rows of any buffer: what is compiled for every size is not compiled for one


class Given(NamedTuple):
    """What every call of a loop is given.

    Attributes:
        kind: what was compiled; loop: that.
        flat, positions: the model's weights, and a vector per position.
        keys, values: of the source, whose length is `source`.
        never: as the loop takes it; begin, end: tokens.
        width: hypotheses; longest: steps.
    """

    kind: Architecture
    loop: Run
    flat: Tensor
    positions: Tensor
    keys: Tensor
    values: Tensor
    source: int
    never: Tensor
    begin: int
    end: int
    width: int
    longest: int


class Segment(NamedTuple):
    """Steps that share a record: the first of them, and the record."""

    base: int
    written: Written
    beams: Beams | None


class Writing:
    """Steps, written as far as somebody asked.

    Args:
        given: what the loop needs.

    Attributes:
        steps: that are written.
    """

    def __init__(self, given: Given) -> None:
        self.steps = 0
        self._given = given
        self._room = 0
        self._cells: Cells | None = None
        self._segments: list[Segment] = []

    def go(self, limit: int, *, bounded: int) -> None:
        """Write up to `limit` steps, or until the loop stops by itself.

        Args:
            bounded: as in `Control`.
        """
        limit = min(limit, self._given.longest)
        while self.steps < limit:
            if self.steps == self._room:
                self._grow()
            until, before = min(limit, self._room), self.steps
            self._call(until, bounded)
            if self.steps < until or self.steps == before:
                return

    def at(self, step: int) -> tuple[Segment, int]:
        """Where a step is recorded: a segment, and the row in it."""
        segment = next(one for one in reversed(self._segments) if one.base <= step)
        return segment, step - segment.base

    def _call(self, until: int, bounded: int) -> None:
        given, (base, written, beams) = self._given, self._segments[-1]
        assert self._cells is not None
        control = Control(given.source, self.steps, until, given.end, base, bounded).tensor()
        arguments = [
            given.flat, given.positions, control, given.keys, given.values, given.never, *self._cells.keys,
            *self._cells.values, *written.own, *written.across, written.scored, written.tokens, *(beams or ()),
        ]  # fmt: skip
        self.steps = int(given.loop(arguments)[0])
        if self.steps == given.longest:
            self._cells = None  # nothing will follow; the record stays

    def _grow(self) -> None:
        """More room, for as many steps again; what is recorded stays where it is."""
        given, base = self._given, self._room
        kind, width = given.kind, given.width
        room = max(_FEWEST, min(given.longest, 2 * base or _ROOM))
        rows = max(_FEWEST, room - base)
        if self._cells is None:
            self._cells = buffers.cells(kind, room, width)
        else:
            self._cells = buffers.grown(kind, self._cells, room, width)
        record = buffers.written(kind, rows, room, given.keys.shape[-1], width)
        beams = None if width == 1 else buffers.beams(rows, room, width)
        record.tokens[0] = given.begin
        if base:
            (last, row), former = self.at(base - 1), self._segments[-1].beams
            record.tokens[0] = last.written.tokens[row + 1]
            if beams is not None and former is not None:
                for one, other in ((beams.parents, former.parents), (beams.sums, former.sums)):
                    one[0] = other[row + 1]
                beams.paths[:, :base] = former.paths
                beams.best.copy_(former.best)
        self._room = room
        self._segments.append(Segment(base, record, beams))
