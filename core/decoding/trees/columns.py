"""What a decoding tree's columns are called, what kind of value each holds, and columns that are made when looked at.

A search of a few milliseconds weighs thousands of candidates. Their numbers lie in arrays; lists, texts and sentences
are made of them, once, when somebody asks for that column.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

WHOLE, REAL, TRUTH, TEXT, TERMS = "a whole number", "a number", "true or false", "a text", "numbers by name"
KINDS = {
    "id": WHOLE, "parent": WHOLE, "step": WHOLE, "token": WHOLE, "text": TEXT, "logp_token": REAL, "logp": REAL,
    "adj": REAL, "rank_score": REAL, "bound": REAL, "rank": WHOLE, "group": WHOLE, "slot": WHOLE, "status": TEXT,
    "reason": TEXT, "forced": TRUTH, "prob_filtered": REAL, "draw": WHOLE, "attn": WHOLE, "n_tokens": WHOLE,
    "adj_parts": TERMS, "is_gold": TRUTH, "walk": WHOLE,
}  # fmt: skip
DRAW_KINDS = {
    "id": WHOLE, "node": WHOLE, "draw": WHOLE, "noise": REAL, "support_size": WHOLE, "support_mass": REAL,
    "cum_before": REAL, "cum_after": REAL,
}  # fmt: skip
COLUMNS, DRAW_COLUMNS = tuple(KINDS), tuple(DRAW_KINDS)
Columns = Mapping[str, Sequence[Any]]


def path(nodes: Columns, node: int) -> list[int]:
    """Ids from the first token to a node; the root is left out."""
    found, parent = [], nodes["parent"]
    while node > 0:
        found.append(node)
        node = parent[node]
    return found[::-1]


def finished(nodes: Columns) -> list[int]:
    """Ids of complete outputs: ended before truncated, then by ranking score."""
    status, score = nodes["status"], nodes["rank_score"]
    ends = [node for node, one in enumerate(status) if one in ("finished", "truncated")]
    return sorted(ends, key=lambda node: (status[node] != "finished", -score[node]))


class NodeColumns(Mapping[str, list[Any]]):
    """The columns of a tree that was just folded: a list each, made when it is first looked at.

    Args:
        arrays: columns that are there as arrays, an entry per node.
        words: makes one column each, by name.
        told: makes all the others at once.
    """

    def __init__(
        self,
        arrays: Mapping[str, np.ndarray],
        words: Mapping[str, Callable[[], list[Any]]],
        told: Callable[[], Mapping[str, list[Any]]],
    ) -> None:
        self._arrays, self._words, self._told = arrays, words, told
        self._lists: dict[str, list[Any]] = {}

    def __getitem__(self, name: str) -> list[Any]:
        if name not in KINDS:
            raise KeyError(name)
        if name not in self._lists:
            if name in self._arrays:
                self._lists[name] = self._arrays[name].tolist()
            elif name in self._words:
                self._lists[name] = self._words[name]()
            else:
                self._lists |= self._told()
        return self._lists[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COLUMNS)

    def __len__(self) -> int:
        return len(COLUMNS)


class Steps(Sequence[dict[str, Any]]):
    """Figures of every step, made when they are looked at.

    Args:
        make: makes all of them.
    """

    def __init__(self, make: Callable[[], list[dict[str, Any]]]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> list[dict[str, Any]]:
        return self._make()

    def __getitem__(self, at: Any) -> Any:
        return self._made[at]

    def __len__(self) -> int:
        return len(self._made)


class Attention(Mapping[str, np.ndarray]):
    """By site, [row, head, key]; put together when it is looked at.

    Args:
        make: puts all of it together.
    """

    def __init__(self, make: Callable[[], dict[str, np.ndarray]]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> dict[str, np.ndarray]:
        return self._make()

    def __getitem__(self, site: str) -> np.ndarray:
        return self._made[site]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)
