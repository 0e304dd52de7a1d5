"""From a decoding tree to what the tree and stepper components draw."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from core.decoding.hypothesis import PRUNED
from core.decoding.trees.tree import DecodingTree
from dashboard.components.tree import COLUMNS

_FROM = {name: "text" if name == "token" else name for name in COLUMNS} | {"token_id": "token"}


def tree_columns(tree: DecodingTree, *, pruned: int | None = None, most: int = 20_000) -> dict[str, list[Any]]:
    """The tree's columns, pruned candidates too; the drawing folds them.

    Args:
        tree: what a search weighed.
        pruned: of how many of the best pruned candidates under each node to tell; None for all.
        most: nodes to draw at most. Where the tree has more, each node gives up its worst pruned candidates, never one
            that was kept, forced, or is the reference's.
    """
    nodes = tree.nodes
    drawn = nodes["id"] if pruned is None and len(tree) <= most else _thinned(nodes, most, pruned)
    return {name: [nodes[source][node] for node in drawn] for name, source in _FROM.items()}


def _thinned(nodes: Mapping[str, Sequence[Any]], most: int, pruned: int | None) -> list[int]:
    """Ids in order: what must stay, and under each node as many of its best pruned candidates as fit in all."""
    inner = set(nodes["parent"])
    places: dict[int, int] = {}  # of a pruned candidate among its siblings, 0 the best
    seen: Counter[int] = Counter()
    for node in sorted(nodes["id"], key=lambda node: (_rank(nodes["rank"][node]), -nodes["logp_token"][node])):
        gone = nodes["status"][node] in PRUNED and node not in inner
        if gone and not nodes["forced"][node] and not nodes["is_gold"][node]:
            places[node] = seen[nodes["parent"][node]]
            seen[nodes["parent"][node]] += 1
    room, each = most - len(nodes["id"]) + len(places), 0
    sizes = Counter(places.values())
    while sizes[each] and sizes[each] <= room and each != pruned:
        room -= sizes[each]
        each += 1
    return [node for node in nodes["id"] if places.get(node, -1) < each]


def _rank(rank: int) -> float:
    return rank if rank >= 0 else math.inf


def candidates(tree: DecodingTree, *, most: int = 10) -> dict[int, list[list[Any]]]:
    """Per node whose next tokens were weighed, the likeliest ones: [token id, token, p, log p], best first."""
    found: dict[int, list[list[Any]]] = {}
    nodes = tree.nodes
    for node, parent in zip(nodes["id"], nodes["parent"]):
        if parent >= 0:
            logp = nodes["logp_token"][node]
            found.setdefault(parent, []).append([nodes["token"][node], nodes["text"][node], math.exp(logp), logp])
    return {parent: sorted(rows, key=lambda row: -row[3])[:most] for parent, rows in found.items()}
