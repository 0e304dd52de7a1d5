"""From a decoding tree to what the tree and stepper components draw."""

import math
from typing import Any

from core.decoding.trees.tree import DecodingTree
from core.figures.drawn.tree_packing import drawn


def tree_columns(tree: DecodingTree, *, pruned: int | None = None, most: int = 20_000) -> dict[str, list[Any]]:
    """The tree's columns, pruned candidates too; the drawing folds them.

    Args:
        tree: what a search weighed.
        pruned: of how many of the best pruned candidates under each node to tell; None for all.
        most: nodes to draw at most. Where the tree has more, each node gives up its worst pruned candidates, never one
            that was kept, forced, or is the reference's.
    """
    return drawn(tree.nodes, pruned=pruned, most=most)


def candidates(tree: DecodingTree, *, most: int = 10) -> dict[int, list[list[Any]]]:
    """Per node whose next tokens were weighed, the likeliest ones: [token id, token, p, log p], best first."""
    found: dict[int, list[list[Any]]] = {}
    nodes = tree.nodes
    for node, parent in zip(nodes["id"], nodes["parent"]):
        if parent >= 0:
            logp = nodes["logp_token"][node]
            found.setdefault(parent, []).append([nodes["token"][node], nodes["text"][node], math.exp(logp), logp])
    return {parent: sorted(rows, key=lambda row: -row[3])[:most] for parent, rows in found.items()}
