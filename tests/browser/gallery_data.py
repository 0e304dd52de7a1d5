"""Invented but realistic data for the gallery: sentences, attention, trees, and a decoder that pretends to be a model."""

import hashlib
import math
from functools import cache

import numpy as np

from core.recording.matrix import AttentionMatrix, Site
from tests.browser.gallery_trees import Growing
from tests.browser.gallery_words import END, ENGLISH, GERMAN, WORDS


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


# ---------------------------------------------------------------- a decoder that pretends
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
