"""Invented but realistic trees for the gallery: beams, greedy paths, crowds."""

import math
from functools import cache

import numpy as np

from tests.browser.gallery_words import END, ENGLISH, GERMAN, SCRIPTS, token_id


class Growing:
    """Tree columns, filled a node at a time."""

    def __init__(self) -> None:
        names = [
            "id",
            "parent",
            "step",
            "token",
            "token_id",
            "logp_token",
            "logp",
            "rank_score",
            "rank",
            "status",
            "reason",
            "forced",
            "slot",
            "bound",
            "adj_parts",
            "is_gold",
            "walk",
        ]
        self.columns: dict[str, list] = {name: [] for name in names}
        self.add(-1, "<s>", 0.0, "root")

    def add(
        self, parent: int, token: str, logp: float, status: str, reason: str = "", forced: bool = False, rank: int = 0
    ) -> int:
        c = self.columns
        node = len(c["id"])
        total = logp + (c["logp"][parent] if parent >= 0 else 0.0)
        step = c["step"][parent] + 1 if parent >= 0 else 0
        row = (
            node,
            parent,
            step,
            token,
            token_id(token),
            logp,
            total,
            total / max(1, step),
            rank,
            status,
            reason,
            forced,
            -1,
            None,
            {"length": total / max(1, step) - total},
            False,
            step,
        )
        for name, value in zip(c, row):
            c[name].append(value)
        return node


def beam_tree(width: int, steps: int, pruned: int, vocabulary: list[str], seed: int = 0) -> dict[str, list]:
    """A beam search over invented probabilities: `width` kept a step, `pruned` losers stored per kept node."""
    rng = np.random.default_rng(seed)
    growing = Growing()
    live = [0]
    for step in range(steps):
        pool = []
        for node in live:
            logps = np.log(rng.dirichlet(np.full(len(vocabulary), 0.25)))
            for token in np.argsort(-logps)[: width + pruned]:
                pool.append(
                    (growing.columns["logp"][node] + logps[token], node, vocabulary[token], float(logps[token]))
                )
        pool.sort(reverse=True)
        live = []
        for rank, (_, node, token, logp) in enumerate(pool):
            growing.columns["status"][node] = "expanded" if node else "root"
            if len(live) < width and (token == END or step == steps - 1) and step > 2:
                growing.add(
                    node, END, logp, "finished", "Ended with the end token among the best of its step.", rank=rank
                )
            elif len(live) < width:
                live.append(growing.add(node, token, logp, "live", "", rank=rank))
            elif rank < len(pool) // 2 + pruned:
                reason = f"Rank {rank + 1} of {len(pool)}; the beam keeps {width}."
                growing.add(node, token, logp, "pruned_beam", reason, rank=rank)
        if not live:
            break
    mark_reference(growing.columns)
    return growing.columns


def mark_reference(columns: dict[str, list], steps: int = 3) -> None:
    """Say that the reference goes along with a path that was kept, for some steps, and then another way that was not."""
    inner = set(columns["parent"])
    pruned = [i for i in columns["id"] if columns["step"][i] > steps and columns["status"][i] == "pruned_beam"]
    node = next((i for i in pruned if i not in inner), -1)
    while node >= 0:
        columns["is_gold"][node] = True
        node = columns["parent"][node]


def gold_tree() -> dict[str, list]:
    """A greedy path that is the reference."""
    columns = {name: list(values) for name, values in greedy_tree(20).items()}
    columns["is_gold"] = [status in ("root", "expanded", "finished") for status in columns["status"]]
    return columns


@cache
def crowded_tree(count: int) -> dict[str, list]:
    """A beam of sixty, to at least `count` nodes, with the sentences and numbers of a real search."""
    columns = beam_tree(60, -(-count // 480), 60, [*SCRIPTS, *ENGLISH[:-1]], 2)
    assert len(columns["id"]) >= count
    return {name: values[:count] for name, values in columns.items()}


@cache
def greedy_tree(count: int) -> dict[str, list]:
    """One kept path with pruned siblings, about `count` nodes."""
    rng = np.random.default_rng(1)
    growing = Growing()
    at = 0
    siblings = 3 if count <= 200 else 60
    while len(growing.columns["id"]) + siblings < count:
        p = rng.dirichlet([6.0] + [0.4] * siblings)
        for i in range(siblings):
            growing.add(
                at,
                str(rng.choice(GERMAN)),
                math.log(p[i + 1] + 1e-9),
                "pruned_beam",
                f"Rank {i + 2}; greedy keeps one.",
                rank=i + 1,
            )
        at = growing.add(at, GERMAN[growing.columns["step"][at] % len(GERMAN)], math.log(p[0]), "expanded")
    growing.add(at, END, math.log(0.97), "finished", "The end token was the most probable one.")
    return growing.columns


@cache
def dense_tree() -> dict[str, list]:
    # nothing to collapse: only drawing what is in sight keeps this fast
    rng = np.random.default_rng(2)
    growing = Growing()
    for node in range(1, 2000):
        parent = int(rng.integers(max(0, node - 80), node))
        growing.add(parent, str(rng.choice(GERMAN)), math.log(rng.uniform(0.05, 0.9)), "expanded")
    return growing.columns
