"""Folding: from the frontiers of searches to the columns of one tree.

Steps are folded in their order, all branches together, so parents come before children; the same continuation of the
same prefix is one node, whoever weighed it: two draws that agree share their nodes until they part. Where one kept a
candidate that another cut, the node tells of the one that kept it.
"""

from collections.abc import Sequence
from dataclasses import asdict
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Int

from core.decoding.hypothesis import PRUNED, Draw, Hypothesis, Status
from core.decoding.trees.columns import DRAW_COLUMNS, Attention, Columns, NodeColumns, Steps
from core.decoding.trees.rows import CODES, NAMES, Weighed, started, told, weighed
from core.decoding.view import Frontier, StepRecord

_PRUNED = np.array([status in PRUNED for status in Status])
_FACTS = ("parent", "token", "status", "rank", "slot", "forced", "group", "draw", "attn", "walk", "move", "row", "step")
_FIGURES = ("logp_token", "logp", "rank_score", "prob_filtered")
Key = tuple[int, int]


class Folded(NamedTuple):
    """As in `DecodingTree`."""

    nodes: Columns
    steps: Sequence[dict[str, Any]]
    draws: Columns
    attention: Attention


def folded(frontiers: Sequence[Frontier], texts: Sequence[str]) -> Folded:
    """The columns of these frontiers and all that led to them; the first branch explored comes first.

    Args:
        frontiers: the last frontier of each branch; texts: the text of each token number.
    """
    once: dict[Key, Frontier] = {}
    for last in frontiers:
        for frontier in last.history:
            once.setdefault(_key(frontier), frontier)
    grown = _Growing(once)
    grown.grow()
    grown.judge(frontiers)
    return grown.written(texts)


def _key(frontier: Frontier) -> Key:
    return id(frontier.decision), frontier.at


