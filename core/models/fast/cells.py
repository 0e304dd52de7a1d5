"""Cells: the keys and values of everything written so far, in a buffer that is only ever appended to.

A step writes one cell per row and layer, in place, behind those of the steps before it; nothing written is ever
changed. Who came from whom is told by a lineage: for every slot and every step, the slot whose cell belongs to its
path. When a search reorders its beams, only the lineage is gathered; so is going back to, or branching from, an older
state. If two continue the same state, the first writes behind it and the second takes a copy.

Two arrangements: *apart* (each row a group of its own, as in greedy search and sampling, whose rows never cross) and
*together* (a group per source, its slots side by side, as in beam search): there a query is held against the cells of
all slots in one product, and the lineage picks its own path out of the scores.
"""

from dataclasses import dataclass, field
from threading import Lock

import torch
from jaxtyping import Float, Int
from torch import Tensor

_FIRST = 32  # steps that a fresh buffer has room for; it doubles
# scoring all slots costs 4·slots·steps·width operations a row, copying a path 16·steps·width bytes: at the ratio of a
# core's arithmetic to its memory bandwidth they are equal at about two dozen slots
_MOST_TOGETHER = 24

Room = Float[Tensor, "layer two group head step slot dim"]
Rows = Float[Tensor, "slot width"]
Past = Float[Tensor, "rows cell dim"]


class Buffer:
    """Room for cells, and how many steps of it are taken.

    A single group lies step after step, so that a product can be written straight to its place; several lie group after
    group and head after head, so that each one's cells are one matrix.

    Args:
        layers, groups, heads, steps, slots, dim: its size; like: whose kind of number it holds.
    """

    def __init__(self, shape: tuple[int, int, int, int, int, int], like: Tensor) -> None:
        layers, groups, heads, steps, slots, dim = self.shape = shape
        self.alone = groups == 1
        if self.alone:
            self._room = like.new_empty(2 * layers, steps, slots, heads * dim)
            self._cells = self._room.view(2 * layers, steps * slots, heads, dim).transpose(1, 2)
        else:
            self._room = self._cells = like.new_empty(2 * layers, groups * heads, steps * slots, dim)
        self._taken = 0
        self._lock = Lock()

    @property
    def room(self) -> Room:
        """All of it under the names of its axes, whichever way it lies."""
        layers, groups, heads, steps, slots, dim = self.shape
        if self.alone:
            return self._room.view(layers, 2, 1, steps, slots, heads, dim).permute(0, 1, 2, 5, 3, 4, 6)
        return self._room.view(layers, 2, groups, heads, steps, slots, dim)

    def claim(self, step: int) -> bool:
        """Whether the caller may write this step's cells: only once, and only while there is room."""
        with self._lock:
            free = step == self._taken and step < self.shape[3]
            self._taken += free
            return free

    def fill(self, steps: int, cells: Room) -> "Buffer":
        """Take these cells as those of the first steps."""
        self.room[:, :, :, :, :steps] = cells
        self._taken = steps
        return self

    def rows(self, step: int) -> tuple[Rows, ...]:
        """Where a single group's step is written: keys and values of each layer in turn."""
        return self._room.select(1, step).unbind(0)

    def places(self, step: int) -> tuple[Float[Tensor, "two group head slot dim"], ...]:
        """Where several groups' step is written: keys and values of each layer."""
        return self.room.select(4, step).unbind(0)

    def past(self, steps: int) -> tuple[Past, ...]:
        """The cells of the first steps, [group·head, step·slot, dim]: keys and values of each layer in turn."""
        return self._cells.narrow(2, 0, steps * self.shape[4]).unbind(0)


@dataclass(frozen=True, eq=False)
class Cells:
    """What was written along the path of every slot.

    Attributes:
        buffer: where it stands; steps: how many of them are this one's past.
        items: sources.
        lineage: for every item and slot the slot of each earlier step on its path; None where slots are apart.
    """

    buffer: Buffer = field(repr=False)
    steps: int
    items: int
    lineage: Int[Tensor, "item slot step"] | None = None

    @classmethod
    def empty(cls, layers: int, items: int, heads: int, dim: int, like: Tensor) -> "Cells":
        """Before the first token: one slot per item."""
        return cls(Buffer((layers, items, heads, _FIRST, 1, dim), like), 0, items)

    @property
    def slots(self) -> int:
        """Slots per item."""
        _, groups, _, _, width, _ = self.buffer.shape
        return groups * width // self.items

    def writable(self) -> Buffer:
        """A buffer behind whose past the next step may be written: this one, or a copy."""
        if self.buffer.claim(self.steps):
            return self.buffer
        copy = self._filled(self.buffer.room[:, :, :, :, : self.steps])
        copy.claim(self.steps)
        return copy

    def paths(self) -> Int[Tensor, "item slot step"] | None:
        """The lineage with the step that is being written: every slot its own."""
        if self.lineage is None:
            return None
        own = torch.arange(self.slots).expand(self.items, self.slots)[:, :, None]
        return torch.cat([self.lineage, own], dim=2)

    def select(self, parents: Int[Tensor, "item slot"], items: Int[Tensor, " item"] | None) -> "Cells":
        """The cells along the paths of other slots."""
        slots = parents.shape[1]
        if slots != self.slots or not 1 < slots <= _MOST_TOGETHER:
            return self._apart(parents, items)
        cells = self if self.lineage is not None else self._together()
        assert cells.lineage is not None
        buffer, lineage = cells.buffer, cells.lineage
        if items is not None:
            buffer = cells._filled(buffer.room[:, :, :, :, : self.steps].index_select(2, items))
            lineage = lineage.index_select(0, items)
        lineage = lineage.gather(1, parents[:, :, None].expand(-1, -1, cells.steps))
        return Cells(buffer, cells.steps, len(parents), lineage)

    def _together(self) -> "Cells":
        """Slots of an item side by side, each still on its own path."""
        layers, _, heads, _, _, dim = self.buffer.shape
        past = self.buffer.room[:, :, :, :, : self.steps, 0]
        apart = past.reshape(layers, 2, self.items, self.slots, heads, self.steps, dim)
        buffer = self._filled(apart.permute(0, 1, 2, 4, 5, 3, 6))  # layer two item head step slot dim
        lineage = torch.arange(self.slots)[None, :, None].expand(self.items, self.slots, self.steps)
        return Cells(buffer, self.steps, self.items, lineage)

    def _apart(self, parents: Int[Tensor, "item slot"], items: Int[Tensor, " item"] | None) -> "Cells":
        """Each of these slots with a copy of its own past, in a row of its own."""
        items = torch.arange(self.items) if items is None else items
        past = self.buffer.room[:, :, :, :, : self.steps]
        if self.lineage is None:
            rows = (items[:, None] * self.slots + parents).flatten()
            mine = past.index_select(2, rows)
        else:
            paths = self.lineage[items[:, None], parents]  # item slot step
            places = (items[:, None, None], slice(None), torch.arange(self.steps), paths)
            mine = past.permute(2, 3, 4, 5, 0, 1, 6)[places].flatten(0, 1)  # row step head layer two dim
            mine = mine.permute(3, 4, 0, 2, 1, 5)[:, :, :, :, :, None]
        return Cells(self._filled(mine), self.steps, len(parents))

    def _filled(self, cells: Room) -> Buffer:
        """A fresh buffer that begins with these, and has room for as many steps again."""
        layers, _, groups, heads, steps, slots, dim = cells.shape
        shape = (layers, groups, heads, max(_FIRST, 2 * steps), slots, dim)
        return Buffer(shape, cells).fill(steps, cells)
