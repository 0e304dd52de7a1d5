"""The way through the sources that a map's outputs take together, strays left out.

One output that looks elsewhere by itself, or a weight that is a little larger than its neighbor's by chance, is no going
back. So the strongest source of each output is not taken at its word: a path is worth the sum of its weights, each as a share
of its row's largest, squared, less a price for every time it turns back. It turns where more outputs say so than
that price; once it goes back it may go on back, source by source, at no further price. This is Viterbi's search
(Viterbi 1967) over places and directions, in time T · S. Where outputs look at many sources at once, which of them is the
largest is chance: the weights are first summed over a window as wide as half of the outputs look.
"""

import numpy as np
from jaxtyping import Bool, Float, Int

TURN = 1.2  # outputs that must look back together, in full; a single one never does
FOLLOWED = 0.5  # of an output's largest weight: one that has less of it on the path goes its own way


def reading_path(
    rows: Float[np.ndarray, "target source"], sure: Bool[np.ndarray, " target"]
) -> Int[np.ndarray, " target"]:
    """A source for each output that goes along, −1 for the others.

    Args:
        rows: at least 0, with a weight in each.
        sure: which outputs look somewhere; the others have no say.

    >>> stray = np.eye(6)[[0, 1, 2, 5, 3, 4, 0, 5]]
    >>> reading_path(stray, np.ones(8, bool)).tolist()
    [0, 1, 2, -1, 3, 4, -1, 5]
    >>> again = np.eye(6)[[0, 1, 2, 3, 1, 2, 3, 4]]
    >>> reading_path(again, np.ones(8, bool)).tolist()
    [0, 1, 2, 3, 1, 2, 3, 4]
    """
    smooth = _windowed(rows, width_of(rows[sure]) if sure.any() else 1)
    share = smooth / smooth.max(axis=1, keepdims=True)
    path = _best(np.where(sure[:, None], share**2, 0.0))
    along = share[np.arange(len(rows)), path] >= FOLLOWED
    return np.where(sure & along, path, -1)


def width_of(rows: Float[np.ndarray, "target source"]) -> int:
    """How many sources an output looks at: those with half of its largest weight at least, median over outputs.

    >>> width_of(np.eye(4)), width_of(np.array([[0.0, 0.2, 0.3, 0.3, 0.2]]))
    (1, 4)
    """
    return int(np.median((rows >= FOLLOWED * rows.max(axis=1, keepdims=True)).sum(axis=1)))


def _windowed(rows: Float[np.ndarray, "target source"], width: int) -> Float[np.ndarray, "target source"]:
    """Sums over windows of an odd width, this one or the next smaller; those at the edges are cut off."""
    reach = (width - 1) // 2
    if not reach:
        return rows
    sums = np.pad(rows, ((0, 0), (reach + 1, reach))).cumsum(axis=1)
    return sums[:, 2 * reach + 1 :] - sums[:, : -2 * reach - 1]


def _best(worth: Float[np.ndarray, "target source"]) -> Int[np.ndarray, " target"]:
    """The path of the largest worth; of equal ones the one that stays behind."""
    forward, back = np.empty_like(worth), np.empty_like(worth)  # the largest worth of a path to here, by its direction
    forward[0], back[0] = worth[0], -np.inf
    for at in range(1, len(worth)):
        either = np.maximum(forward[at - 1], back[at - 1])
        turned = np.maximum(forward[at - 1] - TURN, back[at - 1])
        forward[at] = worth[at] + np.maximum.accumulate(either)
        back[at] = worth[at] + np.maximum.accumulate(turned[::-1])[::-1]
    path = np.empty(len(worth), dtype=np.int64)
    path[-1] = np.maximum(forward[-1], back[-1]).argmax()
    goes_back = back[-1, path[-1]] > forward[-1, path[-1]]
    for at in range(len(worth) - 2, -1, -1):
        after = path[at + 1]
        price = TURN if goes_back else 0.0
        may = np.maximum(forward[at] - price, back[at])
        path[at] = after + may[after:].argmax() if goes_back else may[: after + 1].argmax()
        goes_back = back[at, path[at]] > forward[at, path[at]] - price
    return path
