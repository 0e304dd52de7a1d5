"""Maps over pieces of words as maps over words: what falls on the pieces of a word falls on the word."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.data.pieces import joined, words
from core.recording.matrix import AttentionMatrix


def over_words(matrix: AttentionMatrix) -> AttentionMatrix:
    """The weights of one map with rows and columns for words.

    A column is the sum over the pieces of its word, so rows go on to sum to what they summed to; a row is the mean over the
    pieces of its word. What else was recorded belongs to pieces and is left out.
    """
    rows, columns = words(matrix.queries), words(matrix.keys)
    summed = np.stack([matrix.weights[:, :, part].sum(axis=-1) for part in map(_cut, columns)], axis=-1)
    meant = np.stack([summed[:, part].mean(axis=1) for part in map(_cut, rows)], axis=1)
    return replace(
        matrix, weights=meant, queries=_labels(matrix.queries, rows), keys=_labels(matrix.keys, columns), scores=None, query=None,
        key=None, value=None, context=None, bias=None, added=None, masks={},
    )  # fmt: skip


def _cut(part: range) -> slice:
    return slice(part.start, part.stop)


def _labels(tokens: Sequence[str], parts: Sequence[range]) -> tuple[str, ...]:
    return tuple(joined(tokens, part) for part in parts)
