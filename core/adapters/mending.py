"""From an array as stored to weights that can be drawn and measured: every oddity is found and said, little is changed.

Changed are: what is no number (to 0), logarithms (to what they are of), a map that stands on its side (turned), empty
rows and columns at the end of a padded item (cut), and a map too large for a screen (made smaller). All else is said and
left: negative weights, rows that do not sum to one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Shaped

from core.adapters.reduction import LONGEST, as_single, block_for, countable, reduced
from core.errors import DataError
from core.language import tr, tr_count
from core.recording.alignment import AlignmentMap, Place

NEAR_ONE = 0.02  # how far from 1 a sum may be: float16 rounds, and 1500 of its weights sum to within a hundredth
_AT_ONCE = 2**22  # cells that are looked at together, so that a map of 0.8 GB is never held twice


@dataclass(frozen=True)
class Reading:
    """What a person says of a file where its bytes do not, or say it wrongly; None leaves it to the numbers.

    Attributes:
        axes: what the axes before target and source are, one of core.adapters.axes.READINGS.
        turned: whether the last two axes are source, target and have to be exchanged.
        softmax: the numbers are scores; the softmax of each row is taken.
    """

    axes: str | None = None
    turned: bool | None = None
    softmax: bool = False


AS_FOUND = Reading()


@dataclass(frozen=True)
class Survey:
    """What is to be known of a map before anything is done to it; cells that are no numbers count as 0 here."""

    nans: int
    first_nan: tuple[int, int] | None
    negatives: int
    least: float
    most: float
    row_sums: Float[np.ndarray, " target"]
    column_sums: Float[np.ndarray, " source"]


def survey(values: Shaped[np.ndarray, "target source"], *, exponential: bool = False) -> Survey:
    """Look at every cell once.

    Args:
        exponential: look at exp of the values instead: of logarithms, −∞ is 0.
    """
    nans, first, negatives, least, most = 0, None, 0, np.inf, -np.inf
    rows, columns = np.zeros(values.shape[0]), np.zeros(values.shape[1])
    for at, part in _parts(values):
        part = np.exp(part.clip(max=80)) if exponential else part
        finite = countable(part)
        if not finite.all():
            nans += int((~finite).sum())
            if first is None:
                row, column = np.argwhere(~finite)[0]
                first = (at + int(row), int(column))
            part = np.where(finite, part, 0)
        negatives += int((part < 0).sum())
        least, most = min(least, float(part.min())), max(most, float(part.max()))
        rows[at : at + len(part)] = part.sum(axis=1, dtype=np.float64)
        columns += part.sum(axis=0, dtype=np.float64)
    return Survey(nans, first, negatives, least, most, rows, columns)


def mend(
    values: Shaped[np.ndarray, "target source"], place: Place, reading: Reading, tokens: Sequence[int] = ()
) -> AlignmentMap:
    """A map with what was noticed in it.

    Args:
        tokens: how many tokens a person may have given, each way of counting them: columns behind them may be padding.

    Raises:
        DataError: nothing in it can be shown.
    """
    notes: list[str] = []
    values = _softmax(values) if reading.softmax else values
    seen = survey(values)
    logarithmic = not reading.softmax and seen.most <= 0 and seen.least < 0 and _are_logarithms(values)
    if logarithmic:
        values = np.exp(as_single(values).clip(max=80))
        seen = survey(values)
        notes.append(tr("no number is above 0 and exp of each row sums to one: logarithms of weights, exp was taken"))
    if reading.softmax:
        notes.append(tr("softmax of each row was taken, as you say"))
    if seen.nans == values.size:
        raise DataError(tr("every cell is NaN or infinite: the model had diverged, or the file is damaged"))
    if seen.most <= 0:
        raise DataError(
            tr("no weight is above 0, so there is nothing to align; where these are scores before a softmax, say so")
            if seen.negatives
            else tr("every weight is 0: nothing to show")
        )
    values, seen = _turned(values, seen, reading.turned, notes)
    values, seen = _cut(values, seen, tokens, notes)
    _say_numbers(seen, values.shape, notes)
    block = block_for(values.shape)
    if block != (1, 1):
        notes.append(_smaller(values.shape, block))
    weights = reduced(values, block) if block != (1, 1) else as_single(values)
    if seen.nans:
        weights = np.where(countable(weights), weights, np.float32(0))
    return AlignmentMap(weights, place, (int(values.shape[0]), int(values.shape[1])), None, None, block, tuple(notes))


def _parts(values: Shaped[np.ndarray, "target source"]) -> Iterator[tuple[int, np.ndarray]]:
    """Rows together, as numbers one can count with, and the first one's number."""
    rows = max(1, _AT_ONCE // max(1, values.shape[1]))
    for at in range(0, values.shape[0], rows):
        yield at, as_single(values[at : at + rows])


def _softmax(scores: Shaped[np.ndarray, "target source"]) -> Float[np.ndarray, "target source"]:
    single = as_single(scores)
    with np.errstate(invalid="ignore", over="ignore"):  # a row of −∞ alone gives NaN, and is said
        powers = np.exp(single - single.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)


def _are_logarithms(values: Shaped[np.ndarray, "target source"]) -> bool:
    return share_of_ones(survey(values, exponential=True).row_sums) > 0.9


def share_of_ones(sums: Float[np.ndarray, "..."]) -> float:
    """The share of lines that sum to one among those with any weight."""
    filled = sums[sums != 0]
    return float((np.abs(filled - 1) < NEAR_ONE).mean()) if len(filled) else 0.0


def _turned(
    values: np.ndarray, seen: Survey, said: bool | None, notes: list[str]
) -> tuple[Shaped[np.ndarray, "target source"], Survey]:
    """The map with targets as rows: columns that sum to one while rows do not are targets."""
    on_its_side = share_of_ones(seen.column_sums) > 0.95 and share_of_ones(seen.row_sums) < 0.5
    if not (on_its_side if said is None else said):
        if said is False and on_its_side:
            notes.append(tr("its columns sum to one and its rows do not, but it is left as you say"))
        return values, seen
    why = tr("as you say") if said else tr("its columns sum to one and its rows do not: stored as (source, target)")
    notes.append(tr("transposed, rows are outputs now: {why}", why=why))
    first = None if seen.first_nan is None else seen.first_nan[::-1]
    return values.T, Survey(
        seen.nans, first, seen.negatives, seen.least, seen.most, seen.column_sums, seen.row_sums
    )  # fmt: skip


def _cut(
    values: np.ndarray, seen: Survey, tokens: Sequence[int], notes: list[str]
) -> tuple[Shaped[np.ndarray, "target source"], Survey]:
    """Without the padding of a batch. Empty columns alone may be tokens that were never read, and stay."""
    rows, columns = _filled(seen.row_sums), _filled(seen.column_sums)
    padded = rows < values.shape[0]
    given = next((count for count in tokens if columns <= count <= values.shape[1]), None)
    if given is not None:
        columns, padded = given, padded or given < values.shape[1]
    if not padded or seen.negatives:
        if columns < values.shape[1] and not seen.negatives:
            count = values.shape[1] - columns
            notes.append(
                tr(
                    "the last {count} got no weight at all: padding, or never read; give the tokens to cut it",
                    count=tr_count(count, "1 column", "{n:,} columns"),
                )
            )
        return values, seen
    gone = [tr_count(values.shape[0] - rows, "1 empty row", "{n:,} empty rows") if rows < values.shape[0] else ""]
    gone += [
        tr_count(values.shape[1] - columns, "1 empty column", "{n:,} empty columns")
        if columns < values.shape[1]
        else ""
    ]
    notes.append(tr("padding cut at the end: {filter}", filter=tr(" and ").join(filter(None, gone))))
    kept = Survey(seen.nans, seen.first_nan, 0, seen.least, seen.most, seen.row_sums[:rows], seen.column_sums[:columns])
    return values[:rows, :columns], kept


def _filled(sums: Float[np.ndarray, " _"]) -> int:
    filled = sums.nonzero()[0]
    return int(filled[-1]) + 1 if len(filled) else 0


def _say_numbers(seen: Survey, shape: tuple[int, ...], notes: list[str]) -> None:
    if seen.nans:
        row, column = seen.first_nan or (0, 0)
        notes.append(
            tr(
                "{nans:,} of {shape:,} cells are NaN, infinite or beyond a million (first: row {row}, column {column}); "
                "counted as 0",
                nans=seen.nans,
                shape=shape[0] * shape[1],
                row=row + 1,
                column=column + 1,
            )
        )
    if seen.negatives:
        notes.append(
            tr(
                "{count} below 0 (down to {least:.3g}): drawn in another hue, and 0 for the "
                "scores; where these are scores before a softmax, say so",
                count=tr_count(seen.negatives, "1 weight", "{n:,} weights"),
                least=seen.least,
            )
        )
    filled = seen.row_sums[seen.row_sums != 0]
    off = int((np.abs(filled - 1) >= NEAR_ONE).sum())
    if off:
        notes.append(
            tr(
                "{off:,} of {count} do not sum to one (from {min:.3g} to {max:.3g}): drawn as "
                "they are; scores divide each row by its sum",
                off=off,
                count=tr_count(shape[0], "1 row", "{n:,} rows"),
                min=filled.min(),
                max=filled.max(),
            )
        )
    if empty := shape[0] - len(filled):
        notes.append(tr("{count} without any weight", count=tr_count(empty, "1 row", "{n:,} rows")))
    if shape[0] == 1:
        notes.append(tr("one row only: order, skips and repeats need at least two outputs"))


def _smaller(shape: tuple[int, ...], block: tuple[int, int]) -> str:
    rows, columns = (-(-size // step) for size, step in zip(shape, block))
    return tr(
        "{shape:,} × {shape2:,} cells are more than a screen shows: made smaller to {rows:,} × {columns:,} (at most "
        "{longest:,} a side). A cell is the weight that falls on {block} columns, mean of {block2} rows, so rows keep "
        "their sums; scores and findings are those of the smaller map",
        shape=shape[0],
        shape2=shape[1],
        rows=rows,
        columns=columns,
        longest=LONGEST,
        block=block[1],
        block2=block[0],
    )
