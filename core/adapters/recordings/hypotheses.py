"""Which sentence and which hypothesis of a recording, and its rows put together along the way that it took through the beam.

A beam search reorders its slots after every step, so the rows that stand in one slot belong to many hypotheses. `beam_indices`
says from which slot each token of a hypothesis came; the row of step t is the one in that slot at that step.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int, Shaped

from core.adapters.recordings.pieces import Piece
from core.errors import DataError
from core.language import tr, tr_count


@dataclass(frozen=True)
class Hypothesis:
    """One way to write one sentence.

    Attributes:
        sentence: counted from 0; number: among the hypotheses of its sentence; row: among all of the recording.
        slots: where it stood in the beam at each step; None where nothing was reordered.
    """

    sentence: int
    number: int
    row: int
    slots: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Crowd:
    """All hypotheses of a recording.

    Attributes:
        sentences: how many there are; all: sentence by sentence.
    """

    sentences: int
    all: tuple[Hypothesis, ...]

    def label(self, one: Hypothesis) -> str:
        """For people, counted from 1; what there is only one of is not said.

        >>> Crowd(1, (Hypothesis(0, 0, 0), Hypothesis(0, 1, 1))).label(Hypothesis(0, 1, 1))
        'hypothesis 2'
        """
        several = len(self.all) > self.sentences
        parts = [f"sentence {one.sentence + 1}"] if self.sentences > 1 else []
        parts += [f"hypothesis {one.number + 1}"] if several else []
        return " · ".join(parts) or tr("the sentence")


def crowd_of(pieces: Sequence[Piece], beams: Int[np.ndarray, "hypothesis step"] | None, sources: int) -> Crowd:
    """The hypotheses that a recording holds.

    Args:
        beams: as Hugging Face's `beam_indices`, −1 after the end of a hypothesis.
        sources: how many sentences have source tokens; 0 where none has.

    Raises:
        DataError: `beam_indices` that cannot be followed.
    """
    encoder = _batch([piece for piece in pieces if piece.what == "encoder self"])
    decoder = _batch([piece for piece in pieces if piece.what != "encoder self"])
    rows = max(decoder, encoder)
    sentences = next((count for count in (encoder, sources) if count > 0 and rows % count == 0), rows)
    if beams is None:
        each = rows // sentences
        named = {piece.item for piece in pieces}  # sentences in a row, of which some may be missing
        there = range(rows) if None in named else sorted(named)
        return Crowd(sentences, tuple(Hypothesis(row // each, row % each, row) for row in there))
    if encoder == 0 and sources == 0:
        sentences = 1
    ways = [_slots(row, beams[row], decoder) for row in range(len(beams))]
    width, seen, found = max(1, decoder // sentences), [0] * sentences, []
    for row, slots in enumerate(ways):
        sentence = min(slots[0] // width, sentences - 1)
        found.append(Hypothesis(sentence, seen[sentence], row, slots))
        seen[sentence] += 1
    return Crowd(sentences, tuple(found))


def slots_mixed(pieces: Sequence[Piece], crowd: Crowd) -> str | None:
    """What to say where rows were written in more slots than there are sentences, and nothing says who stood where."""
    written = any(piece.time is not None and len(piece.values) > crowd.sentences for piece in pieces)
    if not written or any(one.slots is not None for one in crowd.all):
        return None
    return tr(
        "rows were written in {count:,} slots for {sentences}, and "
        "there is no beam_indices: after a beam search a slot holds rows of several hypotheses; save beam_indices of the same "
        "call (where the outputs were drawn, none is needed)",
        count=len(crowd.all),
        sentences=tr_count(crowd.sentences, "1 sentence", "{n:,} sentences"),
    )


def _batch(pieces: Sequence[Piece]) -> int:
    """How many sentences or slots most arrays hold; 0 without any array."""
    named = [piece.item + 1 for piece in pieces if piece.item is not None]
    sizes = Counter(len(piece.values) for piece in pieces if piece.item is None)
    return max([*named, *(size for size, _ in sizes.most_common(1))], default=0)


def _slots(row: int, steps: Int[np.ndarray, " step"], decoder: int) -> tuple[int, ...]:
    ended = np.flatnonzero(steps < 0)
    slots = steps[: ended[0]] if len(ended) else steps
    if len(slots) == 0 or int(slots.max()) >= decoder:
        raise DataError(
            tr(
                "beam_indices, row {row}: slots {tolist}, but the attention was recorded in {decoder:,} slots "
                "(sentences × beams); save both of the same call of generate",
                row=row + 1,
                tolist=slots.tolist()[:8],
                decoder=decoder,
            )
        )
    return tuple(map(int, slots))


def assembled(pieces: Sequence[Piece], one: Hypothesis, crowd: Crowd) -> Shaped[np.ndarray, "head target source"]:
    """The weights of one attention and layer for one hypothesis; a view where nothing had to be put together.

    Args:
        pieces: of this attention and layer.

    Raises:
        DataError: pieces that do not fit each other, or a batch that fits no choice.
    """
    mine = [piece for piece in pieces if piece.item is None or piece.item == one.row]
    if not mine:
        raise DataError(tr("there is nothing of {label} here; choose another one", label=crowd.label(one)))
    heads = sorted({-1 if piece.head is None else piece.head for piece in mine})
    parts = []
    for head in heads:
        rows = [piece for piece in mine if piece.head == (None if head == -1 else head)]
        timed = [piece for piece in rows if piece.time is not None]
        parts.append(_written(timed, one, crowd) if timed else _whole(rows[0], one, crowd))
    shapes = {part.shape[1:] for part in parts}
    if len(shapes) > 1:
        raise DataError(
            tr("its heads have different sizes {shapes}; save heads of one sentence", shapes=sorted(shapes))
        )
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _whole(piece: Piece, one: Hypothesis, crowd: Crowd) -> Shaped[np.ndarray, "head target source"]:
    """A piece that has all rows; where they were joined over the steps of a beam search, each from its slot."""
    values, slots = piece.values, one.slots
    reordered = piece.what != "encoder self" and len(values) not in (1, crowd.sentences)
    if slots is not None and reordered and values.shape[2] >= len(slots):
        return np.stack([values[slot, :, row] for row, slot in enumerate(slots)], axis=1)
    return values[_row(piece, one, crowd)]


def _row(piece: Piece, one: Hypothesis, crowd: Crowd) -> int:
    """Where a hypothesis stands in the batch of a piece whose rows were not reordered."""
    size = len(piece.values)
    if size == 1:
        return 0
    if size == len(crowd.all):
        return one.row
    if size == crowd.sentences:
        return one.sentence
    raise DataError(
        tr(
            "a batch of {size:,}, which is neither the {sentences:,} sentences nor the {count:,} hypotheses; "
            "save beam_indices beside it where it comes from a beam search",
            size=size,
            sentences=crowd.sentences,
            count=len(crowd.all),
        )
    )


def _written(pieces: Sequence[Piece], one: Hypothesis, crowd: Crowd) -> Shaped[np.ndarray, "head target source"]:
    """Rows that were written one by one, put together."""
    blocks = []
    for at, piece in enumerate(sorted(pieces, key=lambda each: each.time or 0)):
        if one.slots is not None and at >= len(one.slots):
            break  # the hypothesis has ended; the others were still written
        row = one.slots[at] if one.slots is not None and len(piece.values) > 1 else _row(piece, one, crowd)
        if row >= len(piece.values):
            raise DataError(
                tr(
                    "step {at} has {count:,} slots, and this hypothesis stands in slot {row}",
                    at=at + 1,
                    count=len(piece.values),
                    row=row + 1,
                )
            )
        blocks.append(piece.values[row])
    return _causal(blocks) if pieces[0].what == "decoder self" else _joined(blocks)


def _joined(blocks: Sequence[np.ndarray]) -> Shaped[np.ndarray, "head target source"]:
    sizes = {(block.shape[0], block.shape[2]) for block in blocks}
    if len(sizes) > 1:
        raise DataError(
            tr("its steps have different numbers of (heads, source positions): {sizes}", sizes=sorted(sizes))
        )
    return np.concatenate(blocks, axis=1)


def _causal(blocks: Sequence[np.ndarray]) -> Shaped[np.ndarray, "head target source"]:
    """Self-attention of a decoder, whose keys grow by what was written; what is not written yet gets no weight."""
    total = sum(block.shape[1] for block in blocks)
    whole = np.zeros((blocks[0].shape[0], total, total), blocks[0].dtype)
    end = 0
    for block in blocks:
        start, end = end, end + block.shape[1]
        if block.shape[0] != whole.shape[0] or block.shape[2] < end or block[:, :, end:].any():
            raise DataError(
                tr(
                    "after {end:,} tokens there are {shape:,} heads with {shape2:,} keys, expected "
                    "{shape3:,} with {end:,}; a cache with a window or of fixed size hides which key is which token",
                    end=end,
                    shape=block.shape[0],
                    shape2=block.shape[2],
                    shape3=whole.shape[0],
                )
            )
        whole[:, start:end, :end] = block[:, :, :end]
    return whole
