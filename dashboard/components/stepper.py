"""Step the decoder: what it looks at, its candidates, the tree so far; stepping is local, forcing asks Python.

Everything already computed is in the browser, so arrow keys cost no rerun. State comes back absolute (a path of token
ids and a position, never "one further"), so that no key press can be lost between reruns.
"""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

import streamlit as st

from dashboard.components import tree as tree_component
from dashboard.components.canvas import script, style

WORDS = {
    **tree_component.WORDS,
    "best": "current path",
    "next": "Next",
    "back": "Back",
    "end": "To the end",
    "reset": "Reset",
    "looks": "Where the decoder looks",
    "looks_idle": "hover a produced token to see where it looked",
    "candidates": "Next token",
    "candidates_help": "click one to force it",
    "default": "next",
    "type": "Force any token",
    "placeholder": "type a token",
    "force": "Force",
    "asking": "asking the model …",
    "tree": "Decoding tree",
    "tree_help": "click a node to go there, a pruned one to force it",
    "place": "Step {position} of {length}",
    "sum": "Σ log p = {logp}",
    "ended": "Finished: nothing follows.",
    "unknown": "No candidates were computed here.",
    "forced_p": "forced, p = {p}",
    "said": "Step {position}: {token}, p = {p}. {looks}",
    "said_looks": "For the next token it looks at {where}.",
    "force_name": "Force {token}, probability {p}",
    "source": "Source",
}

_component = st.components.v2.component(
    "attention_lab_stepper",
    js=script("tree_layout", "tree_draw", "stepper_arcs", "stepper_candidates", "stepper"),
    css=style("tree", "stepper"),
)


class Answer(TypedDict):
    """What became of a forced token: `nonce` of the request; `message` where it was refused."""

    nonce: Any
    message: NotRequired[str | None]


class StepperData(TypedDict):
    """What the stepper draws.

    Attributes:
        source: tokens of the source, as the attention rows count them.
        nodes: the tree's columns (tree.COLUMNS) and `token_id`; parents before children.
        candidates: per node id the likeliest next tokens, best first: [token id, token, p, log p].
        rows: per node id the weights over `source` with which that node's token was chosen. The next token's row is
            found at the path's next node, or at any computed child.
        path: node ids of the path to show, from the root to its end.
        position: index in `path` to show first.
        answer: set after a forced token was handled.
        notes: one sentence below the buttons.
    """

    source: list[str]
    nodes: dict[str, list]
    candidates: Mapping[int, list]
    rows: Mapping[int, Any]
    path: list[int]
    position: int
    answer: NotRequired[Answer | None]
    notes: NotRequired[str | None]


def stepper(data: StepperData, *, key: str, words: Mapping[str, str] | None = None) -> dict | None:
    """Draw the stepper.

    Args:
        data: see StepperData. While its source, path and answer stay the same, the place the user stepped to is kept.
        key: identity of the component in the page.
        words: the strings on screen, for other languages.

    Returns:
        `{"view": {"path": [token ids], "position": n}, "force": {"prefix": [token ids], "token": id | None, "text": typed |
        None, "nonce": …}}`, each part None until it happened; None before anything happened. A `force` stays in the
        state: handle each `nonce` once and name it in `data["answer"]`.
    """
    payload = {
        "source": list(data["source"]),
        "nodes": tree_component.columns(data["nodes"]),
        "candidates": {
            str(node): [[tree_component.plain(part) for part in row] for row in rows]
            for node, rows in data["candidates"].items()
        },
        "rows": {str(node): [round(float(weight), 4) for weight in row] for node, row in data["rows"].items()},
        "path": [int(node) for node in data["path"]],
        "position": int(data["position"]),
        "answer": data.get("answer"),
        "notes": data.get("notes"),
        "words": {**WORDS, **(words or {})},
    }
    result = _component(key=key, data=payload, on_view_change=lambda: None, on_force_change=lambda: None)
    if not result.view and not result.force:
        return None
    return {"view": result.view, "force": result.force}
