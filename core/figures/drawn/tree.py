"""A decoding tree as a view: what a search kept, finished and pruned; a node's probabilities under the pointer."""

from dataclasses import replace
from typing import Protocol, runtime_checkable

from core.decoding.trees.saved import Parts
from core.figures.drawn.html_view import HtmlView
from core.figures.drawn.packing import pack
from core.figures.drawn.table_words import table_words
from core.figures.drawn.tree_packing import columns, drawn, packed
from core.figures.drawn.tree_words import WORDS
from core.figures.provenance import Provenance
from core.figures.tree import about_tree
from core.language import tr, tr_each


@runtime_checkable
class Searched(Protocol):
    """A DecodingTree, as far as it is drawn."""

    @property
    def parts(self) -> Parts:
        """Its header, columns and steps."""
        ...


def tree(found: Searched, title: str = "") -> HtmlView:
    """A decoding tree with what was pruned, walked move by move; a node's card says its probabilities and what became of it.

    Args:
        found: a DecodingTree, as `TrainedModel.tree` gives it.
        title: stands above the view; else strategy, source and output.
    """
    about = about_tree(found.parts)
    return tree_view(found.parts, replace(about, title=title) if title else about)


def tree_view(parts: Parts, about: Provenance) -> HtmlView:
    """The same of what a tree is made of, with what is said of it."""
    data = {
        "nodes": packed(columns(drawn(parts.nodes))),
        "selected": None,
        "passed": None,
        "seq": 0,
        "height": "auto",
        "caption": about.title,
        "weighed": _weighed(parts),
        "words": tr_each(WORDS),
        "table": table_words(),
    }
    summary = tr(
        "Decoding tree of {count} nodes, by {get}.",
        count=len(parts.nodes["id"]),
        get=parts.header.get("strategy") or tr("a search"),
    )
    return HtmlView("tree", about.title, summary, pack(data), about)


def _weighed(parts: Parts) -> list[int] | None:
    """How many candidates each move weighed, where the moves are the steps; the tree holds the best of them."""
    counts = [step.get("candidates") for step in parts.steps]
    moves = max(parts.nodes["walk"], default=0)
    return counts if len(counts) == moves and all(isinstance(count, int) for count in counts) else None
