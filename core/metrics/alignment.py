"""How well an attention matrix agrees with a known alignment. Source: Och & Ney 2003 (AER), all links sure."""

from collections.abc import Collection

import numpy as np
from jaxtyping import Float

from core.data.word_links import GoldLinks
from core.metrics.link_extraction import largest_in_row
from core.metrics.word_alignment import agreement


def alignment_error_rate(weights: Float[np.ndarray, "query key"], gold: Collection[tuple[int, int]]) -> float:
    """1 − 2·|A ∩ G| / (|A| + |G|), where A links every row of the gold alignment to its largest weight.

    Args:
        weights: rows are target positions, columns source positions, specials already cut away.
        gold: pairs (target position, source position).

    Returns:
        0 for perfect agreement, 1 for none.

    >>> alignment_error_rate(np.eye(3), [(0, 0), (1, 1), (2, 2)])
    0.0
    """
    rows = {row for row, _ in gold}
    found = {link for link in largest_in_row(weights) if link[0] in rows}
    return agreement(found, GoldLinks.of(sure=gold)).error_rate
