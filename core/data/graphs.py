"""Graphs from files: nodes with features and labels, and who is connected to whom.

Two forms are read. Tables: one of nodes (name, label, split, features) and one of edges (two names a line), tabs between; features
are numbers of the ones in a vector of zeros (3,17,40), or values with a point (0.5,1.25), apart by commas. A collection of many small graphs, one
file, each with a label, as Zhang et al. 2018 (DGCNN) keep them.

A line that cannot be used is left out and counted where the rest stays right; what a graph means without it would be another,
ends the reading with the file and the line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float, Int
from torch import Tensor

from core.data.parallel_text import decode, read_bytes, split_lines
from core.errors import DataError
from core.language import tr

MOST_EDGES = 5_000_000
MOST_NODES = 1_000_000
MOST_FEATURES = 50_000_000  # of all nodes together: 200 MB; Cora has 3.9 million, PubMed 9.9
_SPLITS = {
    "train": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
    "": "",
    "-": "",
}


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes and edges.

    Attributes:
        names: of the nodes; features: of each; labels: of each, "" where nobody knows.
        splits: train, validation, test or "" of each; empty where the file does not say.
        edges: who looks (first row) at whom (second), each pair once, both ways unless a graph is directed.
        remarks: what was left out, in words.
    """

    names: tuple[str, ...]
    features: Float[Tensor, "node feature"]
    labels: tuple[str, ...]
    splits: tuple[str, ...]
    edges: Int[Tensor, "2 edge"]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class LabelledGraph:
    """One graph of a collection.

    Attributes:
        label: of the whole; kinds: a word for each node; edges: as in `Graph`.
    """

    label: str
    kinds: tuple[str, ...]
    edges: Int[Tensor, "2 edge"]


def read_graph(nodes: Path, edges: Path) -> Graph:
    """A graph from two tables, with or without a line of headings.

    Raises:
        DataError: a file that cannot be read, a node twice, features that are no numbers, or no node at all.
    """
    names, labels, splits, features = _nodes(nodes)
    number = {name: at for at, name in enumerate(names)}
    pairs, remarks = _pairs(edges, number)
    return Graph(tuple(names), features, tuple(labels), tuple(splits), pairs, remarks)


