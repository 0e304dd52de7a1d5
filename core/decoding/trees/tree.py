"""The decoding tree: everything searches weighed, as columns that any program can read.

One row per candidate, parents before children, the same prefix once: two draws that agree share their nodes until they
part. Schema "attnlab/tree/1" (mechanisms: ids stable, `logp` and `rank_score` apart).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from jaxtyping import Float
from numpy import ndarray

from core.decoding.hypothesis import Status
from core.decoding.trees.columns import COLUMNS as COLUMNS
from core.decoding.trees.columns import DRAW_COLUMNS as DRAW_COLUMNS
from core.decoding.trees.columns import Columns, finished, path
from core.decoding.trees.fold import folded
from core.decoding.trees.saved import SCHEMA as SCHEMA
from core.decoding.trees.saved import Parts, plain, read_dict, read_json, write_json
from core.decoding.view import Frontier
from core.errors import DataError
from core.language import tr

_KEPT = frozenset({Status.LIVE, Status.EXPANDED, Status.FINISHED, Status.TRUNCATED})


@dataclass(frozen=True, eq=False)
class DecodingTree:
    """Everything one decoding weighed.

    Attributes:
        header: strategy and its settings, source tokens, limits, stop reason, model calls, `proved`.
        nodes: the columns named in COLUMNS, a list each. `adj_parts` holds the parts of `adj` by name; `is_gold` marks
            the path of the reference; `walk` numbers the moves of the searches, 0 at the root: a node appears in the
            move in which it was weighed.
        steps: figures per step, in the order of the steps; draws: the chance behind sampled tokens.
        attention: by site, [row, head, key]; a node's `attn` is its row, −1 where nothing was recorded.
    """

    header: dict[str, Any]
    nodes: Columns = field(repr=False)
    steps: Sequence[dict[str, Any]] = field(repr=False)
    draws: Columns = field(repr=False)
    attention: Mapping[str, Float[ndarray, "row head key"]] = field(repr=False)

    def __len__(self) -> int:
        return len(self.nodes["id"])

    @cached_property
    def _offspring(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for node, parent in enumerate(self.nodes["parent"]):
            found.setdefault(parent, []).append(node)
        return found

    def children(self, node: int) -> list[int]:
        """Ids of the children of a node."""
        return list(self._offspring.get(node, ()))

    def path(self, node: int) -> list[int]:
        """Ids from the first token to this node; the root is left out."""
        return path(self.nodes, node)

    def walk(self, tokens: Sequence[int]) -> list[int]:
        """Ids from the root along these tokens, the root first, as far as the tree reaches."""
        found, own = [0], self.nodes["token"]
        for token in tokens:
            step = [node for node in self._offspring.get(found[-1], ()) if own[node] == token]
            if not step:
                break
            found.append(step[0])
        return found

    def frontier(self, step: int) -> list[int]:
        """Ids kept or finished at a step."""
        rows = zip(self.nodes["id"], self.nodes["step"], self.nodes["status"])
        return [node for node, at, status in rows if at == step and status in _KEPT]

    def finished(self) -> list[int]:
        """Ids of complete outputs: ended before truncated, then by ranking score."""
        return finished(self.nodes)

    def text(self, node: int) -> list[str]:
        """Token texts of the path to a node."""
        return [self.nodes["text"][at] for at in self.path(node)]

    def rows(self, site: str, node: int) -> Float[ndarray, "head key"] | None:
        """The attention that was paid when this node was predicted."""
        row = self.nodes["attn"][node]
        return None if row < 0 or site not in self.attention else self.attention[site][row]

    @property
    def parts(self) -> Parts:
        """What it is made of, for those who write it down."""
        return Parts(self.header, self.nodes, self.steps, self.draws, self.attention)

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and numbers; nan becomes null, ±∞ the texts "inf" and "-inf"."""
        return plain(self.parts)

    def to_json(self) -> str:
        """The whole tree as one JSON text, with a digest by which later changes are noticed."""
        return write_json(self.parts)

    @classmethod
    def from_dict(cls, data: Any) -> "DecodingTree":
        """Read back what `to_dict` gave.

        Raises:
            DataError: not a tree of this schema, or its parts do not fit each other.
        """
        return cls(*read_dict(data))

    @classmethod
    def from_json(cls, text: str | bytes) -> "DecodingTree":
        """Read back what `to_json` gave.

        Raises:
            DataError: not JSON, not a tree, a damaged or an edited one.
        """
        return cls(*read_json(text))


def fold(frontiers: Iterable[Frontier], texts: Sequence[str], header: dict[str, Any]) -> DecodingTree:
    """The tree of these frontiers and all that led to them.

    Args:
        frontiers: the last frontier of each branch that was explored.
        texts: the text of each token number.
        header: what the tree's reader should know about how it was made.
    """
    return DecodingTree(header, *folded(list(frontiers), texts))


def belongs(tree: DecodingTree, *, model_hash: str, vocab_hash: str, vocabulary: int) -> None:
    """Refuse a tree that another model made.

    Args:
        model_hash, vocab_hash: as in the headers of this model's own trees; vocabulary: how many tokens it can write.

    Raises:
        DataError: it is another model's, or another checkpoint's, or names tokens that there are not.
    """
    made = tr(
        "{get}, step {get2}",
        get=tree.header.get("model", tr("an unnamed model")),
        get2=tree.header.get("checkpoint_step", tr("unknown")),
    )
    if tree.header.get("vocab_hash") != vocab_hash:
        raise DataError(
            tr("this tree is of a model with another vocabulary ({made}); choose that model to open it", made=made)
        )
    if tree.header.get("model_hash") != model_hash:
        raise DataError(
            tr("this tree was made with other weights ({made}); choose that model and checkpoint to open it", made=made)
        )
    if max(tree.nodes["token"]) >= vocabulary:
        raise DataError(
            tr(
                "this tree names a token that the model does not have ({vocabulary:,} tokens); export it again",
                vocabulary=vocabulary,
            )
        )
