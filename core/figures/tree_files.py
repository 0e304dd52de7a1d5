"""Decoding trees as files: for programs, for tables, for Graphviz, to look at. The table of endings is `TREE_EXPORTS`."""

from collections.abc import Callable, Mapping
from math import exp
from typing import Any

from core.data.spreadsheet import written
from core.decoding.trees.columns import COLUMNS, finished, path
from core.decoding.trees.packed import write_npz
from core.decoding.trees.saved import Parts, write_json
from core.figures.drawn.tree import tree_view
from core.figures.endings import by_ending
from core.figures.pictures import FIGURE_EXPORTS, Figure
from core.figures.tree import about_tree, picture, shown

Export = Callable[[Parts], bytes]


def to_json(parts: Parts) -> bytes:
    """Schema "attnlab/tree/1", with a digest; reads back as the same tree."""
    return write_json(parts).encode()


def to_csv(parts: Parts) -> bytes:
    """One line per output, best first: its text, its length, and its score with every part in a column of its own."""
    nodes = parts.nodes
    ends = finished(nodes)
    terms = _terms(nodes["adj_parts"][end] for end in ends)
    rows = [
        [
            place, " ".join(nodes["text"][at] for at in path(nodes, end)), nodes["n_tokens"][end], _figure(nodes["logp"][end]),
            *(_figure(nodes["adj_parts"][end].get(term, 0.0)) for term in terms), _figure(nodes["rank_score"][end]),
            nodes["status"][end],
        ]
        for place, end in enumerate(ends, start=1)
    ]  # fmt: skip
    return written([["rank", "text", "tokens", "logp", *terms, "rank_score", "status"], *rows])


def to_nodes_csv(parts: Parts) -> bytes:
    """One line per node, every column; the parts of its score in columns of their own, `adj.` before their names."""
    nodes = parts.nodes
    terms = _terms(nodes["adj_parts"])
    names = [name for name in COLUMNS if name != "adj_parts"]
    plain = zip(*([_figure(value) for value in nodes[name]] for name in names))
    rows = [[*row, *(_figure(given.get(term, 0.0)) for term in terms)] for row, given in zip(plain, nodes["adj_parts"])]
    return written([[*names, *(f"adj.{term}" for term in terms)], *rows])


def to_dot(parts: Parts) -> bytes:
    """A graph for Graphviz, steps from left to right; edges say how probable the token was.

    Finished nodes have two outlines, dead ones are grey and dashed, the reference's are bold and starred, forced ones
    have a house's shape.
    """
    nodes = parts.nodes
    lines = [
        "digraph tree {", "  rankdir=LR;", '  node [shape=box, style="rounded", fontname="sans-serif"];',
        '  edge [fontname="sans-serif", fontsize=10];',
    ]  # fmt: skip
    for node, status in enumerate(nodes["status"]):
        dead = status.startswith("pruned") or status == "superseded"
        gold, looks = nodes["is_gold"][node] and node > 0, ["rounded"]
        looks += ["dashed"] if dead else []
        looks += ["bold"] if gold else []
        label = ("★ " if gold else "") + shown(nodes["text"][node])
        about = f"{status}: {nodes['reason'][node]}" if nodes["reason"][node] else status
        words = [f"label={_quoted(label)}", f"tooltip={_quoted(about)}", f'style="{",".join(looks)}"']
        words += ['color="gray60"', 'fontcolor="gray45"'] if dead else []
        words += ["peripheries=2"] if status == "finished" else []
        words += ["shape=house"] if nodes["forced"][node] else []
        lines.append(f"  n{node} [{', '.join(words)}];")
        if node:
            look = ', style="dashed", color="gray60"' if dead else ""
            p = _quoted(f"{exp(nodes['logp_token'][node]):.3g}")
            lines.append(f"  n{nodes['parent'][node]} -> n{node} [label={p}{look}];")
    return "\n".join([*lines, "}", ""]).encode("utf-8", "replace")


def tree_figure(
    parts: Parts, query: Mapping[str, str] | None = None, seed: int | None = None, page: str | None = None
) -> Figure:
    """A picture that stands alone; of a large tree the ways to its outputs, what was pruned counted.

    Args:
        query, seed, page: as in `about_tree`.
    """
    return Figure(picture(parts.header, parts.nodes), about_tree(parts, query, seed, page))


def _picture(write: Callable[[Figure], bytes]) -> Export:
    def drawn(parts: Parts) -> bytes:
        """The tree as a picture."""
        return write(tree_figure(parts))

    return drawn


def to_html(
    parts: Parts, query: Mapping[str, str] | None = None, seed: int | None = None, page: str | None = None
) -> bytes:
    """The tree as one HTML file that needs no network: walked, zoomed, asked node by node."""
    return tree_view(parts, about_tree(parts, query, seed, page)).to_html().encode()


TREE_EXPORTS: dict[str, Export] = {
    ".json": to_json, ".csv": to_csv, ".nodes.csv": to_nodes_csv, ".dot": to_dot, ".npz": write_npz,
    **{ending: _picture(write) for ending, write in FIGURE_EXPORTS.items()}, ".html": to_html,
}  # fmt: skip


def export_of(name: str) -> Export:
    """What writes a tree to a file of this name; the longest ending that fits.

    >>> export_of("tree.nodes.csv").__name__, export_of("tree.CSV").__name__
    ('to_nodes_csv', 'to_csv')

    Raises:
        SettingError: nothing is known by its ending.
    """
    return by_ending(name, TREE_EXPORTS)


def _terms(given: Any) -> list[str]:
    """Names of the parts of scores, in the order in which they first appear."""
    return list(dict.fromkeys(name for parts in given for name in parts))


def _figure(value: Any) -> Any:
    """What a cell holds: nothing for nan."""
    return "" if isinstance(value, float) and value != value else value


def _quoted(text: str) -> str:
    """A string of Graphviz' language, in which a backslash begins an escape."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "")
    return '"' + escaped.replace("\0", "␀") + '"'
