"""A constituency tree over its words; pointing at a bracket shades the words its attention looked at."""

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from core.data.tree_tokens import Placed
from core.errors import ShapeError
from core.figures.drawn.table_words import table_words
from core.language import tr, tr_each
from dashboard.components.canvas import pack, script, style

WORDS = {
    "idle": "Point at a constituent to see its words and where its opening bracket looked.",
    "plain": "Point at a constituent to see its words.",
    "said": "{label} over “{words}”",
    "wrong": "not in the right tree",
    "looked": "its bracket looked at",
    "end": "<end>",
    "empty": "No constituent was closed.",
    "tree": "Constituents",
    "right": "in the right tree",
}
_NAMED = 3  # words that are named of a row of attention

_component = st.components.v2.component(
    "attention_lab_parse_tree", js=script("number_table", "parse_tree"), css=style("parse_tree", "number_table")
)  # fmt: skip


def parse_tree(
    words: Sequence[str],
    constituents: Sequence[Placed],
    *,
    key: str,
    tags: Sequence[str] = (),
    right: Sequence[bool] | None = None,
    weights: np.ndarray | None = None,
    texts: Mapping[str, str] | None = None,
) -> None:
    """Draw a tree.

    Args:
        words: of the sentence; constituents: over them, in the order of their opening; some may be missing.
        key: identity of the component in the page.
        tags: parts of speech, where they were written.
        right: whether the right tree has it, of each constituent; those it has not are drawn with dashes and marked.
        weights: [token, word], where the step that wrote a token looked, <end> the last column; None draws the tree alone.
        texts: the strings on screen, for other languages.

    Raises:
        ShapeError: the weights have no column for every word and <end>.
    """
    if weights is not None and weights.shape[1] != len(words) + 1:
        raise ShapeError(
            tr(
                "weights {shape} do not fit {count} words and <end>; expected [token, word]",
                shape=weights.shape,
                count=len(words),
            )
        )
    rows = (
        np.zeros((len(constituents), len(words) + 1))
        if weights is None
        else weights[[one.opened for one in constituents]]
    )
    header = {
        "leaves": list(words),
        "tags": list(tags),
        "nodes": [[one.label, one.first, one.last] for one in constituents],
        "right": None if right is None else list(right),
        "looks": weights is not None,
        "named": _NAMED,
        "words": tr_each({**WORDS, **(texts or {})}),
        "table": table_words(),
    }
    _component(key=key, data=pack(header, np.ascontiguousarray(rows, dtype="<f4")))