class _Growing:
    """A tree while it grows, level by level.

    Args:
        once: every frontier once, in the order in which they were reached.
    """

    def __init__(self, once: dict[Key, Frontier]) -> None:
        self.once, self.moves = once, {key: move for move, key in enumerate(once)}
        self.order = sorted(once.items(), key=lambda pair: pair[1].step)
        self.gold = self.order[0][1].rules.gold
        self.recorded = bool(self.order[0][1].rows)
        self.read: dict[Key, int] = {}  # frontier whose attention was paid → its first row
        self.read_rows = 0
        self.live: dict[Key, Int[np.ndarray, " slot"]] = {}  # frontier → node of every slot
        self.facts: list[Int[np.ndarray, "fact node"]] = []
        self.figures: list[np.ndarray] = []
        self.golden: list[Bool[np.ndarray, " node"]] = []
        self.drawn: list[tuple[int, Draw]] = []  # node, chance
        self.nodes = 0

    def grow(self) -> None:
        """Fold every step, all branches together."""
        for step, level in groupby(self.order, key=lambda pair: pair[1].step):
            self._level(step, list(level))

    def _level(self, step: int, level: list[tuple[Key, Frontier]]) -> None:
        parts = [self._weigh(key, frontier) for key, frontier in level]
        found = [part for part, _ in parts]
        facts = np.concatenate([rows for _, rows in parts], axis=1)
        facts[-1] = step
        figures = np.concatenate([one.figures for one in found], axis=1)
        node, first, teller = _merged(facts)
        node = node + self.nodes
        drawn = self._draw(found, facts, node)
        offset = 0
        for (key, _), one in zip(level, found):
            self.live[key] = node[offset + one.live]
            offset += len(one.token)
        kept = facts[:, teller]
        for name in ("attn", "walk"):  # of whoever weighed it first
            kept[_FACTS.index(name)] = facts[_FACTS.index(name), first]
        self.golden.append(self._on_gold(step, kept))
        self.facts.append(kept)
        self.figures.append(figures[:, teller])
        self.drawn += drawn
        self.nodes += len(teller)

    def _weigh(self, key: Key, frontier: Frontier) -> tuple[Weighed, Int[np.ndarray, "fact row"]]:
        """What a step weighed, and its rows of facts."""
        previous = frontier.previous
        if previous is None:
            one, parent, attention = started(frontier), np.array([-1]), -1
        else:
            before = _key(previous)
            nodes, attention = self.live[before], self._attention(before)
            last = len(self.facts) - 1
            one = weighed(frontier, self.golden[last][nodes - (self.nodes - len(self.golden[last]))])
            parent = nodes[one.slot]
        facts = np.empty((len(_FACTS), len(one.token)), dtype=np.int64)
        facts[0], facts[1], facts[2:7], facts[7] = parent, one.token, one.facts, -1
        facts[8] = -1 if attention < 0 else attention + one.slot
        facts[9] = facts[10] = self.moves[key]
        facts[11] = np.arange(len(one.token))
        return one, facts

    def _attention(self, before: Key) -> int:
        """The first row of what was read at a frontier; −1 where nobody recorded."""
        if not self.recorded:
            return -1
        if before not in self.read:
            self.read[before] = self.read_rows
            self.read_rows += len(self.live[before])
        return self.read[before]

    def _draw(
        self, found: list[Weighed], facts: Int[np.ndarray, "fact row"], node: Int[np.ndarray, " row"]
    ) -> list[tuple[int, Draw]]:
        drawn, offset = [], 0
        for one in found:
            for row, draw in one.draws.items():
                facts[_FACTS.index("draw"), offset + row] = len(self.drawn) + len(drawn)
                drawn.append((int(node[offset + row]), draw))
            offset += len(one.token)
        return drawn

    def _on_gold(self, step: int, kept: Int[np.ndarray, "fact node"]) -> Bool[np.ndarray, " node"]:
        size = kept.shape[1]
        if self.gold is None or step > len(self.gold):
            return np.zeros(size, dtype=bool)
        if step == 0:
            return np.ones(size, dtype=bool)
        above = self.golden[-1]
        return above[kept[0] - (self.nodes - len(above))] & (kept[1] == self.gold[step - 1])

    def judge(self, frontiers: Sequence[Frontier]) -> None:
        """Say what later steps made of nodes: continued, or put out of a place they had."""
        self.facts = [np.concatenate(self.facts, axis=1)]
        status = self.facts[0][2]
        parents = np.unique(self.facts[0][0, 1:])
        parents = parents[status[parents] == CODES[Status.LIVE]]
        status[parents] = CODES[Status.EXPANDED]
        self.verdicts: dict[int, str] = {}
        for frontier in frontiers:
            for hypothesis, judged, reason in frontier.verdicts():
                node = self._node(hypothesis)
                status[node] = CODES[judged]
                self.verdicts[node] = reason

    def _node(self, hypothesis: Hypothesis) -> int:
        node = 0
        for token in hypothesis.tokens():
            node = self._places[node, token]
        return node

    @cached_property
    def _places(self) -> dict[tuple[int, int], int]:
        return {pair: node for node, pair in enumerate(zip(*self.facts[0][:2].tolist()))}

    def written(self, texts: Sequence[str]) -> Folded:
        """All of it, as the tree has it."""
        facts = dict(zip(_FACTS, self.facts[0]))
        figures = dict(zip(_FIGURES, np.concatenate(self.figures, axis=1)))
        with np.errstate(invalid="ignore"):  # −∞ − −∞ of a forced token that the model holds for impossible
            adj = figures["rank_score"] - figures["logp"]
        arrays = {
            "id": np.arange(self.nodes), "parent": facts["parent"], "step": facts["step"], "token": facts["token"],
            "adj": adj, **figures, "rank": facts["rank"], "group": facts["group"],
            "slot": facts["slot"], "forced": facts["forced"] > 0, "draw": facts["draw"], "attn": facts["attn"],
            "n_tokens": facts["step"], "is_gold": np.concatenate(self.golden), "walk": facts["walk"],
        }  # fmt: skip
        words = {
            "text": lambda: [texts[token] for token in facts["token"].tolist()],
            "status": lambda: [NAMES[code] for code in facts["status"].tolist()],
        }
        records = Steps(lambda: [_record(one.record) for _, one in self.order if one.record is not None])
        draws: Columns = _drawn(self.drawn)
        return Folded(NodeColumns(arrays, words, self._told), records, draws, Attention(self._rows))

    def _told(self) -> dict[str, list[Any]]:
        """What only the hypotheses themselves can tell."""
        reached = list(self.once.values())
        rows = [
            told((one.born or one.live)[row])
            for one, row in zip((reached[move] for move in self.facts[0][10].tolist()), self.facts[0][11].tolist())
        ]
        reasons, bounds, parts = map(list, zip(*rows))
        for node, reason in self.verdicts.items():
            reasons[node] = reason
        return {"reason": reasons, "bound": bounds, "adj_parts": parts}

    def _rows(self) -> dict[str, np.ndarray]:
        """Attention by site, to one width: decoder self-attention grows by a key a step."""
        read = [self.once[key].rows for key in self.read]
        found = {}
        for site in read[0] if read else ():
            widest = max(rows[site].shape[2] for rows in read)
            pads = [((0, 0), (0, 0), (0, widest - rows[site].shape[2])) for rows in read]
            found[site] = np.concatenate(
                [np.pad(rows[site], pad) if pad[2][1] else rows[site] for rows, pad in zip(read, pads)]
            )
        return found


def _merged(
    facts: Int[np.ndarray, "fact row"],
) -> tuple[Int[np.ndarray, " row"], Int[np.ndarray, " node"], Int[np.ndarray, " node"]]:
    """Of every row its node, and of every node the row that came first and the row that tells of it."""
    rows = np.arange(facts.shape[1])
    keys = facts[0] * (1 + facts[1].max(initial=0)) + facts[1]
    ordered = np.sort(keys)
    if not (ordered[1:] == ordered[:-1]).any():
        return rows, rows, rows
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(first)
    number = np.empty_like(order)
    number[order] = np.arange(len(order))
    node, first = number[inverse], first[order]
    teller, kept = first.copy(), np.flatnonzero(~_PRUNED[facts[2]])[::-1]
    earliest = np.full(len(first), -1)
    earliest[node[kept]] = kept  # backwards, so that the first one stays
    teller = np.where(_PRUNED[facts[2, first]] & (earliest >= 0), earliest, first)
    return node, first, teller


def _drawn(drawn: list[tuple[int, Draw]]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {name: [] for name in DRAW_COLUMNS}
    for number, (node, draw) in enumerate(drawn):
        row = {**vars(draw), "id": number, "node": node, "draw": draw.index}
        for name in DRAW_COLUMNS:
            columns[name].append(row[name])
    return columns


def _record(record: StepRecord) -> dict[str, Any]:
    return {**asdict(record), "entropy": list(record.entropy)}
