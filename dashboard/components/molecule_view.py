"""A small graph with one label for all: what it is taken for, where a chosen node looks, and which nodes decided."""

import numpy as np
import pandas as pd
import streamlit as st

from core.figures.graphs import graph_attention
from core.runs.graph_layout import drawn
from core.runs.trained_set import TrainedSet
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode


def molecule_view(trained: TrainedSet, *, key: str) -> None:
    """Choose a held-out graph, a node, a layer and a head."""
    examples, names = trained.examples.test, trained.entrance.labels
    places = st.columns([3, 3, 2, 2], vertical_alignment="bottom")
    with places[0]:
        which = st.selectbox(
            "Held-out graph", range(len(examples)), key=f"{key} which {trained.run.address}",
            format_func=lambda at: f"{at + 1}: label {names[int(examples[at].labels)]}, {len(examples[at].items)} nodes",
        )  # fmt: skip
    example = examples[which]
    edges = example.edges
    assert edges is not None
    with places[1]:
        node = st.selectbox(
            "Node", range(len(example.items)), key=f"{key} node {trained.run.address} {which}",
            format_func=lambda at: example.items[at],
        )  # fmt: skip
    weights = np.zeros(len(example.items))
    if trained.looks:
        matrices = trained.matrices(example)
        with places[2]:
            layer = st.segmented_control(
                "Layer", range(len(matrices)), default=len(matrices) - 1, key=f"{key} layer {trained.run.address}",
                required=True, format_func=lambda at: str(at + 1),
            )  # fmt: skip
        matrix = matrices[layer or 0]
        with places[3]:
            head = st.selectbox(
                "Head", range(matrix.heads), key=f"{key} head {trained.run.address}", format_func=lambda at: str(at + 1)
            )
        ahead = len(trained.config.model.first)
        weights = matrix.weights[head, node + ahead, ahead:]
    found = trained.probabilities(example)[0]
    best, true = int(found.argmax()), int(example.labels)
    verdict = "which is right" if best == true else f"but it is **{names[true]}**"
    st.markdown(f"Taken for **{names[best]}** ({found[best]:.0%}), {verdict}.")
    decided = trained.decided(example)
    part = drawn(edges, len(example.items), node)
    kinds = [item.partition("·")[0] for item in example.items]
    told = [f"nats lost without it: {one:.3f}" for one in decided]
    left, right = st.columns([5, 2])
    with left:
        figure = graph_attention(
            part.places, part.edges, weights[part.nodes], int(np.flatnonzero(part.nodes == node)[0]),
            [example.items[at] for at in part.nodes], [f"kind {kinds[at]}" for at in part.nodes],
            [told[at] for at in part.nodes], [False] * len(part.nodes), mode(),
        )  # fmt: skip
        live_figure(figure, key=f"{key} graph", height=460, alt=f"the graph, and where {example.items[node]} looks")
        if not trained.looks:
            st.caption("This network has no attention: every node is seen alone, and their mean has the label.")
    with right:
        st.markdown("**Which nodes decided**")
        order = np.argsort(-np.abs(decided))[:12]
        table = pd.DataFrame({"node": [example.items[at] for at in order], "nats lost without it": decided[order]})
        st.dataframe(
            table, hide_index=True, column_config={"nats lost without it": st.column_config.NumberColumn(format="%.3f")}
        )
