"""Where the nodes of a tree's picture stand: columns are steps, and the best continuation of a node keeps its row."""

from collections import defaultdict
from dataclasses import dataclass
from math import inf

from core.decoding.trees.columns import Columns, finished, path

CROWD = 300  # nodes that are all drawn; of more, the ways to the outputs
OUTPUTS = 40  # outputs whose ways are drawn then


@dataclass
class Drawn:
    """One pill.

    Attributes:
        parent: id of the pill it continues, None at the root; column: its step; row: counted from the top.
        dead: nothing became of it; hidden: how many nodes stand behind it, 0 where it is a node itself.
    """

    parent: int | None
    column: int
    dead: bool
    hidden: int = 0
    row: int = 0


@dataclass(frozen=True)
class Layout:
    """All pills by id, parents first (those with hidden nodes have negative ids); the ids of the best path."""

    drawn: dict[int, Drawn]
    best: frozenset[int]


def laid_out(nodes: Columns) -> Layout:
    """Choose what is drawn, and where.

    Args:
        nodes: the columns of a tree.
    """
    ends = finished(nodes)
    drawn = _chosen(nodes, ends)
    best = frozenset((0, *path(nodes, ends[0]))) if ends else frozenset({0})
    _rows(nodes, drawn, best)
    return Layout(drawn, best)


def _chosen(nodes: Columns, ends: list[int]) -> dict[int, Drawn]:
    """Every node of a small tree; of a large one the ways to its outputs, the rest counted under the node it left."""
    size = len(nodes["id"])
    dead = [status.startswith("pruned") or status == "superseded" for status in nodes["status"]]
    wanted = range(size)
    if size > CROWD:
        told = [node for node in range(size) if nodes["is_gold"][node] or nodes["forced"][node]]
        wanted = sorted({0, *(at for end in (*ends[:OUTPUTS], *told) for at in path(nodes, end))})
    found: dict[int, Drawn] = {}
    for node in wanted:
        parent = nodes["parent"][node]
        found[node] = Drawn(parent if parent >= 0 else None, nodes["step"][node], dead[node])
    hidden: dict[int, int] = defaultdict(int)
    above = list(range(size))  # the drawn node that each one stands behind
    for node in range(size):
        if node not in found:
            above[node] = above[nodes["parent"][node]]
            hidden[above[node]] += 1
    for parent, count in hidden.items():
        found[-1 - parent] = Drawn(parent, found[parent].column + 1, True, count)
    return found


def _rows(nodes: Columns, drawn: dict[int, Drawn], best: frozenset[int]) -> None:
    """Main lines keep their row; what leaves one goes below it, what leaves it late nearer than what leaves it early."""
    children: dict[int, list[int]] = defaultdict(list)
    for node, pill in drawn.items():
        if pill.parent is not None:
            children[pill.parent].append(node)
    hope = _hopes(nodes, drawn, best)
    for siblings in children.values():
        siblings.sort(key=lambda node: hope[node], reverse=True)
    free: dict[int, int] = defaultdict(int)
    waiting = [0]
    while waiting:
        line = [waiting.pop()]
        while children[line[-1]]:
            line.append(children[line[-1]][0])
        parent = drawn[line[0]].parent
        row = max([0 if parent is None else drawn[parent].row + 1, *(free[drawn[node].column] for node in line)])
        for node in line:
            drawn[node].row = row
            free[drawn[node].column] = row + 1
        for node in line:
            waiting += reversed(children[node][1:])


def _hopes(nodes: Columns, drawn: dict[int, Drawn], best: frozenset[int]) -> dict[int, tuple[float, ...]]:
    """How good the best end below each pill is: on the best path, alive, not merely counted, its score."""
    found: dict[int, tuple[float, ...]] = {}
    for node in sorted(drawn, reverse=True):
        if drawn[node].hidden:
            continue
        score = nodes["rank_score"][node]
        own = (node in best, not drawn[node].dead, True, -inf if score != score else score)
        found[node] = max(own, found.get(node, own))
        parent = drawn[node].parent
        if parent is not None:
            found[parent] = max(found.get(parent, found[node]), found[node])
    return found | {node: (False, False, False, -inf) for node, pill in drawn.items() if pill.hidden}
