"""A worksheet: the numbers of one self-attention that is worked by hand, small enough to be read at once.

All matrices are as wide as the vectors, whatever else is chosen: heads take their rows in turn, and a score that works on
heads takes the first rows and columns, so that no choice loses a number that was typed.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import torch
from jaxtyping import Float
from torch import Generator, Tensor

from core.errors import DataError, SettingError
from core.language import tr

VECTORS, VECTOR_OF_SCORE = "vectors", "v_score"
SQUARES = ("w_query", "w_key", "w_value", "w_output", "w_general", "w_score_query", "w_score_key")
NAMES = (VECTORS, *SQUARES, VECTOR_OF_SCORE)
FEWEST, MOST = 2, 8  # vectors
NARROWEST, WIDEST = 2, 6  # features of each
LARGEST = 1e6  # products of such numbers are still told apart
_LONGEST_JSON = 50_000
Rows = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Fault:
    """What is wrong with one cell.

    Attributes:
        name: of the matrix; row, column: counted from 0; words: what is wrong, and what to do.
    """

    name: str
    row: int
    column: int
    words: str


@dataclass(frozen=True)
class Worksheet:
    """The given numbers.

    Attributes:
        matrices: by name of NAMES; "vectors" has a row per vector, weights a row per feature that comes out, as
            `nn.Linear` keeps them: W · a is the feature.

    Raises:
        DataError: a matrix is missing, has another shape than the others ask for, or a cell that is no number.
    """

    matrices: Mapping[str, Rows]

    def __post_init__(self) -> None:
        _check(self.matrices)

    @property
    def count(self) -> int:
        """Number of vectors."""
        return len(self.matrices[VECTORS])

    @property
    def width(self) -> int:
        """Features of each."""
        return len(self.matrices[VECTORS][0])

    def tensor(self, name: str) -> Float[Tensor, "row column"]:
        """One matrix in double precision."""
        return torch.tensor(self.matrices[name], dtype=torch.float64)

    def resized(self, count: int, width: int) -> "Worksheet":
        """With another number of vectors or features: what was there stays, what is new is 0, and 1 on a square's diagonal.

        Raises:
            SettingError: more or fewer than can be shown.
        """
        _within("vectors", count, FEWEST, MOST)
        _within("features", width, NARROWEST, WIDEST)
        return Worksheet({
            name: _fitted(rows, *shape_of(name, count, width), square=name in SQUARES) for name, rows in self.matrices.items()
        })  # fmt: skip


def shape_of(name: str, count: int, width: int) -> tuple[int, int]:
    """Rows and columns of a matrix.

    >>> shape_of("vectors", 4, 3), shape_of("w_query", 4, 3), shape_of("v_score", 4, 3)
    ((4, 3), (3, 3), (1, 3))
    """
    return {VECTORS: (count, width), VECTOR_OF_SCORE: (1, width)}.get(name, (width, width))


def sheet(vectors: Sequence[Sequence[float]], **matrices: Sequence[Sequence[float]]) -> Worksheet:
    """A worksheet of vectors and some matrices; those left out are identities, and the score's vector is ones.

    >>> sheet([[1, 0], [0, 1]], w_query=[[2, 0], [0, 2]]).matrices["w_key"]
    ((1.0, 0.0), (0.0, 1.0))
    """
    width = len(vectors[0]) if vectors else 0
    usual = {name: _identity(width) for name in SQUARES} | {VECTOR_OF_SCORE: [[1.0] * width]}
    given = usual | matrices | {VECTORS: vectors}
    return Worksheet({name: tuple(tuple(float(x) for x in row) for row in given[name]) for name in NAMES})


def random_sheet(count: int, width: int, chance: Generator) -> Worksheet:
    """One decimal a number, normally distributed: vectors with variance 1, matrices with 1 / width.

    Raises:
        SettingError: more or fewer vectors or features than can be shown.
    """
    _within("vectors", count, FEWEST, MOST)
    _within("features", width, NARROWEST, WIDEST)

    def drawn(name: str) -> list[list[float]]:
        numbers = torch.randn(shape_of(name, count, width), generator=chance, dtype=torch.float64)
        scaled = numbers if name == VECTORS else numbers / width**0.5
        return [[round(x, 1) + 0.0 for x in row] for row in scaled.tolist()]  # + 0.0: no minus before a zero

    numbers = {name: drawn(name) for name in NAMES}
    return sheet(numbers.pop(VECTORS), **numbers)


def read_cells(cells: Any) -> Worksheet | Fault:
    """What was typed as a worksheet, or the first cell that cannot be read.

    Args:
        cells: by name of NAMES, rows of numbers, or of texts as a person types them.

    Raises:
        DataError: not of this form, as nobody can type it.
    """
    if not isinstance(cells, Mapping) or set(cells) != set(NAMES):
        raise DataError(tr("a worksheet has these matrices and no other: {names}", names=", ".join(NAMES)))
    read: dict[str, list[list[float]]] = {}
    for name in NAMES:
        if not isinstance(cells[name], list) or not all(isinstance(row, list) for row in cells[name]):
            raise DataError(tr("{name} of a worksheet must be rows of numbers", name=name))
        read[name] = [[0.0] * len(row) for row in cells[name]]
        for row, values in enumerate(cells[name]):
            for column, value in enumerate(values):
                number = _number(value)
                if isinstance(number, str):
                    return Fault(name, row, column, number)
                read[name][row][column] = number
    return Worksheet({name: tuple(tuple(row) for row in rows) for name, rows in read.items()})


def pack(worksheet: Worksheet) -> str:
    """A worksheet as a short text for a link."""
    plain = json.dumps([[[_short(x) for x in row] for row in worksheet.matrices[name]] for name in NAMES])
    return base64.urlsafe_b64encode(zlib.compress(plain.encode(), 9)).decode().rstrip("=")


def unpack(text: str) -> Worksheet:
    """A worksheet from what `pack` gave.

    Raises:
        DataError: cut short, edited, or no worksheet.
    """
    try:
        squeezed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        unpacking = zlib.decompressobj()
        plain = unpacking.decompress(squeezed, _LONGEST_JSON)
        given = json.loads(plain) if unpacking.eof else None
    except (ValueError, RecursionError, binascii.Error, zlib.error):
        given = None
    if not isinstance(given, list) or len(given) != len(NAMES):
        raise DataError(tr("the numbers in this link are damaged, perhaps cut short; ask for the whole link"))
    found = read_cells(dict(zip(NAMES, given)))
    if isinstance(found, Fault):
        raise DataError(tr("the numbers in this link cannot be used: {words}", words=found.words))
    return found


def _number(value: Any) -> float | str:
    """The number of a cell, or what is wrong with it."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return tr("a cell must be a number; type one, for example 0.5")
    text = str(value).strip().replace("−", "-").replace(",", ".")
    if not text:
        return tr("this cell is empty; type a number, for example 0")
    try:
        number = float(text)
    except ValueError:
        return tr("“{text_}” is no number; type one, for example −0.5", text_=text[:20])
    if not isfinite(number):
        return tr("“{text_}” is no finite number; type one, for example −0.5", text_=text[:20])
    if abs(number) > LARGEST:
        return tr(
            "“{text_}” is too large to be read here; type a number between −{largest:,.0f} and {largest:,.0f}",
            text_=text[:20],
            largest=LARGEST,
        )
    return number + 0.0


