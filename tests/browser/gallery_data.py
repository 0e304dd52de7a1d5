"""Invented but realistic data for the gallery: sentences, attention, trees, and a decoder that pretends to be a model."""

import hashlib
import math
from functools import cache

import numpy as np

from core.recording.matrix import AttentionMatrix, Site

ENGLISH = ["the", "little", "dog", "ran", "across", "the", "old", "wooden", "bridge", "."]
GERMAN = ["der", "kleine", "hund", "rannte", "über", "die", "alte", "holzbrücke", "."]
MIXED = [
    "春天",
    "来",
    "了",
    "，",
    "кошка",
    "спит",
    "السلام",
    "عليكم",
    "the",
    "the",
    "Donaudampfschifffahrtsgesellschaft",
    " ",
]
END = "</s>"
SCRIPTS = [*GERMAN, "Donaudampfschifffahrtsgesellschaft", "春天", "السلام", "кошка", END]


# ---------------------------------------------------------------- invented attention
def soft(rng: np.random.Generator, rows: int, columns: int, sharp: float, causal: bool = False) -> np.ndarray:
    """Rows that sum to one, along the diagonal, sharp or diffuse."""
    r, c = np.arange(rows)[:, None], np.arange(columns)[None]
    scores = -sharp * np.abs(r * columns / rows - c) * 10 / max(columns, 10) + rng.normal(0, 1.2, (rows, columns))
    if causal:
        scores = np.where(c <= r, scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def invented(
    source: list[str], target: list[str], layers: int, count: int, kinds: str = "ecd"
) -> list[AttentionMatrix]:
    rng = np.random.default_rng(7)
    plans = {
        "e": ("encoder", "self", source, source),
        "c": ("decoder", "cross", target, source),
        "d": ("decoder", "self", target, target),
    }
    out = []
    for kind in kinds:
        stack, what, queries, keys = plans[kind]
        for layer in range(layers):
            weights = np.stack(
                [
                    soft(rng, len(queries), len(keys), float(rng.choice([0.2, 0.6, 1.5, 4])), kind == "d")
                    for _ in range(count)
                ]
            )
            site = Site(stack, layer, what, f"{stack}.blocks.{layer}.{what}")
            out.append(AttentionMatrix(site, weights, tuple(queries), tuple(keys)))
    return out


@cache
def large() -> list[AttentionMatrix]:
    return invented([f"w{i}" for i in range(512)], [f"w{i}" for i in range(512)], 6, 8, "e")


# ---------------------------------------------------------------- invented trees
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
        )
        for name, value in zip(c, row):
            c[name].append(value)
        return node


def token_id(token: str) -> int:
    return WORDS.index(token) if token in WORDS else 900 + sum(map(ord, token)) % 97


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
    return growing.columns


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


# ---------------------------------------------------------------- a decoder that pretends
WORDS = [
    END,
    *dict.fromkeys(GERMAN),
    "ein",
    "das",
    "dieser",
    "holz",
    "brücke",
    "lief",
    "große",
    "katze",
    "春天",
    "кошка",
    "السلام",
]


class Pretender:
    """Stands for a model: probabilities by hash of the prefix, the German sentence most probable."""

    def __init__(self) -> None:
        self.growing = Growing()
        self.rows: dict[int, list[float]] = {}
        self.candidates: dict[int, list] = {}
        self.answer: dict | None = None
        self.path = self.complete([0])
        self.position = 0

    def distribution(self, prefix: list[str]) -> list[tuple[str, float]]:
        seed = int(hashlib.sha1(" ".join(prefix).encode()).hexdigest()[:8], 16)
        p = np.random.default_rng(seed).dirichlet(np.full(len(WORDS), 0.3)) * 0.4 + 1e-5
        wanted = [*GERMAN, END][len(prefix)] if len(prefix) < len(GERMAN) + 1 else END
        p[WORDS.index(wanted)] += 0.6
        p /= p.sum()
        return sorted(zip(WORDS, p.tolist()), key=lambda pair: -pair[1])

    def prefix(self, node: int) -> list[str]:
        c, out = self.growing.columns, []
        while c["parent"][node] >= 0:
            out.append(c["token"][node])
            node = c["parent"][node]
        return out[::-1]

    def look(self, step: int, node: int) -> None:
        self.rows[node] = soft(np.random.default_rng(step), len(GERMAN) + 1, len(ENGLISH), 3.0)[
            min(step, len(GERMAN))
        ].tolist()

    def complete(self, path: list[int]) -> list[int]:
        """Greedily to the end, storing two losers a step."""
        c = self.growing.columns
        while c["token"][path[-1]] != END and len(path) < 16:
            node = path[-1]
            ranked = self.distribution(self.prefix(node))
            self.candidates[node] = [[WORDS.index(t), t, p, math.log(p)] for t, p in ranked[:10]]
            (best, p), losers = ranked[0], ranked[1:3]
            c["status"][node] = "expanded" if node else "root"
            path.append(self.growing.add(node, best, math.log(p), "finished" if best == END else "live"))
            self.look(len(path) - 2, path[-1])
            for rank, (token, q) in enumerate(losers):
                self.growing.add(
                    node, token, math.log(q), "pruned_beam", "Greedy keeps the most probable token.", rank=rank + 1
                )
        return path

    def force(self, request: dict) -> None:
        c = self.growing.columns
        self.answer = {"nonce": request["nonce"], "message": None}
        token = WORDS[request["token"]] if request["token"] is not None else request["text"].strip()
        if token not in WORDS:
            self.answer["message"] = f"“{token}” is not in the vocabulary of {len(WORDS)} tokens; try “katze”."
            return
        path = [0]
        for wanted in request["prefix"]:
            path.append(
                next(
                    i
                    for i in c["id"]
                    if c["parent"][i] == path[-1]
                    and c["token_id"][i] == wanted
                    and not c["status"][i].startswith("pruned")
                )
            )
        same = [i for i in c["id"] if c["parent"][i] == path[-1] and c["token"][i] == token]
        p = dict(self.distribution(self.prefix(path[-1])))[token]
        node = same[0] if same else self.growing.add(path[-1], token, math.log(p), "live")
        if c["status"][node].startswith("pruned"):
            c["status"][node], c["reason"][node] = "live", ""
        c["forced"][node] = True
        self.look(len(path) - 1, node)
        if token == END:
            c["status"][node] = "finished"
        self.path = self.complete([*path, node])

    def data(self) -> dict:
        return {
            "source": ENGLISH,
            "nodes": self.growing.columns,
            "candidates": self.candidates,
            "rows": self.rows,
            "path": self.path,
            "position": self.position,
            "answer": self.answer,
        }
