"""The decoding tree: what a search kept, finished and pruned, move by move, and why; a click chooses a node."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.figures.drawn.scripts import TREE
from core.figures.drawn.table_words import table_words
from core.figures.drawn.tree_packing import COLUMNS, columns, packed, plain
from core.figures.drawn.tree_words import WORDS
from core.language import tr_each
from dashboard.components.canvas import remembered, settled, shared_script, style

__all__ = ["COLUMNS", "WORDS", "columns", "packed", "plain", "tree"]

_component = st.components.v2.component(
    "attention_lab_tree",
    js=shared_script(*TREE, mount=("tree", "TreeComponent")),
    css=style("tree", "tree_bars", "number_table"),
)


def tree(
    nodes: Mapping[str, Sequence],
    *,
    key: str,
    selected: int | None = None,
    height: int | str = "auto",
    caption: str = "",
    weighed: Sequence[int] | None = None,
    words: Mapping[str, str] | None = None,
) -> int | None:
    """Steps from left to right, a pill a node; kept, finished, pruned and forced are told apart by shape.

    Where the nodes have a `walk` of more than one move, the search can be walked: by buttons, arrow keys or a clicker.

    Args:
        nodes: parallel columns, see COLUMNS; parent −1 at the root; reason is one sentence for people.
        key: identity of the component in the page.
        selected: id marked until the user chooses another.
        height: "auto" (at most half the window) or points at the normal text size.
        caption: title of the pictures that are downloaded: model, search, source.
        weighed: per move, from the first, how many candidates were weighed, where the tree holds only the best of them.
        words: the strings on screen, for other languages.

    Returns:
        The id of the chosen node, or `selected` as long as nothing was clicked; None where the tree has no such node.

    Raises:
        ShapeError: a needed column is missing, or the columns are not of one length.
    """
    clean = columns(nodes)
    pick = remembered(key, "pick")
    now = _known(settled(pick, selected), clean)
    data = {
        "nodes": packed(clean),
        "selected": now,
        "passed": selected,
        "seq": (pick or {}).get("seq", 0),
        "height": height,
        "caption": caption,
        "weighed": None if weighed is None else [int(count) for count in weighed],
        "words": tr_each({**WORDS, **(words or {})}),
        "table": table_words(),
    }
    result = _component(key=key, data=data, on_pick_change=lambda: None)
    return _known(settled(result.pick, selected), clean)


def _known(at: Any, nodes: Mapping[str, Sequence]) -> int | None:
    return at if at in nodes["id"] else None
