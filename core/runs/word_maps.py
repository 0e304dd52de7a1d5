"""Cross-attention between words: what a model's tokens weigh, put together to the words that somebody linked.

A model may cut a word into pieces. Weight on a word is the sum over its pieces; a word looks as its pieces do on average
(Clark et al. 2019, section 4.1, arXiv:1906.04341). Tokens between words (spaces, <end>) belong to none, and their rows and
columns are left out.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from core.data.parallel_text import clean
from core.data.pieces import SPACE
from core.errors import InputError
from core.language import tr

BETWEEN = -1  # a token that belongs to no word


def words_of(tokens: Sequence[str], words: Sequence[str]) -> list[int]:
    """Which word each token is a piece of.

    >>> words_of(["▁le", "▁ch", "at"], ["le", "chat"])
    [0, 1, 1]

    Raises:
        InputError: the tokens are not what the words are written with, or one token is a piece of two words.
    """
    owners = [at for at, word in enumerate(words) for _ in _letters(word)]
    written = "".join(_letters(word) for word in words)
    place, found = 0, []
    for token in tokens:
        letters = _letters(token)
        inside = set(owners[place : place + len(letters)])
        if written[place : place + len(letters)] != letters or len(inside) > 1:
            raise InputError(
                tr(
                    "the model reads “{words}” as tokens that do not fit its words: {token!r} is no part of "
                    "one word; bring the sentence as the model's own training data were written",
                    words=" ".join(words)[:60],
                    token=token[:40],
                )
            )
        found.append(inside.pop() if inside else BETWEEN)
        place += len(letters)
    if place < len(written):
        raise InputError(
            tr(
                "the model reads “{words}” without its end “{written}”; bring the sentence as the "
                "model's own training data were written",
                words=" ".join(words)[:60],
                written=written[place:][:40],
            )
        )
    return found


def between_words(
    weights: Float[np.ndarray, "head query key"], rows: Sequence[int], columns: Sequence[int], shape: tuple[int, int]
) -> Float[np.ndarray, "head target source"]:
    """Weights between words.

    Args:
        weights: of tokens; queries and keys behind the tokens named are left out.
        rows, columns: the target word of each query, the source word of each key.
        shape: how many (target words, source words).
    """
    piece = np.asarray(weights[:, : len(rows), : len(columns)], dtype=np.float32)
    return _membership(rows, shape[0], mean=True) @ piece @ _membership(columns, shape[1], mean=False).T


def _membership(words: Sequence[int], count: int, *, mean: bool) -> Float[np.ndarray, "word token"]:
    table = (np.arange(count)[:, None] == np.asarray(words, dtype=int)[None, :]).astype(np.float32)
    return table / np.maximum(table.sum(axis=1, keepdims=True), 1) if mean else table


def _letters(text: str) -> str:
    return "".join(clean(text.replace(SPACE, " ")).lower().split())
