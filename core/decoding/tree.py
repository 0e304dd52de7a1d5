"""The decoding tree: a fold of everything a search weighed, as columns that any program can read.

One row per candidate, parents before children, the same prefix once: two draws that agree share their nodes until they
part. Schema "attnlab/tree/1" (mechanisms: ids stable, `logp` and `rank_score` apart). JSON keeps attention as base64
float32; everything else is plain lists.
"""

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float

from core.decoding.frontier import Frontier, StepRecord
from core.decoding.hypothesis import PRUNED, Hypothesis, Status
from core.errors import DataError

SCHEMA = "attnlab/tree/1"
COLUMNS = (
    "id", "parent", "step", "token", "text", "logp_token", "logp", "adj", "rank_score", "bound", "rank", "group", "slot",
    "status", "reason", "forced", "prob_filtered", "draw", "attn", "n_tokens",
)  # fmt: skip
DRAW_COLUMNS = ("id", "node", "draw", "noise", "support_size", "support_mass", "cum_before", "cum_after")
Columns = dict[str, list[Any]]


@dataclass(frozen=True, eq=False)
class DecodingTree:
    """Everything one decoding weighed.

    Attributes:
        header: strategy and its settings, source tokens, limits, stop reason, model calls, `proved`.
        nodes: the columns named in COLUMNS, a list each.
        steps: figures per step, in the order they were made; draws: the chance behind sampled tokens.
        attention: by site, [row, head, key]; a node's `attn` is its row, −1 where nothing was recorded.
    """

    header: dict[str, Any]
    nodes: Columns
    steps: list[dict[str, Any]]
    draws: Columns
    attention: dict[str, Float[np.ndarray, "row head key"]] = field(repr=False)

    def __len__(self) -> int:
        return len(self.nodes["id"])

    def children(self, node: int) -> list[int]:
        """Ids of the children of a node."""
        return [child for child, parent in zip(self.nodes["id"], self.nodes["parent"]) if parent == node]

    def path(self, node: int) -> list[int]:
        """Ids from the first token to this node; the root is left out."""
        found = []
        while node > 0:
            found.append(node)
            node = self.nodes["parent"][node]
        return found[::-1]

    def walk(self, tokens: Sequence[int]) -> list[int]:
        """Ids from the root along these tokens, the root first, as far as the tree reaches."""
        found, rows = [0], list(zip(self.nodes["id"], self.nodes["parent"], self.nodes["token"]))
        for token in tokens:
            step = [node for node, parent, own in rows if parent == found[-1] and own == token]
            if not step:
                break
            found.append(step[0])
        return found

    def frontier(self, step: int) -> list[int]:
        """Ids kept or finished at a step."""
        kept = {Status.LIVE, Status.EXPANDED, Status.FINISHED, Status.TRUNCATED}
        rows = zip(self.nodes["id"], self.nodes["step"], self.nodes["status"])
        return [node for node, at, status in rows if at == step and status in kept]

    def finished(self) -> list[int]:
        """Ids of complete outputs: ended before truncated, then by ranking score."""
        ends = [n for n, status in zip(self.nodes["id"], self.nodes["status"]) if status in ("finished", "truncated")]
        return sorted(ends, key=lambda n: (self.nodes["status"][n] != "finished", -self.nodes["rank_score"][n]))

    def text(self, node: int) -> list[str]:
        """Token texts of the path to a node."""
        return [self.nodes["text"][at] for at in self.path(node)]

    def rows(self, site: str, node: int) -> Float[np.ndarray, "head key"] | None:
        """The attention that was paid when this node was predicted."""
        row = self.nodes["attn"][node]
        return None if row < 0 or site not in self.attention else self.attention[site][row]

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and numbers; nan and −∞ become null."""
        attention = {
            site: {"shape": list(rows.shape), "float32": _encode(rows)} for site, rows in self.attention.items()
        }
        return {
            "schema": SCHEMA, **self.header, "nodes": _plain(self.nodes), "steps": [_plain(step) for step in self.steps],
            "draws": _plain(self.draws), "attention": attention,
        }  # fmt: skip

    def to_json(self) -> str:
        """The whole tree as one JSON text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "DecodingTree":
        """Read back what `to_dict` gave.

        Raises:
            DataError: not a tree of this schema, or its columns do not fit each other.
        """
        if data.get("schema") != SCHEMA:
            raise DataError(f"not a decoding tree: schema {data.get('schema')!r}, expected {SCHEMA!r}")
        missing = [name for name in COLUMNS if name not in data.get("nodes", {})]
        if missing or len({len(data["nodes"][name]) for name in COLUMNS}) != 1:
            raise DataError(f"the tree's columns are damaged: missing {missing or 'none'}, or of different lengths")
        body = {"schema", "nodes", "steps", "draws", "attention"}
        if lost := sorted(body - set(data)):
            raise DataError(f"the tree is damaged: {', '.join(lost)} missing; export it again")
        nodes = {name: _with_nan(column) for name, column in data["nodes"].items()}
        steps = [{name: np.nan if value is None else value for name, value in step.items()} for step in data["steps"]]
        attention = {site: _decode(packed) for site, packed in data["attention"].items()}
        return cls({k: v for k, v in data.items() if k not in body}, nodes, steps, data["draws"], attention)

    @classmethod
    def from_json(cls, text: str) -> "DecodingTree":
        """Read back what `to_json` gave.

        Raises:
            DataError: not JSON, or not a tree.
        """
        try:
            return cls.from_dict(json.loads(text))
        except json.JSONDecodeError as error:
            raise DataError(f"not a decoding tree: no JSON at line {error.lineno}; export it again") from error


