"""A recording as a value: its hypotheses, and for each of them the matrices that every attention view takes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from core.adapters.recordings.edges import Side, trimmed, typed
from core.adapters.recordings.hypotheses import Crowd, Hypothesis, assembled
from core.adapters.recordings.oddities import AS_SCORES, AS_WEIGHTS, NUMBERS, Oddities, as_weights
from core.adapters.recordings.pieces import Piece, by_layer
from core.adapters.reduction import LONGEST, reduced
from core.adapters.token_lists import TokenLists
from core.errors import DataError, SettingError
from core.language import tr
from core.recording.matrix import AttentionMatrix, Site

MOST_CELLS = 40_000_000  # in float32 160 MB; 6 layers × 8 heads × 512 × 512 of three kinds are 37.7 million


@dataclass(frozen=True)
class Given:
    """What a person says beside a recording.

    Attributes:
        source, target: tokens as typed; empty leaves them to the file.
        numbers: what its numbers are, one of core.adapters.recordings.oddities.NUMBERS.
        hop: seconds that a source position lasts; None leaves it to the program.
    """

    source: str = ""
    target: str = ""
    numbers: str = AS_WEIGHTS
    hop: float | None = None


NOTHING = Given()


@dataclass(frozen=True)
class Opened:
    """What one hypothesis of a recording looks like.

    Attributes:
        matrices: encoder first, by layer; all heads of a layer together.
        noticed: sentences on oddities, and on what was done; warnings: on what does not fit and what to do.
    """

    matrices: tuple[AttentionMatrix, ...]
    noticed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Recording:
    """Attention that another program recorded.

    Attributes:
        name: of its file, and of its step where there are several.
        crowd: its sentences and hypotheses.
        pieces: its arrays; texts: tokens that the file names.
        found: sentences on how it was read; warnings: on what was left out.
        hop: seconds that a source position lasts, by the program; None for tokens.
    """

    name: str
    crowd: Crowd
    pieces: tuple[Piece, ...]
    texts: tuple[TokenLists, ...] = ()
    found: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    hop: float | None = None

    def opened(self, one: Hypothesis, given: Given = NOTHING) -> Opened:
        """The matrices of a hypothesis.

        Args:
            one: of `crowd.all`.

        Raises:
            DataError: nothing of it can be shown.
            SettingError: numbers of an unknown kind.
        """
        if given.numbers not in NUMBERS:
            raise SettingError(
                tr(
                    "the numbers cannot be {numbers!r}; choose one of: {numbers2}",
                    numbers=given.numbers,
                    numbers2=", ".join(NUMBERS),
                )
            )
        odd, warnings, sites = Oddities(), [], []
        source, target = self._side("source", one, given.source), self._side("target", one, given.target)
        batched = len(self.crowd.all) > 1
        for what, layer, pieces in by_layer(self.pieces):
            try:
                weights = as_weights(assembled(pieces, one, self.crowd), given.numbers)
            except DataError as error:
                warnings.append(
                    tr("{what}, layer {layer}, left out: {error}", what=tr(what), layer=layer + 1, error=error)
                )
                continue
            weights = odd.looked_at(
                weights, tr("{what}, layer {layer}", what=tr(what), layer=layer + 1), turn=what == "cross"
            )
            weights = trimmed(weights, what, source, target, batched=batched)
            mine = next(piece for piece in pieces if piece.item in (None, one.row))
            own = (_own(source, mine.keys, given.source), _own(target, mine.queries, given.target))
            sites.append((what, layer, weights, *own))
        if not sites:
            raise DataError("; ".join(warnings) or tr("there is no attention in it"))
        block = _block([weights.shape for _, _, weights, _, _ in sites])
        hop = given.hop if given.hop is not None else self.hop
        matrices = tuple(_matrix(*site, hop, block) for site in sites)
        done = (tr("the softmax of each row was taken, as you say"),) if given.numbers == AS_SCORES else ()
        done += _smaller(block)
        return Opened(matrices, (*odd.said, *done), (*self.warnings, *warnings, *_problems(sites)))

    def wording(self, one: Hypothesis) -> str:
        """The beginning of what a hypothesis says, as its file names the tokens; empty where it names none."""
        ways = self._side("target", one, "").ways
        words = " ".join(ways[0]) if ways else ""
        return f" · {words[:60]}{'…' * (len(words) > 60)}" if words else ""

    def _side(self, name: str, one: Hypothesis, text: str) -> Side:
        if text.strip():
            return typed(name, text)
        word = {"source": "keys", "target": "queries"}[name]
        told = next((each for each in self.texts if each.side == word), None)
        if told is None:
            return Side(name)
        counts = {1: 0, len(self.crowd.all): one.row, self.crowd.sentences: one.sentence}
        at = 0 if len(told.lists) == 1 else counts.get(len(told.lists))
        if at is None:
            return Side(name)
        whence, tokens = tr("{key} has", key=told.key), told.lists[at]
        if name == "source":
            return Side(name, whence, (tokens,))
        if one.slots is None:
            return Side(name, whence, (tokens,), self._over(told))
        return Side(name, whence, (self._unpadded(tokens, len(one.slots)),), None)  # where it ends, its slots say

    def _unpadded(self, tokens: tuple[str, ...], steps: int) -> tuple[str, ...]:
        """The target of a hypothesis without what fills it up to the longest; `generate` may fill with the end token."""
        prompt = max((piece.values.shape[2] for piece in self.pieces if piece.time == 0), default=1)
        end = prompt + steps
        return tokens[:end] if len(set(tokens[end:])) == 1 else tokens

    def _over(self, told: TokenLists) -> int | None:
        """Whether targets hold a last token that was written and never read, by the longest of them."""
        rows = max((piece.values.shape[2] for piece in self.pieces if piece.what != "encoder self"), default=0)
        steps = {piece.time for piece in self.pieces if piece.time is not None}
        over = max(map(len, told.lists)) - (rows + max(0, len(steps) - 1))
        return over if over in (0, 1) else None


def _own(side: Side, tokens: tuple[str, ...] | None, text: str) -> Side:
    """A side with the tokens that stand beside an array alone, unless a person says others."""
    if tokens is None or text.strip():
        return side
    return Side(side.name, tr("the file has"), (tokens,), None if side.name == "target" else 0)


def _sides(what: str, source: Side, target: Side) -> tuple[Side, Side]:
    """Whose tokens stand along rows and columns."""
    return {"encoder self": (source, source), "decoder self": (target, target)}.get(what, (target, source))


def _matrix(
    what: str, layer: int, weights: Float[np.ndarray, "head target source"], source: Side, target: Side,
    hop: float | None, block: int,
) -> AttentionMatrix:  # fmt: skip
    rows, columns = _sides(what, source, target)
    stack, kind = ("decoder", "cross") if what == "cross" else what.split()
    queries, keys = (
        side.counted(size, hop if side.name == "source" else None, block)
        for side, size in zip((rows, columns), weights.shape[1:])
    )
    if block > 1:
        weights = np.stack([reduced(head, (block, block)) for head in weights])
    return AttentionMatrix(Site(stack, layer, kind, f"{stack}.layers.{layer}.{kind}"), weights, queries, keys)


def _block(shapes: Sequence[tuple[int, ...]]) -> int:
    """How many rows and columns one cell must stand for, so that all of it fits."""
    cells = sum(int(np.prod(shape, dtype=np.int64)) for shape in shapes)
    longest = max(side for shape in shapes for side in shape[1:])
    return max(1, -(-longest // LONGEST), int(np.ceil(np.sqrt(cells / MOST_CELLS))))


def _smaller(block: int) -> tuple[str, ...]:
    if block == 1:
        return ()
    return (
        tr(
            "more than {most_cells:,} cells, or {longest:,} a side: a cell stands for {block} rows and columns, the weight that "
            "falls on the columns, mean over the rows, so that rows keep their sums",
            most_cells=MOST_CELLS,
            longest=LONGEST,
            block=block,
        ),
    )


def _problems(sites: Sequence[tuple[str, int, np.ndarray, Side, Side]]) -> list[str]:
    """Where tokens and shapes disagree: each once, with the layers that it holds for."""
    said: dict[str, None] = {}
    for what, _, weights, source, target in sites:
        rows, columns = _sides(what, source, target)
        for side, size, axis in ((rows, weights.shape[1], "rows"), (columns, weights.shape[2], "columns")):
            problem = side.problem(size, tr("{axis} of {what}-attention", axis=axis, what=tr(what)))
            if problem and not (axis == "columns" and rows is columns):
                said[problem] = None
    return list(said)
