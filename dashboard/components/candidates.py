"""What may follow one node of the tree: bars with probability and price; a click forces one after that node."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from core.figures.drawn.tree_packing import plain
from core.language import tr_each
from dashboard.components import stepper
from dashboard.components.canvas import script, style

WORDS = {
    **stepper.WORDS,
    "candidates": "May follow",
    "candidates_help": "click to force; −nats: its price",
    "onward": "Let the search go on from here",
    "rest": "all other tokens together: {p}",
}

_component = st.components.v2.component(
    "attention_lab_candidates",
    js=script("stepper_candidates", "stepper_timeline", "candidates"),
    css=style("candidates"),
)


def candidates(
    rows: Sequence[Sequence[Any]],
    *,
    prefix: Sequence[int],
    rest: float,
    ended: bool,
    key: str,
    on_force: Callable[[], None] = lambda: None,
    words: Mapping[str, str] | None = None,
) -> dict | None:
    """The most probable next tokens of a node, and a button that lets the search go on after it.

    Args:
        rows: [token id, token, p, log p], best first; prefix: token ids of the node, from the first token.
        rest: probability of all others; ended: whether nothing can follow.
        key: identity of the component in the page.
        on_force: called when one is clicked, before anything is drawn anew.
        words: the strings on screen, for other languages.

    Returns:
        As the stepper's `force`; None before anything was clicked.
    """
    known = tr_each({**WORDS, **(words or {})})
    data = {
        "candidates": [[plain(part) for part in row] for row in rows],
        "prefix": [int(token) for token in prefix],
        "rest": "" if ended else known["rest"].replace("{p}", f"{100 * rest:.2g} %"),
        "ended": ended,
        "words": known,
    }
    return _component(key=key, data=data, on_force_change=on_force).force
