"""Alignment maps from anywhere as values: which training step, layer, head and item each is of, and what was done to it.

Rows are target positions (queries), columns source positions (keys), as everywhere in the house.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from core.errors import ShapeError
from core.language import mark, tr
from core.recording.matrix import AttentionMatrix


@dataclass(frozen=True)
class Place:
    """Where a map belongs; None where nothing says so.

    Attributes:
        name: what its file and its keys call it, numbers of steps, layers and heads left out.
        step: of the training, counted as its name counts.
        layer, head, item: counted from 0; an item is one sentence of a batch.
    """

    name: str = ""
    step: int | None = None
    layer: int | None = None
    head: int | None = None
    item: int | None = None

    @property
    def site(self) -> "Place":
        """The same place at any step: what can be followed over a training."""
        return replace(self, step=None)

    @property
    def label(self) -> str:
        """For people: layers, heads and items counted from 1.

        >>> Place("attn", layer=1, head=0).label
        'attn · layer 2 · head 1'
        """
        numbers = (
            (mark("layer {n}"), self.layer),
            (mark("head {n}"), self.head),
            (mark("item {n}"), self.item),
        )
        parts = [self.name, *(tr(word, n=number + 1) for word, number in numbers if number is not None)]
        return " · ".join(part for part in parts if part) or tr("map")


@dataclass(frozen=True)
class AlignmentMap:
    """One map.

    Attributes:
        weights: finite; rows are target positions.
        place: what it belongs to.
        queries, keys: the token of each row and column where the file says it; of the map as shown.
        shape: rows and columns before anything was made smaller.
        block: rows and columns of the file under one cell of `weights`; (1, 1) where nothing was made smaller.
        notes: what was noticed and what was done, in sentences.
    """

    weights: Float[np.ndarray, "target source"]
    place: Place
    shape: tuple[int, int]
    queries: tuple[str, ...] | None = None
    keys: tuple[str, ...] | None = None
    block: tuple[int, int] = (1, 1)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for axis, labels in zip((0, 1), (self.queries, self.keys)):
            if labels is not None and len(labels) != self.weights.shape[axis]:
                raise ShapeError(
                    tr(
                        "{label}: {count} labels for {shape} cells",
                        label=self.place.label,
                        count=len(labels),
                        shape=self.weights.shape[axis],
                    )
                )

    @property
    def signed(self) -> bool:
        """Whether there are weights below 0."""
        return bool((self.weights < 0).any())


@dataclass(frozen=True)
class AlignmentDump:
    """All maps of what somebody brought.

    Attributes:
        maps: by site, and within a site by step.
        found: sentences: what the files hold and how their axes were read.
        done: sentences: what was noticed, left out, turned or made smaller.
    """

    maps: tuple[AlignmentMap, ...]
    found: tuple[str, ...] = ()
    done: tuple[str, ...] = ()

    @property
    def steps(self) -> tuple[int, ...]:
        """Training steps that have a map, in order; empty where no map says its step."""
        return tuple(sorted({one.place.step for one in self.maps if one.place.step is not None}))

    @property
    def groups(self) -> tuple[tuple[str, int | None], ...]:
        """What cannot be compared with each other, since it is of other sentences or tensors: (name, item)."""
        return tuple(dict.fromkeys((one.place.name, one.place.item) for one in self.maps))

    def at(self, step: int | None, group: tuple[str, int | None]) -> tuple[AlignmentMap, ...]:
        """The maps of a step and a group: its layers and heads."""
        return tuple(one for one in self.maps if one.place.step == step and (one.place.name, one.place.item) == group)

    def over_steps(self, site: Place) -> tuple[AlignmentMap, ...]:
        """One layer and head through the training."""
        return tuple(one for one in self.maps if one.place.site == site.site and one.place.step is not None)


@dataclass(frozen=True)
class Axes:
    """What stands along the axes of a map as it is shown.

    Attributes:
        queries, keys: one label for each row and column.
        rows, columns: what they are: "output frames, in seconds", "source tokens".
        block: rows and columns of the file under one cell; shape: rows and columns of the file, where it is known.
        hop: seconds that one row or column of the file lasts; None where nothing is known.
        timed: which of 0 (rows) and 1 (columns) are frames, where there is a hop.
        notes: what did not fit.
    """

    queries: tuple[str, ...]
    keys: tuple[str, ...]
    rows: str
    columns: str
    block: tuple[int, int] = (1, 1)
    shape: tuple[int, int] | None = None
    hop: float | None = None
    timed: int | None = None
    notes: tuple[str, ...] = ()

    def span(self, axis: int, first: int, last: int) -> str:
        """The cells from `first` to `last` of an axis, for people: tokens, seconds, or numbers counted from 1.

        >>> Axes(("0.0 s", "0.5 s"), ("发", "财"), "output frames", "source tokens", hop=0.5, timed=0).span(0, 0, 1)
        '0.00–1.00 s'
        """
        labels, step = (self.queries if axis == 0 else self.keys), self.block[axis]
        end = (last + 1) * step
        if self.shape is not None:  # the last cell of a map that was made smaller may stand for less than a block
            end = min(end, self.shape[axis])
        if self.timed == axis and self.hop:
            return f"{first * step * self.hop:.2f}–{end * self.hop:.2f} s"
        numbers = f"{end}" if first * step + 1 == end else f"{first * step + 1}–{end}"
        if not (self.rows if axis == 0 else self.columns).endswith("tokens"):
            return numbers
        named = labels[first : last + 1]
        return f"{numbers} “{' '.join(named if len(named) < 7 else (*named[:3], '…', named[-1]))}”"


@dataclass(frozen=True)
class Mark:
    """Rows or columns of a map that something is said about.

    Attributes:
        axis: 0 for rows, 1 for columns.
        first, last: of them, both included.
        word: drawn on the map: a number or a letter.
        told: what is said.
    """

    axis: int
    first: int
    last: int
    word: str
    told: str


def of_matrices(recorded: Sequence[tuple[int, Sequence[AttentionMatrix]]], name: str) -> AlignmentDump:
    """The cross-attention of a model of ours over its training, a map a head.

    Args:
        recorded: pairs of a step and the matrices recorded at it.
        name: what it is of, for people.
    """
    own_view = tr(" to its own layer")  # of two, in a multi-view wiring
    maps = [
        AlignmentMap(
            matrix.weights[head].astype(np.float32),
            Place("cross-attention" + own_view * ("auxiliary" in matrix.site.name), step, matrix.site.layer, head),
            matrix.weights.shape[1:],
            matrix.queries,
            matrix.keys,
        )
        for step, matrices in recorded
        for matrix in matrices
        if matrix.site.kind == "cross"
        for head in range(matrix.heads)
    ]
    ordered = sorted(maps, key=lambda one: (one.place.name, one.place.layer, one.place.head, one.place.step))
    return AlignmentDump(
        tuple(ordered),
        (
            tr(
                "{name}: {count} steps, {count2} maps of cross-attention",
                name=name,
                count=len(recorded),
                count2=len(ordered),
            ),
        ),
    )
