"""Step the decoder: what it looks at, its candidates, the tree so far; stepping is local, forcing asks Python.

Everything already computed is in the browser, so arrow keys cost no rerun. State comes back absolute (a path of token
ids and a position, never "one further"), so that no key press can be lost between reruns.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

import numpy as np
import streamlit as st

from core.figures.drawn.table_words import table_words
from core.language import tr_each
from dashboard.components import tree as tree_component
from dashboard.components.canvas import pack, script, style

WORDS = {
    **tree_component.WORDS,
    "best": "current path",
    "next": "Next",
    "back": "Back",
    "end": "To the end",
    "reset": "Reset",
    "undo": "Undo",
    "undo_help": "take the last branch back (Ctrl+Z)",
    "redo": "Redo",
    "redo_help": "bring back the branch undone last (Ctrl+Shift+Z)",
    "looks": "Where the decoder looks",
    "looks_idle": "hover a produced token to see where it looked",
    "candidates": "Next token",
    "candidates_help": "click to force; −nats: its price",
    "lost": "forcing it costs {lost} nats against the most probable token here",
    "default": "next",
    "type": "Force any token",
    "placeholder": "type a token",
    "force": "Force",
    "asking": "asking the model …",
    "tree": "Decoding tree",
    "tree_help": "click any node to look at it below, pruned ones too",
    "place": "Step {position} of {length}",
    "sum": "Σ log p = {logp}",
    "ended": "Finished: nothing follows.",
    "unknown": "No candidates were computed here.",
    "dead": "Pruned here. Its next tokens stand below; → goes on from here all the same.",
    "forced_p": "forced, p = {p}",
    "said": "Step {position}: {token}, p = {p}. {looks}",
    "said_looks": "For the next token it looks at {where}.",
    "force_name": "Force {token}, probability {p}",
    "source": "Source",
}

_component = st.components.v2.component(
    "attention_lab_stepper",
    js=script(
        "tree_layout",
        "tree_card",
        "tree_draw",
        "number_table",
        "tree_table",
        "stepper_table",
        "stepper_arcs",
        "stepper_candidates",
        "stepper_timeline",
        "stepper",
    ),
    css=style("tree", "candidates", "stepper", "number_table"),
)


class Answer(TypedDict):
    """What became of a request: its `nonce`; `message` where it was refused; else where to stand on the path."""

    nonce: Any
    message: NotRequired[str | None]
    position: NotRequired[int]


@dataclass(frozen=True)
class Answered:
    """What became of the last request.

    Attributes:
        nonce: of the request, None before any; message: why it was refused, None where it was not.
        standing: tokens to stand at.
    """

    nonce: str | None = None
    message: str | None = None
    standing: tuple[int, ...] = ()

    def told(self, position: int) -> Answer | None:
        """As the browser wants it."""
        return None if self.nonce is None else {"nonce": self.nonce, "message": self.message, "position": position}


class History(TypedDict):
    """How many branches hold, of how many that were added."""

    done: int
    length: int


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
        answer: set after a request was handled, one that was made elsewhere on the page too.
        history: where undoing and redoing stand; without it there are no buttons for them.
        notes: one sentence below the buttons.
        asks: whether a clicked candidate is always asked for, also where its continuation is here: it would be another.
    """

    source: list[str]
    nodes: dict[str, list]
    candidates: Mapping[int, list]
    rows: Mapping[int, Any]
    path: list[int]
    position: int
    answer: NotRequired[Answer | None]
    history: NotRequired[History | None]
    notes: NotRequired[str | None]
    asks: NotRequired[bool]


def stepper(
    data: StepperData,
    *,
    key: str,
    on_view: Callable[[], None] = lambda: None,
    words: Mapping[str, str] | None = None,
) -> dict | None:
    """Draw the stepper.

    Args:
        data: see StepperData. While its source, path and answer stay the same, the place the user stepped to is kept.
        key: identity of the component in the page.
        on_view: called when the user stands elsewhere, before anything is drawn anew.
        words: the strings on screen, for other languages.

    Returns:
        `{"view": {"path": [token ids], "position": n, "seen": nonce of the last answer}, "force": {"prefix": [token ids],
        "token": id | None, "text": typed | None, "nonce": …}, "history": {"done": n, "nonce": …}}`, each part None until
        it happened; None before anything happened. A force without token and text asks the search to go on. Requests
        stay in the state: handle each `nonce` once and name it in `data["answer"]`.
    """
    header = {
        "source": list(data["source"]),
        "nodes": tree_component.packed(tree_component.columns(data["nodes"])),
        "candidates": {
            int(node): [[tree_component.plain(part) for part in row] for row in rows]
            for node, rows in data["candidates"].items()
        },
        "rows": {int(node): np.round(np.asarray(row, dtype=float), 4).tolist() for node, row in data["rows"].items()},
        "path": [int(node) for node in data["path"]],
        "position": int(data["position"]),
        "answer": data.get("answer"),
        "history": data.get("history"),
        "notes": data.get("notes"),
        "asks": bool(data.get("asks")),
        "words": tr_each({**WORDS, **(words or {})}),
        "table": table_words(),
    }
    result = _component(
        key=key,
        data=pack(header),
        on_view_change=on_view,
        on_force_change=lambda: None,
        on_history_change=lambda: None,
    )
    if not result.view and not result.force and not result.history:
        return None
    return {"view": result.view, "force": result.force, "history": result.history}
