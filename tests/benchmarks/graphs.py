"""Attention along edges: its cost grows with the edges, not with the square of the nodes."""

import time
from statistics import median

import torch

from core.attention.edges import EdgeDotProduct, Edges
from tests.benchmarks.row import Measured, Row, times

NODES, DEGREE, FEATURES = 2708, 4, 64  # as Cora
MORE_NODES, MORE_EDGES = 4, 8


def graph(nodes: int, degree: int) -> tuple[torch.Tensor, Edges]:
    """States of nodes, each of which looks at `degree` others."""
    chance = torch.Generator().manual_seed(1)
    who = torch.arange(nodes).repeat_interleave(degree)
    whom = torch.randint(nodes, (nodes * degree,), generator=chance)
    table = torch.stack([torch.zeros_like(who), who, whom])
    return torch.randn(1, nodes, FEATURES, generator=chance), Edges.of(table, 1, nodes, self_loops=False)


def measure(share: float) -> Measured:
    """Time of 4× the nodes with as many edges for each, over the time of the first; 16 where cost grew as their square."""
    torch.set_num_threads(1)
    attention = EdgeDotProduct(FEATURES, 8, 8)
    cases = {
        "base": graph(NODES, DEGREE), "nodes": graph(MORE_NODES * NODES, DEGREE), "edges": graph(NODES, MORE_EDGES * DEGREE),
    }  # fmt: skip
    spent: dict[str, list[float]] = {name: [] for name in cases}
    with torch.no_grad():
        for round_ in range(times(15, share, least=3) + 1):
            for name, (states, edges) in cases.items():
                began = time.thread_time()
                attention(states, edges)
                if round_:
                    spent[name].append(time.thread_time() - began)
    ratios = [one / other for one, other in zip(spent["nodes"], spent["base"])]
    took = {name: median(ones) for name, ones in spent.items()}
    note = (
        f"{1e3 * took['base']:.1f} ms at {NODES:,} nodes and {NODES * DEGREE:,} edges, {1e3 * took['nodes']:.1f} at {MORE_NODES}× "
        f"both, {1e3 * took['edges']:.1f} at {MORE_EDGES}× the edges"
    )
    return Measured(median(ratios), min(ratios), max(ratios), note)


ROWS = [
    Row("graph-edges", f"attention along edges: {MORE_NODES}× the nodes and edges over the first; 16 were the square of the nodes",
        "×", 6.0, measure),
]  # fmt: skip
