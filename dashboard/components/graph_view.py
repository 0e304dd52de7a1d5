"""A small graph that is typed: its edges, its picture, and who hears one node after some layers."""

import numpy as np
import streamlit as st

from core.attention.masks import graph
from core.data.edge_list import EXAMPLES, MOST_NODES, read_edges
from core.figures.masks import graph_drawing
from core.language import tr, tr_count
from core.metrics.reach import heard_after
from core.runs.masked import shown
from dashboard import state
from dashboard.components.live_figure import live_figure
from dashboard.components.mask_view import reached
from dashboard.components.mode import mode

_EDGES, _NODES = "edges", "nodes"


def graph_view() -> None:
    """Type edges, see who hears whom."""
    first, text = next(iter(EXAMPLES.values()))
    state.first(_EDGES, text)
    state.first(_NODES, first)
    example, written, count = st.columns([2, 5, 1], vertical_alignment="bottom")
    example.selectbox(
        tr("Start from"), list(EXAMPLES), format_func=tr, index=None, placeholder=tr("an example …"), key="example graph", on_change=_take,
    )  # fmt: skip
    edges = written.text_input(
        tr("Edges"), key=_EDGES, bind="query-params", help=tr("1-2: both hear each other; 1>2: only node 2 hears node 1"),
    )  # fmt: skip
    nodes = count.number_input(
        tr("Nodes"), step=1, key=_NODES, bind="query-params", help=tr("1 to {most_nodes}", most_nodes=MOST_NODES)
    )
    loops, deep, who = st.columns([2, 3, 3], vertical_alignment="bottom")
    own = loops.toggle(
        tr("Self-loops"), value=True, key="loops", bind="query-params", help=tr("whether a node may look at itself")
    )
    layers = deep.slider(tr("Layers"), 1, 7, 3, key="graph layers", bind="query-params")
    adjacency = read_edges(edges, int(nodes))
    speaker = who.selectbox(
        tr("Who speaks"), range(int(nodes)), format_func=lambda node: tr("node {n}", n=node + 1), key="speaker",
        bind="query-params",
    )  # fmt: skip
    mask = graph(adjacency, self_loops=own)
    sentence = st.empty()
    left, right = st.columns([2, 5])
    with right:
        computed = reached(mask, int(nodes), layers, key="graph", what="node")
    heard = heard_after(computed, speaker)
    words = _in_words(heard, speaker, layers)
    sentence.markdown(words)
    with left:
        figure = graph_drawing(shown(mask, int(nodes)), heard, speaker, mode())
        live_figure(figure, key="graph", height=360, alt=words)
        st.caption(tr("Arrows go from who is heard to who hears; the stronger its blue, the sooner a node hears."))
    empty = np.flatnonzero(~shown(mask, int(nodes)).any(axis=1))
    if len(empty):
        st.caption(tr(
            "Without self-loops {named} may look at nobody: all weights there are exactly zero, and only the "
            "residual connection carries the node's own state on.", named=_named(empty)))  # fmt: skip


def _take() -> None:
    name = state.get("example graph")
    if name:
        nodes, edges = EXAMPLES[name]
        state.put(_NODES, nodes)
        state.put(_EDGES, edges)
        state.put("example graph", None)


def _in_words(heard: np.ndarray, speaker: int, layers: int) -> str:
    hearing, deaf = np.flatnonzero(heard > 0), np.flatnonzero(heard < 0)
    who = tr("nobody but itself") if not len(hearing) else f"**{_named(hearing)}**"
    told = tr_count(
        layers,
        "After 1 layer node {speaker} is heard by {who}",
        "After {n} layers node {speaker} is heard by {who}",
        speaker=speaker + 1,
        who=who,
    )
    if not len(deaf):
        return tr("{told}: by all.", told=told)
    return tr("{told}; not by {named}.", told=told, named=_named(deaf))


def _named(nodes: np.ndarray) -> str:
    numbers = [str(node + 1) for node in nodes]
    if len(numbers) == 1:
        return tr("node {n}", n=numbers[0])
    return tr("nodes {list} and {numbers}", list=", ".join(numbers[:-1]), numbers=numbers[-1])
