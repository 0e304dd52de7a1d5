"""The decoding tree: what a search kept, finished and pruned, move by move, and why; a click chooses a node."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from core.errors import ShapeError
from dashboard.components.canvas import remembered, script, settled, style
from dashboard.components.tree_words import WORDS

__all__ = ["COLUMNS", "WORDS", "columns", "packed", "plain", "tree"]

COLUMNS = (
    "id", "parent", "step", "token", "logp_token", "logp", "rank_score", "rank", "status", "reason", "forced", "slot",
    "bound", "adj_parts", "is_gold", "walk",
)  # fmt: skip
NEEDED = ("id", "parent", "step", "token", "logp_token", "status")

_component = st.components.v2.component(
    "attention_lab_tree",
    js=script(
        "tree_layout", "tree_draw", "tree_card", "tree_paint", "tree_zoom", "tree_walk", "tree_told", "tree_player",
        "tree_picture", "tree",
    ),
    css=style("tree", "tree_bars"),
)  # fmt: skip


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
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    return value


def packed(clean: Mapping[str, list]) -> dict[str, Any]:
    """Columns as they travel: what repeats is said once, so that 10,000 nodes stay below a megabyte and a half.

    A column of texts becomes its distinct texts and their numbers; a column of named parts a column per name; a column
    in which all values agree that value. The browser's half is `unpacked` in tree.js.

    >>> packed({"status": ["root", "live", "live"], "forced": [False] * 3, "adj_parts": [{}, {"length": 0.5}, {}]})
    {'status': {'of': ['root', 'live'], 'at': [0, 1, 1]}, 'forced': {'all': False}, 'adj_parts': {'parts': {'length': [None, 0.5, None]}}}
    """
    return {name: _packed(values) for name, values in clean.items()}


def _packed(values: list) -> Any:
    if any(isinstance(value, dict) for value in values):
        names = dict.fromkeys(name for value in values for name in value or ())
        return {"parts": {name: [(value or {}).get(name) for value in values] for name in names}}
    if len(values) > 1 and all(value is values[0] or value == values[0] for value in values):
        return {"all": values[0]}
    if any(isinstance(value, str) for value in values):
        numbers = {value: number for number, value in enumerate(dict.fromkeys(values))}
        return {"of": list(numbers), "at": [numbers[value] for value in values]}
    return [int(value) for value in values] if all(isinstance(value, bool) for value in values) else values
