"""What a reader hands on: an array as a file holds it, with what the file itself says about it; and how much is read."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Shaped

from core.adapters.token_lists import TokenLists
from core.errors import DataError
from core.language import tr

LARGEST_FILE = 2**30  # bytes; a map of 20,000 × 5,000 in doubles has 0.8 GB
LARGEST_TEXT = 64 * 2**20  # bytes of JSON or CSV: numbers as text take ten times their room while they are read
MOST_ARRAYS = 32_768  # of one file: 448 generated tokens × 24 layers × 2 kinds of attention are 21,504


@dataclass(frozen=True)
class Stored:
    """One array of a file.

    Attributes:
        key: its name inside the file; empty where it has none.
        values: as stored, any rank, any kind of number.
        step, layer, head: where the file says them beside the numbers.
        queries, keys: tokens of rows and columns where the file says them.
    """

    key: str
    values: Shaped[np.ndarray, "..."]
    step: int | None = None
    layer: int | None = None
    head: int | None = None
    queries: tuple[str, ...] | None = None
    keys: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Contents:
    """A file that was read: its arrays, sentences on what was noticed, and tokens that it names for all arrays."""

    arrays: tuple[Stored, ...]
    notes: tuple[str, ...] = ()
    texts: tuple[TokenLists, ...] = ()


def megabytes(size: int) -> str:
    """A size in bytes for people.

    >>> megabytes(3_200_000), megabytes(900)
    ('3.1 MB', '900 bytes')
    """
    return f"{size / 2**20:,.1f} MB" if size >= 2**19 else f"{size:,} bytes"


def check_size(size: int, name: str, most: int = LARGEST_FILE) -> None:
    """Refuse what is larger than may be read.

    Raises:
        DataError: it is.
    """
    if size > most:
        advice = (
            tr("save the numbers as .npy in float32 instead")
            if most == LARGEST_TEXT
            else tr("save fewer layers, heads or steps, or float16 instead")
        )
        raise DataError(
            tr(
                "{name} holds {megabytes}; at most {megabytes2} are read: {advice}",
                name=name,
                megabytes=megabytes(size),
                megabytes2=megabytes(most),
                advice=advice,
            )
        )
