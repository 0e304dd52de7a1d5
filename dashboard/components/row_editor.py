"""Edit the attention by hand: heads as switches, one row of cross-attention as bars to drag, what is in force, undo and redo.

Everything up to the release of a bar happens in the browser. Python hears the whole of it each time, never "one further":
what the edits were at first (`base`), every action since (`log`), how many of them hold (`done`), and the edits that follow
from it. So undo has no limit, no press is lost between two reruns, and what comes back can be kept as it is.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import streamlit as st

from core.language import tr_each
from dashboard.components.canvas import script, style

WORDS = {
    "undo": "Undo",
    "redo": "Redo",
    "clear": "Remove all edits",
    "count": "{n} edits",
    "one": "1 edit",
    "none": "No edits: both trees are the same. Switch a head off, or drag a bar.",
    "heads": "Heads",
    "heads_help": "click to switch off: its answer is zero",
    "encoder self": "encoder self",
    "decoder self": "decoder self",
    "cross": "cross",
    "row": "One row of cross-attention",
    "row_help": "drag a bar: the others give or take in proportion · double click: all on this token",
    "layer": "Layer",
    "head": "Head",
    "step": "Step",
    "every": "all",
    "every_name": "every step",
    "step_name": "step {n}, which chooses {token}",
    "reset": "Take this row back",
    "tick": "line: the weight before any edit",
    "mean": "mean of all steps, until one row is set for all of them",
    "off": "head {head} is off: where it looks changes nothing",
    "bar": "{token}, weight {weight}",
    "switch": "{group}, layer {layer}, head {head}",
    "is_off": "{group} · layer {layer} · head {head} off",
    "is_set": "{group} · layer {layer} · head {head} · {step}: {weight} on {token}",
    "at_step": "step {n}",
    "unreached": "not reached",
    "remove": "Remove: {what}",
}

_component = st.components.v2.component(
    "attention_lab_row_editor",
    js=script("row_editor_bars", "row_editor_heads", "row_editor"),
    css=style("row_editor"),
)


class History(TypedDict):
    """Edits and how they came about: `edits` as `Edit.to_dict` gives them; `log` and `done` belong to the browser."""

    base: list[dict[str, Any]]
    log: list[dict[str, Any]]
    done: int
    edits: list[dict[str, Any]]


class Path(TypedDict):
    """The best path of a decoding: its tokens, and by cross site the weights [head][step][key] with which they came."""

    tokens: list[str]
    rows: Mapping[str, Any]


def begun(edits: Sequence[Mapping[str, Any]] = ()) -> History:
    """A history that begins with these edits; undo leads back to them and no further."""
    return History(base=[dict(edit) for edit in edits], log=[], done=0, edits=[dict(edit) for edit in edits])


def row_editor(
    sites: Sequence[tuple[str, str, int, int]],
    source: Sequence[str],
    before: Path,
    after: Path,
    *,
    history: History,
    key: str,
    unreached: Sequence[Mapping[str, Any]] = (),
    words: Mapping[str, str] | None = None,
) -> None:
    """Draw the editor.

    Args:
        sites: path, group (as in WORDS), layer from 1 and number of heads of every attention.
        source: tokens of the source, <end> included.
        before, after: best paths without and with the edits; bars show the second, a line at each the first.
        history: taken when the component is first drawn under this key; from then on the browser's own holds. Read that
            before drawing, with `state.get(key)["history"]`.
        key: identity of the component in the page.
        unreached: edits in force whose step no path came to.
        words: the strings on screen, for other languages.
    """
    data = {
        "sites": [
            {"name": name, "group": group, "layer": layer, "heads": heads} for name, group, layer, heads in sites
        ],
        "source": list(source),
        "tokens": list(after["tokens"]),
        "rows": _plain(after["rows"]),
        "own": _plain(before["rows"]),
        "history": history,
        "unreached": [dict(edit) for edit in unreached],
        "words": tr_each({**WORDS, **(words or {})}),
    }
    _component(key=key, data=data, on_history_change=lambda: None)


def _plain(rows: Mapping[str, Any]) -> dict[str, list]:
    """Four digits are more than a bar shows."""
    return {
        site: [[[round(float(weight), 4) for weight in row] for row in head] for head in heads]
        for site, heads in rows.items()
    }
