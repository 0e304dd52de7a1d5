"""Dynamic time warping through an alignment map: the best way from its beginning to its end, without ever going back.

Source: Sakoe & Chiba 1978. Every output and every source is on the way at least once; a step goes on by one output, by one
source, or by both, and pays 1 − weight of the cell it comes to, so that of two ways the one along strong weights is taken.
"""

import numpy as np
from jaxtyping import Float, Int

_BOTH, _TARGET, _SOURCE = 0, 1, 2  # how a cell was come to


def warping_path(weights: Float[np.ndarray, "target source"]) -> Int[np.ndarray, "cell 2"]:
    """The cells (output, source) on the best way from the first pair to the last.

    Args:
        weights: in 0…1; where two ways cost the same, going on by both at once comes first, then by an output.

    >>> warping_path(np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9]])).tolist()
    [[0, 0], [1, 0], [2, 1]]
    """
    targets, sources = weights.shape
    came = _came(1.0 - weights)
    at, path = (targets - 1, sources - 1), []
    while at != (0, 0):
        path.append(at)
        how = came[at]
        at = (at[0] - (how != _SOURCE), at[1] - (how != _TARGET))
    return np.array([(0, 0), *reversed(path)])


def _came(cost: Float[np.ndarray, "target source"]) -> Int[np.ndarray, "target source"]:
    """How each cell is come to most cheaply. On an anti-diagonal nothing waits for anything, so it is done at once."""
    targets, sources = cost.shape
    came = np.zeros((targets, sources), dtype=np.int8)
    before, here = (
        np.full(targets + 1, np.inf),
        np.full(targets + 1, np.inf),
    )  # place t + 1 of two diagonals back, of one
    for diagonal in range(targets + sources - 1):
        rows = np.arange(max(0, diagonal - sources + 1), min(targets, diagonal + 1))
        ways = np.stack([before[rows], here[rows], here[rows + 1]])  # by both, by an output, by a source
        how = ways.argmin(axis=0)
        came[rows, diagonal - rows] = how
        least = ways[how, np.arange(len(rows))] if diagonal else np.zeros(1)
        before, here = here, np.full(targets + 1, np.inf)
        here[rows + 1] = least + cost[rows, diagonal - rows]
    return came
