"""Which axis is which: arrays of two to six axes as single maps, the reading said and open to correction.

The last two axes are target and source. What stands before them is read by its number:

    one     head           (H, T, S)            ESPnet, one layer of anything
    two     layer head     (L, H, T, S)         a stack over layers
    three   layer item head   (L, B, H, T, S)   Hugging Face: a batch within every layer
    four    time layer item head, T = 1         Hugging Face while it generates: one row a time

Names may have said some of it: what they say is not looked for among the axes. Axes of size one say nothing and go.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from jaxtyping import Shaped

from core.adapters.stored import Stored
from core.errors import DataError
from core.language import mark, tr
from core.recording.alignment import Place

READINGS = {  # what a person may say the leading axes are
    1: ("head", "item", "layer", "step", "time"),
    2: ("layer head", "item head", "step head", "item layer", "step layer", "step item"),
    3: ("layer item head", "step layer head", "item layer head", "step item head"),
    4: ("step layer item head",),
}
AXES = (mark("head"), mark("item"), mark("layer"), mark("step"), mark("time"))  # of them
_MEANT = {
    1: ("head", "item", "layer"),
    2: ("layer head", "item head", "layer item"),
    3: ("layer item head", "step item head"),
}
_MOST_MAPS = 8192


@dataclass(frozen=True)
class Read:
    """An array with its leading axes named.

    Attributes:
        values: without axes of size one before the last two.
        axes: one word for each axis before the last two.
        note: how it was read, where there was something to read.
    """

    values: Shaped[np.ndarray, "..."]
    axes: tuple[str, ...]
    note: str = ""


def read_axes(stored: Stored, place: Place, chosen: str | None = None) -> Read:
    """Name the leading axes of an array.

    Args:
        stored: two axes or more.
        place: what names have said already.
        chosen: what a person says they are, one of READINGS; held to where the number of axes fits.

    Raises:
        DataError: fewer than two axes, more than six, no cells, or numbers that are no weights.
    """
    values = stored.values
    _check(values, stored.key)
    if values.ndim < 2:
        raise DataError(
            tr(
                "{named}a list of {size:,} numbers, not a map: expected rows and columns, (T, S)",
                named=_named(stored),
                size=values.size,
            )
        )
    lead = [size for size in values.shape[:-2] if size != 1]
    values = values.reshape(*lead, *values.shape[-2:])
    if not lead:
        return Read(values, ())
    if chosen and len(chosen.split()) == len(lead):
        return _timed(
            values, tuple(chosen.split()), tr("read as you say: ({replace}, …)", replace=chosen.replace(" ", ", "))
        )
    if values.shape[-2] == 1 and len(lead) < 5:
        rest = _meant(len(lead) - 1, place, values)
        return _timed(values, ("time", *rest), tr("one row each: the first axis is taken for time"))
    if len(lead) > 3:
        raise DataError(
            tr(
                "{named}{ndim} axes {sizes}; at most (L, B, H, T, S) can be read",
                named=_named(stored),
                ndim=values.ndim,
                sizes=_sizes(values.shape),
            )
        )
    axes = _meant(len(lead), place, values)
    return Read(
        values,
        axes,
        tr("{sizes} read as ({list})", sizes=_sizes(values.shape), list=", ".join((*axes, "target", "source"))),
    )


def single_maps(read: Read, place: Place) -> Iterator[tuple[Place, Shaped[np.ndarray, "target source"]]]:
    """Every map of an array with where it belongs; views, nothing is copied.

    Raises:
        DataError: more maps than a person could look at.
    """
    sizes = read.values.shape[:-2]
    count = int(np.prod(sizes, dtype=np.int64))
    if count > _MOST_MAPS:
        raise DataError(
            tr(
                "{count:,} maps in one array; at most {most_maps:,} are read: save fewer layers, items or steps",
                count=count,
                most_maps=_MOST_MAPS,
            )
        )
    for at in product(*map(range, sizes)):
        yield replace(place, **dict(zip(read.axes, at))), read.values[at]


def _meant(count: int, place: Place, values: np.ndarray) -> tuple[str, ...]:
    """The first reading of so many axes that does not name again what names have said."""
    if count == 0:
        return ()
    if count == 1 and place.head is None and is_padded(values):
        return ("item",)
    for reading in _MEANT.get(count, ()):
        words = tuple(reading.split())
        if all(getattr(place, word) is None for word in words):
            return words
    return tuple(READINGS[count][-1].split())


def is_padded(values: Shaped[np.ndarray, "..."]) -> bool:
    """Whether the maps end at different rows and columns, all behind being zero: sentences of a batch, not heads of one.

    Rows behind the end of a target are empty in a batch alone; so they decide.
    """
    if values.ndim != 3:
        return False
    filled = values.any(axis=-1)  # [leading, target]
    ends = {int(row.nonzero()[0][-1]) + 1 if row.any() else 0 for row in filled}
    return len(ends) > 1


def _timed(values: np.ndarray, axes: tuple[str, ...], note: str) -> Read:
    """With the axis of time moved to the rows, where there is one: (time, …, rows, S) → (…, time·rows, S)."""
    if "time" not in axes:
        return Read(values, axes, note)
    at = axes.index("time")
    moved = np.moveaxis(values, at, -3)  # (…, time, rows, source)
    return Read(moved.reshape(*moved.shape[:-3], -1, moved.shape[-1]), axes[:at] + axes[at + 1 :], note)


def _check(values: np.ndarray, key: str) -> None:
    what = f"{key}: " if key else ""
    if values.dtype.kind not in "fiub":
        kinds = {"c": tr("complex numbers"), "U": "text", "S": "text"}
        raise DataError(tr("{what}{get}, no weights", what=what, get=kinds.get(values.dtype.kind, str(values.dtype))))
    if values.size == 0:
        raise DataError(tr("{what}an array without a cell {sizes}", what=what, sizes=_sizes(values.shape)))


def _named(stored: Stored) -> str:
    return f"{stored.key}: " if stored.key else ""


def _sizes(shape: Sequence[int]) -> str:
    return f"({', '.join(f'{size:,}' for size in shape)})"
