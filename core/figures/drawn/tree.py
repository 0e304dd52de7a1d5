"""A decoding tree as a view: what a search kept, finished and pruned; a node's probabilities under the pointer."""

from typing import Protocol

from core.decoding.trees.saved import Parts
from core.figures.drawn.drawing import Drawing
from core.figures.drawn.packing import pack
from core.figures.drawn.tree_packing import columns, drawn, packed
from core.figures.drawn.tree_words import WORDS


class Searched(Protocol):
    """A DecodingTree, as far as it is drawn."""

    @property
    def parts(self) -> Parts:
        """Its header, columns and steps."""
        ...


def tree(found: Searched, title: str = "") -> Drawing:
    """A decoding tree with what was pruned, walked move by move; a node's card says its probabilities and what became of it.

    Args:
        found: a DecodingTree, as `TrainedModel.tree` gives it.
        title: stands above the view; else strategy, source and output.
    """
    return drawing_of(found.parts, title)


def drawing_of(parts: Parts, title: str = "") -> Drawing:
    """The same of what a tree is made of."""
    header, nodes = parts.header, parts.nodes
    named = title or f"{header.get('strategy', 'decoding')}: {header.get('source', '')} → {header.get('output', '')}"
    data = {
        "nodes": packed(columns(drawn(nodes))),
        "selected": None,
        "passed": None,
        "seq": 0,
        "height": "auto",
        "caption": named,
        "weighed": _weighed(parts),
        "words": WORDS,
    }
    summary = f"Decoding tree of {len(nodes['id'])} nodes, by {header.get('strategy', 'a search')}."
    return Drawing("tree", named, summary, pack(data), {})


def _weighed(parts: Parts) -> list[int] | None:
    """How many candidates each move weighed, where the moves are the steps; the tree holds the best of them."""
    counts = [step.get("candidates") for step in parts.steps]
    moves = max(parts.nodes["walk"], default=0)
    return counts if len(counts) == moves and all(isinstance(count, int) for count in counts) else None