def _check(matrices: Mapping[str, Rows]) -> None:
    rows = matrices.get(VECTORS, ())
    count, width = len(rows), len(rows[0]) if rows else 0
    if not FEWEST <= count <= MOST or not NARROWEST <= width <= WIDEST:
        raise DataError(
            tr(
                "a worksheet has {fewest} to {most} vectors of {narrowest} to {widest} features, not {count} of {width}",
                fewest=FEWEST,
                most=MOST,
                narrowest=NARROWEST,
                widest=WIDEST,
                count=count,
                width=width,
            )
        )
    for name in NAMES:
        high, wide = shape_of(name, count, width)
        given = matrices.get(name, ())
        if len(given) != high or any(len(row) != wide for row in given):
            raise DataError(
                tr(
                    "{name} does not fit {count} vectors of {width} features; expected {high} rows of {wide}",
                    name=name,
                    count=count,
                    width=width,
                    high=high,
                    wide=wide,
                )
            )
        for value in (value for row in given for value in row):
            if isinstance(problem := _number(value), str):
                raise DataError(f"{name}: {problem}")


def _fitted(rows: Rows, high: int, wide: int, *, square: bool) -> Rows:
    def cell(row: int, column: int) -> float:
        if row < len(rows) and column < len(rows[row]):
            return rows[row][column]
        return 1.0 if square and row == column else 0.0

    return tuple(tuple(cell(row, column) for column in range(wide)) for row in range(high))


def _identity(width: int) -> list[list[float]]:
    return [[float(row == column) for column in range(width)] for row in range(width)]


def _within(what: str, number: int, low: int, high: int) -> None:
    if not low <= number <= high:
        raise SettingError(
            tr(
                "{number} {what} cannot be shown by hand: choose {low} to {high}",
                number=number,
                what=what,
                low=low,
                high=high,
            )
        )


def _short(x: float) -> float | int:
    return int(x) if x == int(x) else x
