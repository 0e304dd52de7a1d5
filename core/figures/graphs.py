"""A graph with what a node looks at: nodes by their label, edges by the weight of attention."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float, Int

from core.figures.panels import plain
from core.figures.plot_text import escaped
from core.figures.theme import SERIES, Mode, styled
from core.language import tr

_FAINT = {"light": "rgba(90,105,115,0.28)", "dark": "rgba(170,185,200,0.28)"}
_LOOKS = "#d55e00"
_THICKEST = 9.0
_KNOWN, _ASKED = "star", "circle"


def graph_attention(
    places: Float[np.ndarray, "node 2"],
    pairs: Int[np.ndarray, "2 pair"],
    weights: Float[np.ndarray, " node"],
    chosen: int,
    names: Sequence[str],
    labels: Sequence[str],
    told: Sequence[str],
    known: Sequence[bool],
    mode: Mode,
) -> go.Figure:
    """The graph; from the chosen node lines go to all that it looks at, the thicker the more weight they have.

    Args:
        places: of the nodes; pairs: edges; weights: how much the chosen node looks at each, in 0…1.
        names: of the nodes; labels: what each is taken for, one color each; told: what hovering says beside the name.
        known: nodes whose label was learned from, drawn as stars.
    """
    figure = go.Figure()
    figure.add_trace(_lines(places, pairs, mode))
    for node in np.flatnonzero(weights > 0.002):
        if node != chosen:
            ends = places[[chosen, node]]
            figure.add_trace(
                go.Scatter(
                    x=ends[:, 0], y=ends[:, 1], mode="lines", hoverinfo="skip", showlegend=False,
                    line={"color": _LOOKS, "width": 1 + _THICKEST * float(weights[node])},
                )
            )  # fmt: skip
    for at, label in enumerate(dict.fromkeys(sorted(labels))):
        figure.add_trace(
            _nodes(places, [i for i, one in enumerate(labels) if one == label], label, at, names, told, known)
        )
    x, y = places[chosen]
    figure.add_trace(
        go.Scatter(
            x=[x], y=[y], mode="markers", hoverinfo="skip", name=tr("chosen"),
            marker={"size": 24, "color": "rgba(0,0,0,0)", "line": {"width": 3, "color": _LOOKS}},
        )
    )  # fmt: skip
    styled(figure, mode, height=460)
    figure.update_layout(
        margin={"l": 4, "r": 4, "t": 4, "b": 4}, hovermode="closest", legend={"y": -0.02, "itemclick": False}
    )
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.layout.meta = {"tables": [_listed(pairs, weights, chosen, names, labels, told, known)]}
    return figure


def _listed(
    pairs: Int[np.ndarray, "2 pair"], weights: Float[np.ndarray, " node"], chosen: int, names: Sequence[str],
    labels: Sequence[str], told: Sequence[str], known: Sequence[bool],
) -> dict[str, Any]:  # fmt: skip
    """Nodes as a table (core/figures/figure_tables.py): where they stand says nothing, what they are joined to does."""
    near: list[list[str]] = [[] for _ in names]
    for one, other in pairs.T.tolist():
        near[one].append(names[other])
        near[other].append(names[one])
    cells = [
        (
            float(weights[node]), labels[node], plain(told[node]), tr("yes") if known[node] else tr("no"),
            ", ".join(dict.fromkeys(near[node])) or None,
        )
        for node in range(len(names))
    ]  # fmt: skip
    columns = (tr("weight"), tr("label"), tr("told"), tr("label was learned from"), tr("joined to"))
    title = tr("Nodes; {name} is the one that looks", name=names[chosen])
    return {"title": title, "corner": tr("node"), "columns": columns, "rows": list(names), "cells": cells}


def _lines(places: Float[np.ndarray, "node 2"], pairs: Int[np.ndarray, "2 pair"], mode: Mode) -> go.Scatter:
    """All edges as one trace, with gaps between."""
    x, y = (
        np.stack([places[pairs[0], axis], places[pairs[1], axis], np.full(pairs.shape[1], np.nan)]) for axis in (0, 1)
    )
    return go.Scatter(
        x=x.T.ravel(), y=y.T.ravel(), mode="lines", hoverinfo="skip", showlegend=False,
        line={"color": _FAINT[mode], "width": 1},
    )  # fmt: skip


def _nodes(
    places: Float[np.ndarray, "node 2"], own: list[int], label: str, at: int, names: Sequence[str], told: Sequence[str],
    known: Sequence[bool],
) -> go.Scatter:  # fmt: skip
    return go.Scatter(
        x=places[own, 0], y=places[own, 1], mode="markers", name=escaped(label),
        hovertext=[f"{escaped(names[node])}<br>{escaped(told[node])}" for node in own], hoverinfo="text",
        marker={
            "size": [17 if known[node] else 12 for node in own],
            "symbol": [_KNOWN if known[node] else _ASKED for node in own], "color": SERIES[at % len(SERIES)],
            "line": {"width": 1, "color": "#ffffff"},
        },
    )  # fmt: skip
