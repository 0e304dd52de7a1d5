"""Maps too large for a screen, made smaller without losing weight."""

import numpy as np
from jaxtyping import Bool, Float, Shaped

LONGEST = 2048  # cells a side: more than a screen has pixels, and a picture of 4 MB
LARGEST_WEIGHT = 1e6


def as_single(values: Shaped[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """Numbers of any kind as float32; what is too large for it becomes infinite."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(values, np.float32)


def countable(values: Float[np.ndarray, "..."]) -> Bool[np.ndarray, "..."]:
    """Which numbers may be weights: not NaN, not infinite, not the −10⁹ that some programs write for “may not look”."""
    return np.abs(values) <= LARGEST_WEIGHT  # False for NaN


def block_for(shape: tuple[int, ...]) -> tuple[int, int]:
    """How many rows and columns one cell must stand for.

    >>> block_for((2000, 400)), block_for((20_000, 5_000))
    ((1, 1), (10, 3))
    """
    rows, columns = (max(1, -(-size // LONGEST)) for size in shape)
    return rows, columns


def reduced(values: Shaped[np.ndarray, "target source"], block: tuple[int, int]) -> Float[np.ndarray, "rows columns"]:
    """The weight that falls on each block of columns, mean over each block of rows.

    So a row keeps its sum and the whole its shape. The largest of a block would be prettier, but its rows would sum to
    more than what was stored. What is no number counts as 0; blocks at the end may be smaller.

    >>> reduced(np.eye(4), (2, 2)).tolist(), reduced(np.eye(3), (2, 2)).tolist()
    ([[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]])
    """
    tall, wide = block
    starts = np.arange(0, values.shape[1], wide)
    rows = []
    for at in range(0, values.shape[0], tall):
        part = as_single(values[at : at + tall])
        part = np.where(countable(part), part, np.float32(0))
        rows.append(np.add.reduceat(part.mean(axis=0), starts))
    return np.stack(rows)