def fold(frontiers: Iterable[Frontier], texts: Sequence[str], header: dict[str, Any]) -> DecodingTree:
    """The tree of these frontiers and all that led to them.

    Args:
        frontiers: the last frontier of each branch that was explored.
        texts: the text of each token number.
        header: what the tree's reader should know about how it was made.
    """
    return _Fold(texts).run(list(frontiers), header)


class _Fold:
    """Gives hypotheses their ids and writes the columns."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.nodes: Columns = {name: [] for name in COLUMNS}
        self.draws: Columns = {name: [] for name in DRAW_COLUMNS}
        self.rows: dict[str, list[np.ndarray]] = {}
        self.row_count = 0
        self.ids: dict[int, int] = {}  # hypothesis → node; several hypotheses may share one
        self.places: dict[tuple[int, int], int] = {}  # (parent node, token) → node

    def run(self, frontiers: list[Frontier], header: dict[str, Any]) -> DecodingTree:
        """Fold in order of step, so that parents come before children; the first branch explored comes first."""
        once: dict[int, Frontier] = {}
        for last in frontiers:
            for frontier in last.history:
                once.setdefault(id(frontier), frontier)
        ordered = sorted(once.values(), key=lambda frontier: frontier.step)
        for frontier in ordered:
            self._add(frontier)
        for parent in self.nodes["parent"]:
            if parent >= 0 and self.nodes["status"][parent] == Status.LIVE:
                self.nodes["status"][parent] = Status.EXPANDED
        self.nodes["status"] = [str(status) for status in self.nodes["status"]]
        attention = {site: np.concatenate(rows) for site, rows in self._padded().items()}
        steps = [_record(frontier.record) for frontier in ordered if frontier.record is not None]
        return DecodingTree(header, self.nodes, steps, self.draws, attention)

    def _add(self, frontier: Frontier) -> None:
        if frontier.previous is None:
            for node in frontier.live:
                self._place(node, -1, -1)
            return
        before = frontier.previous
        first = self.row_count if before.rows else -1
        for site, rows in before.rows.items():
            self.rows.setdefault(site, []).append(rows)
        self.row_count += len(before.live) if before.rows else 0
        for node in frontier.born:
            parent = self.ids[id(before.live[node.attention])]
            self._place(node, parent, first + node.attention if first >= 0 else -1)

    def _place(self, node: Hypothesis, parent: int, attention: int) -> None:
        place = self.places.get((parent, node.token))
        if place is None:
            place = self.places[parent, node.token] = len(self.nodes["id"])
            for name, value in self._row(node, place, parent, attention).items():
                self.nodes[name].append(value)
        elif self.nodes["status"][place] in PRUNED and node.status not in PRUNED:
            row = self._row(node, place, parent, self.nodes["attn"][place])
            for name, value in row.items():
                self.nodes[name][place] = value
        self.ids[id(node)] = place
        if node.draw is not None:
            self._draw(node, place)

    def _row(self, node: Hypothesis, place: int, parent: int, attention: int) -> dict[str, Any]:
        return {
            "id": place, "parent": parent, "step": node.step, "token": node.token, "text": self.texts[node.token],
            "logp_token": node.logp_token, "logp": node.logp, "adj": node.rank_score - node.logp,
            "rank_score": node.rank_score, "bound": node.bound, "rank": node.rank, "group": 0, "slot": node.slot,
            "status": node.status, "reason": node.reason, "forced": node.forced, "prob_filtered": node.prob_filtered,
            "draw": len(self.draws["id"]) if node.draw else -1, "attn": attention, "n_tokens": node.step,
        }  # fmt: skip

    def _draw(self, node: Hypothesis, place: int) -> None:
        assert node.draw is not None
        facts = asdict(node.draw)
        row = {"id": len(self.draws["id"]), "node": place, "draw": facts.pop("index"), **facts}
        for name in DRAW_COLUMNS:
            self.draws[name].append(row[name])

    def _padded(self) -> dict[str, list[np.ndarray]]:
        """Rows of one site to one width: decoder self-attention grows by a key a step."""
        found = {}
        for site, blocks in self.rows.items():
            widest = max(block.shape[2] for block in blocks)
            found[site] = [
                block if block.shape[2] == widest else np.pad(block, ((0, 0), (0, 0), (0, widest - block.shape[2])))
                for block in blocks
            ]
        return found


def _record(record: StepRecord) -> dict[str, Any]:
    return {**asdict(record), "entropy": list(record.entropy)}


def _plain(columns: dict[str, Any]) -> dict[str, Any]:
    def finite(value: Any) -> Any:
        return None if isinstance(value, float) and not np.isfinite(value) else value

    return {
        name: [finite(value) for value in column] if isinstance(column, list) else finite(column)
        for name, column in columns.items()
    }


def _with_nan(column: list[Any]) -> list[Any]:
    return [np.nan if value is None else value for value in column]


def _encode(rows: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(rows, dtype="<f4").tobytes()).decode()


def _decode(packed: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["float32"]), dtype="<f4").reshape(packed["shape"]).copy()
