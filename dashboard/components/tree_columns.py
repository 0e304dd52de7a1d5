"""From a decoding tree to what the tree and stepper components draw."""

import math
from typing import Any

from core.decoding.tree import DecodingTree
from dashboard.components.tree import COLUMNS

_KEPT = ("root", "live", "expanded", "finished", "truncated")
_FROM = {name: "text" if name == "token" else name for name in COLUMNS} | {"token_id": "token"}


def tree_columns(tree: DecodingTree, *, pruned: int = 3) -> dict[str, list[Any]]:
    """The tree's columns, with at most `pruned` of the best pruned candidates under each node."""
    nodes = tree.nodes
    shown: dict[int, int] = {}
    rows = []
    order = sorted(nodes["id"], key=lambda node: (nodes["step"][node], -nodes["logp_token"][node]))
    for node in order:
        kept = nodes["status"][node] in _KEPT or nodes["forced"][node]
        parent = nodes["parent"][node]
        if not kept:
            shown[parent] = shown.get(parent, 0) + 1
        if kept or shown[parent] <= pruned:
            rows.append(node)
    rows.sort()
    return {name: [nodes[source][node] for node in rows] for name, source in _FROM.items()}


def candidates(tree: DecodingTree, *, most: int = 10) -> dict[int, list[list[Any]]]:
    """Per node whose next tokens were weighed, the likeliest ones: [token id, token, p, log p], best first."""
    found: dict[int, list[list[Any]]] = {}
    nodes = tree.nodes
    for node, parent in zip(nodes["id"], nodes["parent"]):
        if parent >= 0:
            logp = nodes["logp_token"][node]
            found.setdefault(parent, []).append([nodes["token"][node], nodes["text"][node], math.exp(logp), logp])
    return {parent: sorted(rows, key=lambda row: -row[3])[:most] for parent, rows in found.items()}
