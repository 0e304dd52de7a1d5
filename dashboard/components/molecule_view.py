"""A small graph with one label for all: what it is taken for, where a chosen node looks, and which nodes decided."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st
from jaxtyping import Float
from streamlit.delta_generator import DeltaGenerator

from core.data.vector_sets import SetExample
from core.figures.graphs import graph_attention
from core.language import mark, tr
from core.runs.graph_layout import drawn
from core.runs.trained_set import TrainedSet
from dashboard.components.data_table import data_table
from dashboard.components.literal import literal
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode

_TOLD = 12  # nodes in the table
_LOST = mark("nats lost without it")


def molecule_view(trained: TrainedSet, *, key: str) -> None:
    """Choose a held-out graph, a node, a layer and a head."""
    examples, names = trained.examples.test, trained.entrance.labels
    places = st.columns([3, 3, 2, 2], vertical_alignment="bottom")
    with places[0]:
        which = st.selectbox(
            tr("Held-out graph"), range(len(examples)), key=f"{key} which {trained.run.address}", bind="query-params",
            format_func=lambda at: tr("{at}: label {names}, {count} nodes", at=at + 1, names=names[int(examples[at].labels)], count=len(examples[at].items)),
        )  # fmt: skip
    example = examples[which]
    with places[1]:
        node = st.selectbox(
            tr("Node"), range(len(example.items)), key=f"{key} node {trained.run.address} {which}", bind="query-params",
            format_func=lambda at: example.items[at],
        )  # fmt: skip
    weights = _weights(trained, example, node, places[2:], key)
    found = trained.probabilities(example)[0]
    best, true = int(found.argmax()), int(example.labels)
    verdict = tr("which is right") if best == true else tr("but it is **{names}**", names=literal(names[true]))
    st.markdown(
        tr(
            "Taken for **{names}** ({found:.0%}), {verdict}.",
            names=literal(names[best]),
            found=found[best],
            verdict=verdict,
        )
    )
    decided = trained.decided(example)
    left, right = st.columns([5, 2])
    with left:
        _picture(example, node, weights, decided, key)
        if not trained.looks:
            st.caption(tr("This network has no attention: every node is seen alone, and their mean has the label."))
    with right:
        st.markdown(tr("**Which nodes decided**"))
        order = np.argsort(-np.abs(decided))[:_TOLD]
        table = pd.DataFrame({"node": [example.items[at] for at in order], _LOST: decided[order]})
        data_table(table, hide_index=True, column_config={_LOST: st.column_config.NumberColumn(format="%.3f")})


def _weights(
    trained: TrainedSet, example: SetExample, node: int, places: Sequence[DeltaGenerator], key: str
) -> Float[np.ndarray, " node"]:
    """How much the node looks at each, in the layer and head that are chosen; zeros where nothing looks."""
    if not trained.looks:
        return np.zeros(len(example.items))
    matrices = trained.matrices(example)
    layer = places[0].segmented_control(
        tr("Layer"), range(len(matrices)), default=len(matrices) - 1, key=f"{key} layer {trained.run.address}", bind="query-params",
        required=True, format_func=lambda at: str(at + 1),
    )  # fmt: skip
    matrix = matrices[layer or 0]
    head = places[1].selectbox(
        tr("Head"),
        range(matrix.heads),
        key=f"{key} head {trained.run.address}",
        bind="query-params",
        format_func=lambda at: str(at + 1),
    )
    ahead = len(trained.config.model.first)
    return matrix.weights[head, node + ahead, ahead:]


def _picture(
    example: SetExample, node: int, weights: Float[np.ndarray, " node"], decided: Float[np.ndarray, " node"], key: str
) -> None:
    assert example.edges is not None
    part = drawn(example.edges, len(example.items), node)
    kinds = [item.partition("·")[0] for item in example.items]
    figure = graph_attention(
        part.places, part.edges, weights[part.nodes], int(np.flatnonzero(part.nodes == node)[0]),
        [example.items[at] for at in part.nodes], [tr("kind {kind}", kind=kinds[at]) for at in part.nodes],
        [f"{tr(_LOST)}: {decided[at]:.3f}" for at in part.nodes], [False] * len(part.nodes), mode(),
    )  # fmt: skip
    live_figure(
        figure, key=f"{key} graph", height=460, alt=tr("the graph, and where {items} looks", items=example.items[node])
    )
