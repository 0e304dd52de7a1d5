"""Which axes the arrays of each program have, by their number; what a person may say where names do not.

The words: time (one row of targets is written at a time), layer, item (a sentence of a batch, or a beam's slot), head, target,
source. Facts of shape, read in each program's source:

    Hugging Face    (B, H, T, S) a layer; while it generates, one such tensor with T = 1 a step and layer
    fairseq         (B, T, S), heads averaged; with need_head_weights (H, B, T, S)
    OpenNMT-py      attns["std"] (T, B, S) up to version 2, (B, T, S) from 3 on; per head (B, H, T, S)
    JoeyNMT         (T, S) a sentence; (B, T, S) a batch
    ESPnet          (H, T, S) a module, named by its path
    Coqui TTS       (T, S): frames by characters
    Whisper         (L, H, T, 1500): a column is 20 ms of sound
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Shaped

from core.adapters.axes import is_padded
from core.errors import DataError
from core.language import mark, tr

ORDER = ("time", "layer", "item", "head", "target", "source")
_MAP = ("target", "source")
_MOST_AXES = 6


@dataclass(frozen=True)
class Program:
    """How a program writes attention.

    Attributes:
        axes: of an array, by how many it has; where a number is missing, arrays are read by their number alone.
        hop: seconds that a column lasts where columns are frames of sound; None where they are tokens.
    """

    axes: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    hop: float | None = None


_BATCHED = {3: ("item", *_MAP), 4: ("item", "head", *_MAP)}
ANY = mark("by names and numbers")
PROGRAMS = {
    ANY: Program(),
    "Hugging Face": Program({3: ("head", *_MAP), 4: ("item", "head", *_MAP)}),
    "fairseq": Program({3: ("item", *_MAP), 4: ("head", "item", *_MAP), 5: ("layer", "head", "item", *_MAP)}),
    "OpenNMT-py up to 2": Program({**_BATCHED, 3: ("target", "item", "source")}),
    "OpenNMT-py from 3 on": Program(_BATCHED),
    "JoeyNMT": Program(_BATCHED),
    "ESPnet": Program({4: ("item", "head", *_MAP)}),
    "Coqui TTS": Program({3: ("item", *_MAP)}),
    "Whisper": Program(hop=0.02),
}


def axes_of(values: Shaped[np.ndarray, "..."], known: tuple[str, ...], program: str, last: str) -> tuple[str, ...]:
    """One word for each axis of an array.

    Args:
        values: as stored.
        known: axes that names number already, so that they are not looked for among the array's.
        program: one of PROGRAMS; last: the last word of the array's name.

    Raises:
        DataError: fewer than two axes, or more than have a name.

    >>> axes_of(np.ones((2, 3, 4, 5)), (), ANY, "attn"), axes_of(np.ones((2, 3, 4, 5)), ("layer",), ANY, "attn")
    (('layer', 'head', 'target', 'source'), ('item', 'head', 'target', 'source'))
    """
    if values.ndim == 1:
        raise DataError(
            tr("a list of {size:,} numbers, not a map (T, S): are its rows of different lengths?", size=values.size)
        )
    if not 2 <= values.ndim <= _MOST_AXES:
        raise DataError(
            tr(
                "{ndim} axes {shape}; expected two, (T, S), to six, (steps, layers, items, heads, T, S)",
                ndim=values.ndim,
                shape=values.shape,
            )
        )
    said = PROGRAMS[program].axes.get(values.ndim)
    if said is not None and not set(said) & set(known):
        return said
    if last == "std" and values.ndim == 3:  # what OpenNMT-py calls it
        return PROGRAMS["OpenNMT-py up to 2"].axes[3]
    return _by_number(values, known)


def _by_number(values: Shaped[np.ndarray, "..."], known: tuple[str, ...]) -> tuple[str, ...]:
    free = values.ndim - 2
    if values.ndim == 3 and "head" not in known and values.shape[0] > 1 and is_padded(values):
        return ("item", *_MAP)
    wanted = [one for one in ("layer", "item", "head") if one not in known]
    timed = "time" not in known and values.shape[-2] == 1 and free > 0 and values.shape[0] > 1
    if timed or free > len(wanted):
        return ("time", *_inner(wanted, free - 1), *_MAP)
    return (*_inner(wanted, free), *_MAP)


def _inner(wanted: list[str], free: int) -> tuple[str, ...]:
    """Which of the axes that may be there are, if there are so many: heads before layers before items."""
    rank = {"head": 0, "layer": 1, "item": 2}
    if free > len(wanted):
        raise DataError(
            tr(
                "{free} axes before target and source, where names leave room for {wanted}; save one "
                "array a layer, (items, heads, T, S), or say which program wrote it",
                free=free,
                wanted=", ".join(wanted) or tr("none"),
            )
        )
    there = sorted(wanted, key=rank.__getitem__)[:free]
    return tuple(one for one in wanted if one in there)
