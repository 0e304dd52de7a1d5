"""Graphs: attention along edges only, against attention to everyone and each node alone."""

import math

import pandas as pd
import streamlit as st

from core.errors import AttentionLabError
from core.runs.trained_set import TrainedSet
from dashboard import resources
from dashboard.components.graph_attention_view import graph_attention_view
from dashboard.components.heading import heading
from dashboard.components.panel import guarded, panel
from dashboard.components.set_bench import bench

_TASKS = ("karate", "communities", "graph")
_KEY = "graphs"


def page() -> None:
    """Choose, train, click through the nodes."""
    heading("Graphs", "Nodes are a set of vectors too; edges say who may look at whom.")
    guarded("The graph")(_draw)()


def _draw() -> None:
    trained = bench(_TASKS, key=_KEY)
    if trained is None:
        return
    panel("The picture")(_picture)(trained)
    guarded("The comparison")(_compare)(trained)


def _picture(trained: TrainedSet) -> None:
    graph_attention_view(trained, trained.examples.test[0], key=_KEY)


def _compare(trained: TrainedSet) -> None:
    """All runs on this task beside each other, on the same held-out nodes."""
    st.markdown("##### Who does it better: the same held-out nodes, every run on this task")
    rows = []
    for address in resources.set_addresses(trained.config.task.name):
        if not resources.has_weights(address):
            continue
        one = resources.set_model(address)
        try:
            judged = resources.set_evaluation(address).token_accuracy
        except AttentionLabError as error:  # its data are gone; the others are here
            judged = math.nan
            st.caption(f"{address}: {error}")
        rows.append(
            {
                "run": address, "model": one.config.model.summary, "nodes right": judged,
                "parameters": sum(weight.numel() for weight in one.network.parameters()),
            }
        )  # fmt: skip
    st.dataframe(
        pd.DataFrame(rows).sort_values("nodes right", ascending=False), hide_index=True,
        column_config={"nodes right": st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0)},
    )  # fmt: skip
    st.caption(
        "“edges” and “gat” look along edges only, “attention” at every node whatever the edges say, “window” with 0 on "
        "each side at none. Train each to compare them. [arXiv:1710.10903](https://arxiv.org/abs/1710.10903)"
    )


page()
