"""Links from an attention map, and one set of links from two directions.

A map has a weight everywhere; a link is or is not. Each way to decide is a function of `EXTRACTIONS`; those that combine links
of two directions are in `SYMMETRIZATIONS`. Links are pairs (target position, source position).

Source: Och & Ney 2003, section 4.4 (both directions); Koehn, Och & Marcu 2003, "Statistical phrase-based translation" (grow-diag).
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from core.data.word_links import Link
from core.language import mark, tr

Links = frozenset[Link]
Map = Float[np.ndarray, "target source"]
THRESHOLD = 0.3
_AROUND = [(0, 1), (1, 0), (0, -1), (-1, 0), (-1, -1), (-1, 1), (1, -1), (1, 1)]  # steps down and to the right


def largest_in_row(weights: Float[np.ndarray, "target source"]) -> Links:
    """Every target token to its heaviest source token, the first of several; a row without any weight to none.

    >>> sorted(largest_in_row(np.array([[0.2, 0.8], [0.0, 0.0]])))
    [(0, 1)]
    """
    if not weights.size:
        return frozenset()
    return frozenset((int(row), int(weights[row].argmax())) for row in np.flatnonzero(weights.any(axis=1)))


def largest_in_column(weights: Float[np.ndarray, "target source"]) -> Links:
    """Every source token to the target token that weighs it most: the same map, read in the other direction.

    >>> sorted(largest_in_column(np.array([[0.2, 0.8], [0.1, 0.9]])))
    [(0, 0), (1, 1)]
    """
    return frozenset((target, source) for source, target in largest_in_row(weights.T))


def above(weights: Float[np.ndarray, "target source"], threshold: float = THRESHOLD) -> Links:
    """Every cell of at least this weight; a row may have several links, or none.

    >>> sorted(above(np.array([[0.5, 0.5], [0.9, 0.1]])))
    [(0, 0), (0, 1), (1, 0)]
    """
    return frozenset((int(row), int(column)) for row, column in np.argwhere(weights >= threshold))


def intersection(forward: Links, backward: Links) -> Links:
    """What both directions say: precise, and few."""
    return forward & backward


def union(forward: Links, backward: Links) -> Links:
    """What one of them says: many, and less precise."""
    return forward | backward


def grow_diag(forward: Links, backward: Links) -> Links:
    """From the intersection to links of the union beside it, also across corners, while a token of theirs has no link yet.

    >>> sorted(grow_diag(frozenset({(0, 0), (1, 1)}), frozenset({(0, 0), (3, 3)})))
    [(0, 0), (1, 1)]
    """
    either, links = forward | backward, set(forward & backward)
    rows, columns = {target for target, _ in links}, {source for _, source in links}
    grown = True
    while grown:
        grown = False
        for target, source in sorted(links):
            for down, right in _AROUND:
                near = (target + down, source + right)
                if near in either and near not in links and not (near[0] in rows and near[1] in columns):
                    links.add(near)
                    rows.add(near[0])
                    columns.add(near[1])
                    grown = True
    return frozenset(links)


def grow_diag_final(forward: Links, backward: Links) -> Links:
    """Grow-diag, then every link of either direction of which one token has no link yet.

    >>> sorted(grow_diag_final(frozenset({(0, 0), (1, 2)}), frozenset({(0, 0), (1, 3)})))
    [(0, 0), (1, 2), (1, 3)]
    """
    return _final(forward, backward, any)


def grow_diag_final_and(forward: Links, backward: Links) -> Links:
    """Grow-diag, then every link of either direction of which neither token has a link yet.

    >>> sorted(grow_diag_final_and(frozenset({(0, 0), (1, 2)}), frozenset({(0, 0), (1, 3)})))
    [(0, 0), (1, 2)]
    """
    return _final(forward, backward, all)


def in_both_directions(combine: Callable[[Links, Links], Links]) -> Callable[[Map], Links]:
    """A way to extract links: both directions of one map, put together with `combine`."""

    def extracted(weights: Float[np.ndarray, "target source"]) -> Links:
        """The largest of each row and the largest of each column, put together."""
        return combine(largest_in_row(weights), largest_in_column(weights))

    return extracted


def diagonal(targets: int, sources: int) -> Links:
    """Every target position to the source position as far along: what knows nothing about words.

    >>> sorted(diagonal(3, 5))
    [(0, 0), (1, 2), (2, 4)]
    """
    if not sources:
        return frozenset()
    return frozenset((at, round(at * (sources - 1) / max(1, targets - 1))) for at in range(targets))


def _final(forward: Links, backward: Links, needed: Callable[[tuple[bool, bool]], bool]) -> Links:
    links = set(grow_diag(forward, backward))
    rows, columns = {target for target, _ in links}, {source for _, source in links}
    for direction in (forward, backward):
        for target, source in sorted(direction):
            if needed((target not in rows, source not in columns)):
                links.add((target, source))
                rows.add(target)
                columns.add(source)
    return frozenset(links)


SYMMETRIZATIONS: dict[str, Callable[[Links, Links], Links]] = {
    "intersection": intersection,
    "union": union,
    "grow-diag": grow_diag,
    "grow-diag-final": grow_diag_final,
    "grow-diag-final-and": grow_diag_final_and,
}


def extraction_name(name: str) -> str:
    """One of EXTRACTIONS in the language of whoever looks; what joins two directions keeps its name."""
    _, _, joined = name.partition(": ")
    return tr("rows and columns: {name}", name=joined) if joined else tr(name)


EXTRACTIONS: dict[str, Callable[[Map], Links]] = {
    mark("largest of each row"): largest_in_row,
    mark("largest of each column"): largest_in_column,
    mark("threshold"): above,
    **{f"rows and columns: {name}": in_both_directions(combine) for name, combine in SYMMETRIZATIONS.items()},
}
