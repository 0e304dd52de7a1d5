"""The decoding tree: what a search kept, finished and pruned, and why; a click chooses a node."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from core.errors import ShapeError
from dashboard.components.canvas import remembered, script, settled, style

WORDS = {
    "kept": "kept",
    "best": "best finished path",
    "pruned": "pruned (dashed)",
    "forced": "forced",
    "done": "finished",
    "width": "thicker line = more probable",
    "more": "+{n} pruned",
    "summary": "Decoding tree of {nodes} nodes. Best result: {best}. Arrow keys move, Enter chooses.",
    "none": "none yet",
    "token": "token",
    "p": "p",
    "logp_token": "log p",
    "logp": "Σ log p",
    "rank_score": "ranking score",
    "rank": "rank in its step",
    "status": "status",
    "node": "{token}, p = {p}, step {step}, {status}",
    "root": "start",
    "expanded": "kept",
    "live": "kept, not yet expanded",
    "finished": "finished",
    "pruned_beam": "pruned: outside the beam",
    "pruned_filter": "pruned by the sampling filter",
    "pruned_bound": "pruned by the bound",
    "pruned_constraint": "pruned by a constraint",
    "truncated": "cut off at the length limit",
    "duplicate": "duplicate",
    "superseded": "superseded",
}
COLUMNS = (
    "id",
    "parent",
    "step",
    "token",
    "logp_token",
    "logp",
    "rank_score",
    "rank",
    "status",
    "reason",
    "forced",
    "slot",
)
NEEDED = ("id", "parent", "step", "token", "logp_token", "status")

_component = st.components.v2.component(
    "attention_lab_tree", js=script("tree_layout", "tree_draw", "tree"), css=style("tree")
)


def tree(
    nodes: Mapping[str, Sequence],
    *,
    key: str,
    selected: int | None = None,
    height: int | str = "auto",
    words: Mapping[str, str] | None = None,
) -> int | None:
    """Steps from left to right, a pill a node; kept, finished, pruned and forced are told apart by shape.

    Args:
        nodes: parallel columns, see COLUMNS; parent −1 at the root; reason is one sentence for people.
        key: identity of the component in the page.
        selected: id marked until the user chooses another.
        height: "auto" (at most half the window) or points at the normal text size.
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
        "nodes": clean,
        "selected": now,
        "passed": selected,
        "seq": (pick or {}).get("seq", 0),
        "height": height,
        "words": {**WORDS, **(words or {})},
    }
    result = _component(key=key, data=data, on_pick_change=lambda: None)
    return _known(settled(result.pick, selected), clean)


def _known(at: Any, nodes: Mapping[str, Sequence]) -> int | None:
    return at if at in nodes["id"] else None


def columns(nodes: Mapping[str, Sequence]) -> dict[str, list]:
    """The columns as JSON can carry them: plain numbers, None where a number is not finite.

    >>> columns({"id": [0], "parent": [-1], "step": [0], "token": ["<s>"], "logp_token": [float("nan")], "status": ["root"]}
    ...         )["logp_token"]
    [None]
    """
    missing = [name for name in NEEDED if name not in nodes]
    if missing:
        raise ShapeError(f"tree columns {missing} are missing; needed are {list(NEEDED)}")
    lengths = {name: len(values) for name, values in nodes.items()}
    if len(set(lengths.values())) != 1:
        raise ShapeError(f"tree columns differ in length: {lengths}; expected one entry per node in each")
    return {name: [plain(value) for value in values] for name, values in nodes.items()}


def plain(value: Any) -> Any:
    """A value of a column, without numpy's types and without NaN."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        # six digits are more than a card shows; 2000 nodes should not cost a megabyte
        return float(f"{value:.7g}") if math.isfinite(value) else None
    return value
