"""Handwritten digits that come with scikit-learn: 1,797 pictures of 8 × 8, written by 43 people.

Source: Alpaydin & Kaynak 1998, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, the part
once kept for testing; read from the installed package, nothing is fetched.
"""

from functools import cache
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

SIDE = 8  # rows and columns of a picture
DIGITS = tuple("0123456789")
_INK = 16.0  # counts of dark points in a cell of 4 × 4, so 0…16


class Digits(NamedTuple):
    """All digits, in the order of the package.

    Attributes:
        pictures: ink of every cell, 0…1; labels: which digit each is, 0…9.
    """

    pictures: Float[Tensor, "picture row column"]
    labels: Int[Tensor, " picture"]


@cache
def digits() -> Digits:
    """The digits; the same tensors for everybody, so nobody writes into them.

    >>> found = digits()
    >>> tuple(found.pictures.shape), found.labels[:3].tolist(), float(found.pictures.max())
    ((1797, 8, 8), [0, 1, 2], 1.0)
    """
    from sklearn.datasets import load_digits  # a second to import, and most pages need none

    pictures, labels = load_digits(return_X_y=True)
    return Digits(torch.tensor(pictures, dtype=torch.float32).view(-1, SIDE, SIDE) / _INK, torch.tensor(labels).long())