def both_ways(pairs: Int[Tensor, "2 pair"], nodes: int) -> Int[Tensor, "2 edge"]:
    """Every pair in both directions, each once, without nodes that look at themselves; sorted by who looks.

    >>> both_ways(torch.tensor([[0, 1, 2], [1, 0, 2]]), 3).tolist()
    [[0, 1], [1, 0]]
    """
    pairs = pairs[:, pairs[0] != pairs[1]]
    every = torch.cat([pairs, pairs.flip(0)], dim=1)
    keys = torch.unique(every[0] * nodes + every[1])
    return torch.stack([keys // nodes, keys % nodes])


def _nodes(path: Path) -> tuple[list[str], list[str], list[str], Float[Tensor, "node feature"]]:
    lines = _lines(path)
    names, labels, splits, written = [], list[str](), list[str](), list[str]()
    seen = dict[str, int]()
    for line, cells in lines:
        if line == 1 and cells[0].lower() in ("node", "name", "id"):
            continue
        if len(cells) < 2:
            raise DataError(tr(
                "{name}, line {line}: expected node, label, split and features with tabs between", name=path.name,
                line=line))  # fmt: skip
        name, label, split, features = (*cells[:4], "", "")[:4]
        if name in seen:
            raise DataError(tr(
                "{name}, line {line}: the node {name2!r} stands in line {seen} already; keep one", name=path.name,
                line=line, name2=name[:40], seen=seen[name]))  # fmt: skip
        if split.lower() not in _SPLITS:
            raise DataError(tr(
                "{name}, line {line}: there is no split {split!r}; write train, validation or test", name=path.name,
                line=line, split=split[:40]))  # fmt: skip
        seen[name] = line
        names.append(name)
        labels.append(label)
        splits.append(_SPLITS[split.lower()])
        written.append(features)
        if len(names) > MOST_NODES:
            raise DataError(tr(
                "{name} has more than {most_nodes:,} nodes: take a smaller graph", name=path.name,
                most_nodes=MOST_NODES))  # fmt: skip
    if not names:
        raise DataError(tr(
            "{name} has no node; write node, label, split and features with tabs between, one a line", name=path.name))  # fmt: skip
    return names, labels, splits, _features(path, list(seen.values()), written)


def _features(path: Path, lines: list[int], written: list[str]) -> Float[Tensor, "node feature"]:
    """Zeros with ones where numbers say, or values; one for each node where none are written at all."""
    if not any(written):
        _check_features(path, len(written), len(written))
        return torch.eye(len(written))
    cells = [[cell for cell in one.replace(" ", "").split(",") if cell] for one in written]
    values = any("." in cell for one in cells for cell in one)
    rows: list[list[float]] = []
    for line, one in zip(lines, cells):
        try:
            rows.append([float(cell) if values else int(cell) for cell in one])
        except ValueError:
            raise DataError(tr(
                "{name}, line {line}: the features {one!r} are no numbers", name=path.name,
                line=line, one=",".join(one)[:60],
            )) from None  # fmt: skip
    if values:
        width = max(map(len, rows))
        for line, row in zip(lines, rows):
            if len(row) != width:
                raise DataError(tr(
                    "{name}, line {line}: {count} features where other nodes have {width}", name=path.name,
                    line=line, count=len(row), width=width))  # fmt: skip
        return torch.tensor(rows)
    most = max((int(cell) for row in rows for cell in row), default=0)
    if most >= 1_000_000 or any(cell < 0 for row in rows for cell in row):
        raise DataError(tr(
            "{name}: features are numbered from 0 to at most 999,999, and one is {most:,} or negative", name=path.name,
            most=most))  # fmt: skip
    _check_features(path, len(rows), most + 1)
    ones = torch.zeros(len(rows), most + 1)
    for at, row in enumerate(rows):
        ones[at, [int(cell) for cell in row]] = 1.0
    return ones


def _check_features(path: Path, nodes: int, width: int) -> None:
    """Refuse before there is a table of them: a short line can ask for a very wide one."""
    if nodes * width > MOST_FEATURES:
        raise DataError(tr(
            "{name}: {nodes:,} nodes of {width:,} features are more than {most_features:,} numbers; take fewer of either",
            name=path.name, nodes=nodes, width=width, most_features=MOST_FEATURES))  # fmt: skip


def _pairs(path: Path, number: dict[str, int]) -> tuple[Int[Tensor, "2 edge"], tuple[str, ...]]:
    found, strangers, first_strange, own = list[tuple[int, int]](), 0, 0, 0
    for line, cells in _lines(path):
        if len(cells) < 2:
            raise DataError(tr("{name}, line {line}: expected two nodes with a tab between", name=path.name, line=line))
        one, other = number.get(cells[0]), number.get(cells[1])
        if one is None or other is None:
            if line > 1:  # the first may be headings
                strangers, first_strange = strangers + 1, first_strange or line
            continue
        own += one == other
        found.append((one, other))
        if len(found) > MOST_EDGES:
            raise DataError(tr(
                "{name} has more than {most_edges:,} edges: take a smaller graph", name=path.name,
                most_edges=MOST_EDGES))  # fmt: skip
    pairs = torch.tensor(found, dtype=torch.long).reshape(-1, 2).T
    edges = both_ways(pairs, len(number))
    again = len(found) - own - edges.shape[1] // 2
    lonely = len(number) - len(torch.unique(edges))
    told = {
        tr(
            "{strangers:,} edges to nodes that are not there left out, the first in line {first_strange}",
            strangers=strangers,
            first_strange=first_strange,
        ): strangers,
        tr("{own:,} edges from a node to itself left out: every node looks at itself anyway", own=own): own,
        tr("{again:,} edges that stand there twice counted once", again=again): again,
        tr("{lonely:,} nodes have no edge and look at themselves alone", lonely=lonely): lonely,
    }
    return edges, tuple(f"{path.name}: {text}" for text, count in told.items() if count)


def read_collection(path: Path) -> list[LabelledGraph]:
    """Many small graphs from one file: their number; then of each a line "nodes label" and a line "kind count neighbors …" a node.

    Raises:
        DataError: a line that does not fit; the message names file and line.
    """
    lines = _lines(path, tabs=False)
    line, cells = next(lines, (1, ["nothing"]))
    count = _whole(path, line, cells[:1])[0]
    return [_one_of(path, lines, at + 1, count) for at in range(count)]


def _one_of(path: Path, lines: Iterator[tuple[int, list[str]]], at: int, count: int) -> LabelledGraph:
    missing = DataError(
        tr("{name} ends within graph {at} of {count}: it was cut off", name=path.name, at=at, count=count)
    )
    line, cells = next(lines, (0, []))
    if not cells:
        raise missing
    if len(cells) < 2:
        raise DataError(tr(
            "{name}, line {line}: expected the number of nodes and the label of graph {at}", name=path.name,
            line=line, at=at))  # fmt: skip
    (nodes,), label = _whole(path, line, cells[:1]), cells[1]
    kinds, pairs = list[str](), list[tuple[int, int]]()
    for node in range(nodes):
        line, cells = next(lines, (0, []))
        if not cells:
            raise missing
        told = _whole(path, line, cells[1:])
        if not told or len(told) - 1 < told[0]:
            raise DataError(tr(
                "{name}, line {line}: expected a kind, a number, and as many neighbors as it says", name=path.name,
                line=line))  # fmt: skip
        if any(not 0 <= other < nodes for other in told[1 : 1 + told[0]]):
            raise DataError(tr(
                "{name}, line {line}: a neighbor is not among the {nodes} nodes, counted from 0", name=path.name,
                line=line, nodes=nodes))  # fmt: skip
        kinds.append(cells[0])
        pairs += [(node, other) for other in told[1 : 1 + told[0]]]
    drawn = torch.tensor(pairs, dtype=torch.long).reshape(-1, 2).T
    return LabelledGraph(label, tuple(kinds), both_ways(drawn, nodes))


def _whole(path: Path, line: int, cells: list[str]) -> list[int]:
    try:
        return [int(cell) for cell in cells]
    except ValueError:
        raise DataError(tr(
            "{name}, line {line}: {cells!r} are no whole numbers", name=path.name,
            line=line, cells=" ".join(cells)[:60],
        )) from None  # fmt: skip


def _lines(path: Path, *, tabs: bool = True) -> Iterator[tuple[int, list[str]]]:
    """Every line that says something, with its number, in cells."""
    data = read_bytes(path, tr("a node, an edge or a graph on each line"))
    for at, line in enumerate(split_lines(decode(data, path.name)[0])):
        if line.strip() and not line.startswith("#"):
            yield at + 1, [cell.strip() for cell in line.split("\t")] if tabs and "\t" in line else line.split()
