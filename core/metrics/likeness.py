"""How alike vectors are, and whether those of one class are more alike than those of two."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

Alike = Float[np.ndarray, "item item"]


class Clustered(NamedTuple):
    """Mean cosines, in −1…1, of two different items: of one class, and of two."""

    within: float
    between: float

    @property
    def gap(self) -> float:
        """By how much those of one class are more alike: about 0 where vectors know nothing of classes, at most 2."""
        return self.within - self.between


def cosines(rows: Float[np.ndarray, "item feature"]) -> Alike:
    """Cosine of every two rows; 0 where one of them is all zeros.

    >>> cosines(np.array([[2.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])).tolist()
    [[1.0, 0.0, -1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 1.0]]
    """
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = rows / np.where(length > 0, length, 1.0)
    return unit @ unit.T


def clustered(alike: Alike, classes: Sequence[int]) -> Clustered:
    """Mean cosines within classes and between them, each item with itself left out.

    Args:
        classes: of every item; one of them has two items at least, and there are two at least.

    >>> clustered(np.array([[1.0, 0.9, 0.1], [0.9, 1.0, 0.3], [0.1, 0.3, 1.0]]), (0, 0, 1))
    Clustered(within=0.9, between=0.2)
    """
    of = np.array(classes)
    same = of[:, None] == of[None]
    return Clustered(float(alike[same & ~np.eye(len(of), dtype=bool)].mean()), float(alike[~same].mean()))
