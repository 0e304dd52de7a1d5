"""Arrays of a file cut into pieces: each of one attention, one layer and, where rows come one by one, one step of writing.

A piece is a view; nothing is copied before somebody chooses what to look at.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Shaped

from core.adapters.recordings.programs import ORDER, axes_of
from core.adapters.recordings.sites import SELF, Said, no_weights, said_of
from core.adapters.stored import Contents, Stored
from core.errors import DataError
from core.language import tr

_SHOWN = 12  # notes on the arrays of a file
_MOST = (20_000, 256, 4096, 256)  # times, layers, items, heads: more than models have, and than a page can offer


@dataclass(frozen=True, eq=False)
class Piece:
    """Weights of one attention in one layer.

    Attributes:
        what: one of core.adapters.recordings.sites.KINDS.
        values: as stored, of any kind of number.
        time: which step of writing its rows are of; None where all rows are there.
        head, item: where an array holds one head, or one sentence, alone.
        step: of the training, where there are several.
        key: what the file calls it.
        queries, keys: tokens that stand beside this array alone.
    """

    what: str
    layer: int
    values: Shaped[np.ndarray, "item head target source"]
    time: int | None = None
    head: int | None = None
    item: int | None = None
    step: int | None = None
    key: str = ""
    queries: tuple[str, ...] | None = None
    keys: tuple[str, ...] | None = None


def pieces_of(contents: Contents, stem: str, program: str, kind: str) -> tuple[list[Piece], list[str], list[str]]:
    """All pieces of a file, sentences on how its arrays were read, and on what was left out.

    Args:
        stem: the file's name without its ending.
        program: one of PROGRAMS; kind: what attention is where no name says it.
    """
    pieces: list[Piece] = []
    found: Counter[str] = Counter()
    left: list[str] = []
    for stored in contents.arrays:
        if no_weights(stored.key):
            continue
        try:
            new, note = _cut(stored, _with_stem(said_of(stored.key), said_of(stem)), program, kind)
        except DataError as error:
            left.append(f"{stored.key}: {error}" if stored.key else str(error))
            continue
        pieces += new
        found[note] += 1
    notes = [
        note if count == 1 else tr("{note} ({count:,} arrays)", note=note, count=count) for note, count in found.items()
    ]
    return _numbered(pieces), _first(notes), _first(left)


def _first(notes: list[str]) -> list[str]:
    return (
        notes
        if len(notes) <= _SHOWN
        else [*notes[:_SHOWN], tr("and {count:,} more like these", count=len(notes) - _SHOWN)]
    )


def _with_stem(said: Said, stem: Said) -> Said:
    """With what the file's name says where the array's own says nothing."""
    if not said.last and stem.outputs:
        return stem
    return replace(
        said, what=said.what or stem.what, layer=stem.layer if said.layer is None else said.layer,
        head=stem.head if said.head is None else said.head, step=stem.step if said.step is None else said.step,
        last=said.last or stem.last,
    )  # fmt: skip


def _cut(stored: Stored, said: Said, program: str, kind: str) -> tuple[list[Piece], str]:
    values = stored.values
    if values.dtype.kind not in "fiub" or values.size == 0:
        raise DataError(tr("{dtype}, {shape}: no weights", dtype=values.dtype, shape=values.shape))
    step = said.step if stored.step is None else stored.step
    numbers = {"layer": _either(stored.layer, said.layer), "head": _either(stored.head, said.head)}
    numbers |= _meant(said, values, numbers)
    known = tuple(word for word, number in numbers.items() if number is not None)
    axes = axes_of(values, known, program, said.last)
    blocks = values.transpose([axes.index(word) for word in ORDER if word in axes])
    blocks = blocks[tuple(slice(None) if word in axes else np.newaxis for word in ORDER)]
    _check_size(blocks)
    what, own = said.what or kind, (stored.queries, stored.keys)
    pieces = []
    for time in range(blocks.shape[0]):
        for layer in range(blocks.shape[1]):
            place = {
                "layer": layer if numbers["layer"] is None else numbers["layer"],
                "time": time if "time" in axes else numbers.get("time"),
                "head": numbers["head"],
                "item": numbers.get("item"),
            }
            pieces.append(
                Piece(what, values=blocks[time, layer], step=step, key=stored.key, queries=own[0], keys=own[1], **place)
            )
    if what == SELF:
        pieces = [replace(piece, what=_whose(pieces)) for piece in pieces]
    if numbers.get("time") is not None:
        return pieces, tr(
            "{what}: an array for each step of writing, read as ({axes})", what=pieces[0].what, axes=", ".join(axes)
        )
    words = ", ".join(f"{word} {size:,}" for word, size in zip(axes, values.shape))
    return pieces, tr("{what}: read as ({words})", what=pieces[0].what, words=words)


def _check_size(blocks: Shaped[np.ndarray, "time layer item head target source"]) -> None:
    for word, size, most in zip(ORDER, blocks.shape, _MOST):
        if size > most:
            raise DataError(
                tr(
                    "{size:,} along the axis taken for {word}, at most {most:,} are read; say which program wrote it, or save "
                    "fewer sentences",
                    size=size,
                    word=word,
                    most=most,
                )
            )


def _either(first: int | None, second: int | None) -> int | None:
    return first if first is not None else second


def _meant(said: Said, values: np.ndarray, known: dict[str, int | None]) -> dict[str, int | None]:
    """What the numbers at the end of a name count."""
    numbers, layer = said.numbers, known["layer"]
    if not numbers:
        return {}
    if said.outputs and len(numbers) > 1:
        return {"time": numbers[0], "layer": numbers[1]}
    if said.outputs and values.ndim == 5:  # layers within a step of writing, as JSON has them
        return {"time": numbers[0]}
    if (said.outputs or values.ndim > 2) and layer is None:
        return {"layer": numbers[0]}
    return {"item": numbers[-1]}  # maps in a row: sentences


def _whose(pieces: Sequence[Piece]) -> str:
    """Whose self-attention: nobody in a decoder looks ahead."""
    if pieces[0].time is not None:
        return "decoder self"
    ahead = any(np.triu(piece.values, 1).any() for piece in pieces if piece.values.shape[-2] > 1)
    return "encoder self" if ahead else "decoder self"


def _numbered(pieces: list[Piece]) -> list[Piece]:
    """Pieces of one place would hide each other: they are sentences in a row."""
    counts = Counter(map(place_of, pieces))
    seen: Counter[tuple[object, ...]] = Counter()
    numbered = []
    for piece in pieces:
        place = place_of(piece)
        numbered.append(replace(piece, item=seen[place]) if counts[place] > 1 and piece.item is None else piece)
        seen[place] += 1
    return numbered


def place_of(piece: Piece) -> tuple[object, ...]:
    """What two pieces must differ in."""
    return piece.step, piece.what, piece.layer, piece.time, piece.head, piece.item


def by_layer(pieces: Sequence[Piece]) -> Iterator[tuple[str, int, list[Piece]]]:
    """The pieces of each attention and layer, encoder first, in their order."""
    order = {"encoder self": 0, "decoder self": 1, "cross": 2}
    places = sorted({(order[piece.what], piece.layer, piece.what) for piece in pieces})
    for _, layer, what in places:
        yield what, layer, [piece for piece in pieces if (piece.what, piece.layer) == (what, layer)]
