"""Beam histories of another program, read as a decoding tree: one JSON object a search, as Sockeye writes them.

Per step and place of the beam: `predicted_tokens` and `predicted_ids`, `parent_ids` (places of the step before), `scores`
(−Σ log p) and `normalized_scores` (what was compared); of both the lower is better. A finished hypothesis keeps its
place and writes <pad>; that is no token.
"""

import json
from math import nan
from typing import Any

from core.decoding.hypothesis import Status
from core.decoding.trees.columns import COLUMNS, DRAW_COLUMNS, KINDS, path
from core.decoding.trees.saved import Parts, checked, read_columns
from core.decoding.trees.tree import DecodingTree
from core.errors import DataError
from core.language import tr

_PAD, _END = "<pad>", "</s>"
_NEEDED = ("predicted_tokens", "predicted_ids", "parent_ids", "scores", "normalized_scores")


def from_beam_history(line: str) -> DecodingTree:
    """The tree of one search.

    Args:
        line: one line of such a file.

    Raises:
        DataError: no JSON object, or its steps do not fit each other.
    """
    try:
        history = json.loads(line)
        columns, ends = _grown(history)
        output = " ".join(columns["text"][node] for node in path(columns, ends[0]))
    except (ValueError, KeyError, TypeError, IndexError, OverflowError, RecursionError) as error:
        raise DataError(
            tr(
                "not a beam history: {name} at {error}; expected an object with {needed}",
                name=type(error).__name__,
                error=str(error)[:60],
                needed=", ".join(_NEEDED),
            )
        ) from error
    header = {
        "item_id": history.get("id", 0), "strategy": "beam", "settings": {"width": len(history["scores"][0])},
        "source": "", "source_tokens": [], "output": output,
        "logp": columns["logp"][ends[0]], "rank_score": columns["rank_score"][ends[0]], "proved": None, "stop_reason": "",
    }  # fmt: skip
    nodes = read_columns(columns, KINDS, "nodes")
    return DecodingTree(*checked(Parts(header, nodes, [], {name: [] for name in DRAW_COLUMNS}, {})))


def _grown(history: dict[str, Any]) -> tuple[dict[str, list[Any]], list[int]]:
    """The columns, and the nodes in the last beam."""
    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    _add(columns, -1, 0, 0, "<s>", 0.0, 0.0, -1)
    beam = [0] * len(history["scores"][0])
    for step, rows in enumerate(zip(*(history[name] for name in _NEEDED), strict=True), start=1):
        after = []
        for place, (text, token, parent, score, normalized) in enumerate(zip(*rows, strict=True)):
            if parent not in range(len(beam)):
                raise IndexError(f"parent {parent} of step {step}")
            node = beam[parent]
            if text != _PAD:
                node = _add(columns, node, step, token, text, -score, -normalized, place)
            after.append(node)
        beam = after
    parents = set(columns["parent"])
    for node, text in enumerate(columns["text"]):
        if node in parents:
            columns["status"][node] = str(Status.EXPANDED if node else Status.ROOT)
        elif text == _END:
            columns["status"][node] = str(Status.FINISHED)
        else:
            columns["status"][node] = str(Status.TRUNCATED if node in beam else Status.PRUNED_BEAM)
    return columns, beam


def _add(
    columns: dict[str, list[Any]], parent: int, step: int, token: int, text: str, logp: float, score: float, place: int
) -> int:
    node = len(columns["id"])
    before = 0.0 if parent < 0 else columns["logp"][parent]
    row = {
        "id": node, "parent": parent, "step": step, "token": token, "text": text, "logp_token": logp - before,
        "logp": logp, "adj": score - logp, "rank_score": score, "bound": nan, "rank": place, "group": 0, "slot": place,
        "status": "", "reason": "", "forced": False, "prob_filtered": nan, "draw": -1, "attn": -1, "n_tokens": step,
        "adj_parts": {"length": score - logp} if node else {}, "is_gold": False, "walk": step,
    }  # fmt: skip
    for name, value in row.items():
        columns[name].append(value)
    return node
