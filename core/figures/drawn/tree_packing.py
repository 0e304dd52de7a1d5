"""Columns of a decoding tree as they travel to a browser: plain numbers, what repeats said once."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.decoding.hypothesis import PRUNED
from core.errors import ShapeError
from core.language import tr

COLUMNS = (
    "id", "parent", "step", "token", "logp_token", "logp", "rank_score", "rank", "status", "reason", "forced", "slot",
    "bound", "adj_parts", "is_gold", "walk",
)  # fmt: skip
_FROM = {name: "text" if name == "token" else name for name in COLUMNS} | {"token_id": "token"}
NEEDED = ("id", "parent", "step", "token", "logp_token", "status")
_PLAIN = frozenset({int, str, bool, type(None)})  # types that travel as they are


def drawn(nodes: Mapping[str, Sequence[Any]], *, pruned: int | None = None, most: int = 20_000) -> dict[str, list[Any]]:
    """Of the columns of a DecodingTree those that are drawn.

    Args:
        nodes: all that a search weighed.
        pruned: of how many of the best pruned candidates under each node to tell; None for all.
        most: nodes to draw at most. Where the tree has more, each node gives up its worst pruned candidates, never one
            that was kept, forced, or is the reference's.
    """
    found = {name: nodes[source] for name, source in _FROM.items()}
    if pruned is None and len(found["id"]) <= most:
        return {name: list(column) for name, column in found.items()}
    kept = _thinned(nodes, most, pruned)
    return {name: [column[node] for node in kept] for name, column in found.items()}


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


def columns(nodes: Mapping[str, Sequence]) -> dict[str, list]:
    """The columns as JSON can carry them: plain numbers, None where a number is not finite.

    >>> columns({"id": [0], "parent": [-1], "step": [0], "token": ["<s>"], "logp_token": [float("nan")], "status": ["root"]}
    ...         )["logp_token"]
    [None]
    """
    missing = [name for name in NEEDED if name not in nodes]
    if missing:
        raise ShapeError(
            tr("tree columns {missing} are missing; needed are {needed}", missing=missing, needed=list(NEEDED))
        )
    lengths = {name: len(values) for name, values in nodes.items()}
    if len(set(lengths.values())) != 1:
        raise ShapeError(
            tr("tree columns differ in length: {lengths}; expected one entry per node in each", lengths=lengths)
        )
    return {name: _plain_column(values) for name, values in nodes.items()}


def _plain_column(values: Sequence[Any]) -> list[Any]:
    return list(values) if _PLAIN.issuperset(map(type, values)) else [plain(value) for value in values]


def plain(value: Any) -> Any:
    """A value of a column, without numpy's types and without NaN."""
    if type(value) in _PLAIN:  # a tree grows at every click: what is asked most often is asked first
        return value
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
    in which all values agree that value. The browser's half is `unpacked` in tree_layout.js.

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
