"""Names of rows and columns, and where a sentence ends that was padded to the longest of its batch."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Shaped

from core.adapters.labels import cuts_of, joined
from core.language import tr

Tokens = tuple[str, ...]


@dataclass(frozen=True)
class Side:
    """The tokens of source or target, every way they may be cut.

    Attributes:
        name: "source" or "target"; whence: who says them; both for messages.
        ways: the first that fits counts; none where nobody says any.
        over: how many of a target's tokens were written last and never read: 1 where all of them are told, else 0; None where
            the tokens of the batch do not tell, so that they do not tell either where a sentence ends.
    """

    name: str
    whence: str = ""
    ways: tuple[Tokens, ...] = ()
    over: int | None = 0

    def fitting(self, count: int) -> Tokens | None:
        """The tokens for so many rows or columns."""
        unread = (self.over,) if self.over is not None else (0, 1)
        return next((tokens[:count] for over in unread for tokens in self.ways if len(tokens) - over == count), None)

    def end(self, count: int) -> int | None:
        """Where these tokens would end before so many rows or columns do."""
        if self.over is None or self.fitting(count) is not None:
            return None
        return next((len(tokens) - self.over for tokens in self.ways if 0 < len(tokens) - self.over < count), None)

    def counted(self, count: int, seconds: float | None, step: int = 1) -> Tokens:
        """Names that always fit: the tokens, else the seconds of frames, else numbers from 1.

        Args:
            count: rows or columns, before anything was made smaller; step: how many of them one cell stands for.
        """
        tokens = self.fitting(count)
        if tokens is not None:
            return joined(tokens, step)
        if seconds is not None:
            return tuple(f"{at * seconds:.2f} s" for at in range(0, count, step))
        return tuple(str(at + 1) for at in range(0, count, step))

    def problem(self, count: int, what: str) -> str | None:
        """What is wrong where the tokens do not fit.

        Args:
            what: which rows or columns, for people.
        """
        if not self.ways or self.fitting(count) is not None:
            return None
        counts = tr(" or ").join(dict.fromkeys(f"{len(tokens):,}" for tokens in self.ways))
        return tr(
            "{what}: {count:,}, but {whence} {counts} {name} tokens, so they are numbered; give the tokens as the "
            "model read them, with what marks begin, end and padding",
            what=what,
            count=count,
            whence=self.whence,
            counts=counts,
            name=tr(self.name),
        )


def typed(name: str, text: str) -> Side:
    """What a person types: a JSON list, lines, words; characters where nothing separates them.

    Raises:
        DataError: too long.

    >>> typed("source", "a b c").ways, typed("source", "发财").ways
    ((('a', 'b', 'c'),), (('发财',), ('发', '财')))
    """
    cuts = cuts_of(text)
    apart = len(text.split()) > 1
    ways = tuple(tokens for way, tokens in cuts.items() if not (apart and way.startswith("characters")))
    return Side(name, tr("you give"), ways, None if name == "target" else 0)


def trimmed(
    weights: Shaped[np.ndarray, "head target source"], what: str, source: Side, target: Side, *, batched: bool
) -> Shaped[np.ndarray, "head _ _"]:
    """Without the padding of a batch: columns without any weight, and rows behind the end of the sentence.

    Args:
        batched: whether there are other sentences beside this one, which it may have been padded to.
    """
    if what == "encoder self":
        end = _unread(weights, source, batched)
        return weights[:, :end, :end]
    if what == "decoder self":
        end = _ended(weights, target, batched)
        return weights[:, :end, :end]
    return weights[:, : _ended(weights, target, batched), : _unread(weights, source, batched)]


def _unread(weights: np.ndarray, source: Side, batched: bool) -> int:
    """The column at which nothing follows that was looked at, where a sentence may end there."""
    columns = weights.shape[2]
    end = source.end(columns)
    if end is None and (not batched or source.ways):
        return columns
    filled = np.flatnonzero(weights.any(axis=(0, 1)))
    last = int(filled[-1]) + 1 if len(filled) else columns
    if end is None:
        return last
    return end if last <= end else columns


def _ended(weights: np.ndarray, target: Side, batched: bool) -> int:
    rows = weights.shape[1]
    if not batched or target.fitting(rows) is not None:
        return rows
    end = target.end(rows)
    if end is not None:
        return end
    filled = np.flatnonzero(weights.any(axis=(0, 2)))
    return int(filled[-1]) + 1 if len(filled) else rows
