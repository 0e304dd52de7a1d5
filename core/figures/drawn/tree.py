"""A decoding tree as a view: what a search kept, finished and pruned; a node's probabilities under the pointer."""

from typing import Protocol, runtime_checkable

from core.decoding.trees.saved import Parts
from core.figures.drawn.html_view import HtmlView
from core.figures.drawn.packing import pack
from core.figures.drawn.tree_packing import columns, drawn, packed
from core.figures.drawn.tree_words import WORDS
from core.figures.provenance import Provenance


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
    return tree_view(found.parts, title)


def tree_view(parts: Parts, title: str = "") -> HtmlView:
    """The same of what a tree is made of."""
    about = about_tree(parts)
    named = title or about.title
    data = {
        "nodes": packed(columns(drawn(parts.nodes))),
        "selected": None,
        "passed": None,
        "seq": 0,
        "height": "auto",
        "caption": named,
        "weighed": _weighed(parts),
        "words": WORDS,
    }
    summary = f"Decoding tree of {len(parts.nodes['id'])} nodes, by {parts.header.get('strategy', 'a search')}."
    return HtmlView("tree", named, summary, pack(data), about)


def about_tree(parts: Parts) -> Provenance:
    header = parts.header
    search = {"name": header.get("strategy", "decoding"), **header.get("settings", {})}
    return Provenance(
        "decoding tree",
        f"{search['name']}: {header.get('source', '')} → {header.get('output', '')}",
        source=str(header.get("source", "")),
        search=search,
    )


def _weighed(parts: Parts) -> list[int] | None:
    """How many candidates each move weighed, where the moves are the steps; the tree holds the best of them."""
    counts = [step.get("candidates") for step in parts.steps]
    moves = max(parts.nodes["walk"], default=0)
    return counts if len(counts) == moves and all(isinstance(count, int) for count in counts) else None
