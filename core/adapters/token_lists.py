"""Tokens that a file names beside its arrays: lists of texts, JSON inside a text, a sentence between blanks."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Shaped

Tokens = tuple[str, ...]
WORDS = {  # what programs call the tokens of an axis
    "queries": ("query_labels", "queries", "target_tokens", "target", "tgt", "output_tokens", "rows"),
    "keys": ("key_labels", "keys", "source_tokens", "source", "src", "input_tokens", "columns"),
}
_MOST = 100_000  # lists of one file: a corpus is no sentence to look at


@dataclass(frozen=True)
class TokenLists:
    """The tokens of one side.

    Attributes:
        side: one of WORDS: queries are what the decoder reads or writes, keys the source.
        key: what the file calls them.
        lists: of every sentence, or of every hypothesis.
    """

    side: str
    key: str
    lists: tuple[Tokens, ...]


def is_texts(value: Any) -> bool:
    """Whether a value is a list of texts with something in it."""
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)


def in_names(values: Mapping[str, Any]) -> tuple[TokenLists, ...]:
    """What is called like tokens and is some, among names and values.

    >>> in_names({"source": ["wir", "gehen"], "note": "hello", "tgt": '[["we", "go"], ["we"]]'})[1].lists
    (('we', 'go'), ('we',))
    """
    found = []
    for name, value in values.items():
        last = re.split(r"[./]", name.lower())[-1]
        side = next((side for side, words in WORDS.items() if last in words), None)
        lists = _lists(value) if side else ()
        if side and lists:
            found.append(TokenLists(side, name, lists))
    return tuple(found)


def in_array(values: Shaped[np.ndarray, "..."]) -> Any:
    """An array of texts as lists of texts; what fills the end of a shorter row is left out."""
    decoded = np.char.decode(values, "utf-8", "replace") if values.dtype.kind == "S" else values
    if decoded.ndim == 2:
        return [[str(cell) for cell in row[: _filled(row)]] for row in decoded]
    return decoded.tolist()


def _lists(value: Any) -> tuple[Tokens, ...]:
    if isinstance(value, str):
        return _cut(value)
    if is_texts(value):
        return (tuple(value),)
    if isinstance(value, list) and 0 < len(value) <= _MOST and all(is_texts(one) for one in value):
        return tuple(map(tuple, value))
    return ()


def _cut(text: str) -> tuple[Tokens, ...]:
    """A text as tokens: JSON where it is some, else what stands between blanks."""
    if text.lstrip().startswith("["):
        try:
            return _lists(json.loads(text))
        except (ValueError, RecursionError):
            pass
    words = tuple(text.split())
    return (words,) if words else ()


def _filled(row: Shaped[np.ndarray, " token"]) -> int:
    filled = np.flatnonzero(row != "")
    return int(filled[-1]) + 1 if len(filled) else 0
