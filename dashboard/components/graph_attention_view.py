"""A trained network on one graph: each node as it is taken for, and where a chosen one looks."""

import numpy as np
import pandas as pd
import streamlit as st

from core.data.vector_sets import SetExample
from core.figures.graphs import graph_attention
from core.language import tr
from core.runs.graph_layout import MOST_DRAWN, Drawn, drawn
from core.runs.trained_set import TrainedSet
from dashboard.components.data_table import data_table
from dashboard.components.literal import literal
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode

_SHOWN = 12  # neighbors in the table
_LAID_OUT = 3000  # nodes of which all pairs can be laid out


def graph_attention_view(trained: TrainedSet, example: SetExample, *, key: str) -> None:
    """Choose a node; its edges by the weight of attention, its neighbors in a table."""
    labels, names = list(example.told.get("labels", [])), example.items
    found = trained.probabilities(example)
    taken = [trained.entrance.labels[at] for at in found.argmax(1)]
    places = st.columns([4, 2, 2, 4], vertical_alignment="bottom")
    with places[0]:
        node = st.selectbox(
            tr("Node"), range(len(names)), format_func=lambda at: names[at], key=f"{key} node", bind="query-params"
        )
    looks = trained.looks and len(names) <= _LAID_OUT
    weights = np.zeros(len(names))
    if looks:
        matrices = trained.matrices(example)
        with places[1]:
            layer = st.segmented_control(
                tr("Layer"), range(len(matrices)), default=len(matrices) - 1, key=f"{key} layer {trained.run.address}", bind="query-params",
                required=True, format_func=lambda at: str(at + 1),
            )  # fmt: skip
        matrix = matrices[layer or 0]
        with places[2]:
            head = st.selectbox(
                tr("Head"), ("mean", *range(matrix.heads)), key=f"{key} head {trained.run.address}", bind="query-params",
                format_func=lambda at: tr("all, mean") if at == "mean" else str(int(at) + 1),
            )  # fmt: skip
        rows = matrix.weights[:, node]
        weights = rows.mean(0) if head == "mean" else rows[int(head)]
    edges = example.edges
    assert edges is not None
    part = drawn(edges, len(names), node)
    with places[3]:
        st.markdown(_sentence(example, trained, node, taken, labels))
    left, right = st.columns([5, 2])
    with left:
        _picture(part, weights, node, example, taken, found, key)
    with right:
        _neighbors(weights, node, names, taken, looks=looks)
    if part.left_out:
        st.caption(tr(
            "Drawn are the {most_drawn} nodes nearest to the chosen one; {left_out:,} more are not.",
            most_drawn=MOST_DRAWN, left_out=part.left_out))  # fmt: skip


def _sentence(example: SetExample, trained: TrainedSet, node: int, taken: list[str], labels: list[str]) -> str:
    true = labels[node] if labels else ""
    right = (
        "" if not true else tr(", which is right") if taken[node] == true else tr(", but it is **{true}**", true=true)
    )
    learned = tr(" Its label was learned from.") if _known(example, node) else ""
    return tr(
        "**{items}** is taken for **{taken}**{right}.{learned}",
        items=example.items[node],
        taken=taken[node],
        right=right,
        learned=learned,
    )


def _known(example: SetExample, node: int) -> bool:
    splits = example.told.get("splits", [])
    return bool(splits) and splits[node] == "train"


def _picture(
    part: Drawn, weights: np.ndarray, node: int, example: SetExample, taken: list[str], found: np.ndarray, key: str
) -> None:
    own, labels = part.nodes, example.told.get("labels", [])
    told = [
        tr(
            "taken for {taken} ({max:.0%}){rest}",
            taken=taken[at],
            max=found[at].max(),
            rest=tr(", is {labels}", labels=labels[at]) if labels and labels[at] else "",
        )
        + (tr("<br>looked at with weight {weights:.3f}", weights=weights[at]) if weights[at] > 0 else "")
        for at in own
    ]
    figure = graph_attention(
        part.places, part.edges, weights[own], int(np.flatnonzero(own == node)[0]), [example.items[at] for at in own],
        [tr("taken for {taken}", taken=taken[at]) for at in own], told, [_known(example, int(at)) for at in own], mode(),
    )  # fmt: skip
    looked = int(np.count_nonzero(weights > 0.002))
    live_figure(
        figure,
        key=f"{key} graph",
        height=460,
        alt=tr("the graph; {items} looks at {looked} nodes", items=example.items[node], looked=looked),
    )


def _neighbors(weights: np.ndarray, node: int, names: tuple[str, ...], taken: list[str], *, looks: bool) -> None:
    if not looks:
        st.caption(tr("This network has no attention: every node is labelled from its own features alone."))
        return
    order = [int(at) for at in np.argsort(-weights)[:_SHOWN] if weights[at] > 0]
    st.markdown(tr("**{names} looks at**", names=literal(names[node])))
    data_table(
        pd.DataFrame(
            {
                "node": [names[at] + (" (itself)" if at == node else "") for at in order],
                "weight": [float(weights[at]) for at in order],
                "taken for": [taken[at] for at in order],
            }
        ),
        hide_index=True,
        column_config={"weight": st.column_config.ProgressColumn(format="%.3f", min_value=0.0, max_value=1.0)},
    )
    hidden = int(np.count_nonzero(weights > 0)) - len(order)
    if hidden > 0:
        st.caption(
            tr(
                "and at {hidden:,} more, with {value:.3f} in sum",
                hidden=hidden,
                value=1 - sum(float(weights[at]) for at in order),
            )
        )
