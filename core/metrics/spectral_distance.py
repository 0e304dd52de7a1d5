"""Dynamic time warping: how far two courses of vectors are from each other when time may be stretched.

Source: Sakoe & Chiba 1978. Every vector of each course is matched with at least one of the other, in order; the distance is
the mean over the best path, each step counted once per course it advances (their symmetric weights: a diagonal step
counts twice), so that courses of any two lengths can be compared.
"""

import numpy as np
from jaxtyping import Float


def warped_distance(one: Float[np.ndarray, "time feature"], other: Float[np.ndarray, "frame feature"]) -> float:
    """The mean distance along the best path, per vector of both courses; 0 where one is the other, stretched.

    >>> rising = np.array([[0.0], [1.0], [2.0]])
    >>> warped_distance(rising, np.repeat(rising, 2, axis=0)), warped_distance(rising, rising[:2])
    (0.0, 0.2)
    """
    apart = one[:, None] - other[None]
    cost = np.sqrt((apart * apart).mean(axis=-1))  # time frame
    rows, columns = cost.shape
    # along an anti-diagonal nothing waits for anything: cell (i, j) stands on diagonal i + j at place i
    diagonals = np.full((rows + columns - 1, rows), np.inf)
    at = np.arange(rows)[:, None] + np.arange(columns)
    diagonals[at, np.broadcast_to(np.arange(rows)[:, None], at.shape)] = cost
    before, here = np.full(rows + 1, np.inf), np.full(rows + 1, np.inf)  # place −1 first; two diagonals back, one back
    here[1] = 2 * cost[0, 0]
    for now in diagonals[1:]:
        after = np.full(rows + 1, np.inf)
        after[1:] = np.minimum(np.minimum(here[1:], here[:-1]) + now, before[:-1] + 2 * now)
        before, here = here, after
    return float(here[rows] / (rows + columns))
