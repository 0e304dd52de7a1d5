"""Positions as pictures: similarity over distance, what a relation adds over distance, a path in the plane, accuracies."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float

from core.figures.theme import DASHES, SERIES, Mode, styled
from core.language import tr


def over_distance(lines: Mapping[str, Float[np.ndarray, "place other"]], title: str, mode: Mode) -> go.Figure:
    """Mean and range of the entries of each matrix along its diagonals: what depends on the distance alone is a thin line.

    Args:
        lines: square matrices by name; title: of the vertical axis.
    """
    figure = go.Figure()
    for at, (name, matrix) in enumerate(lines.items()):
        count, color = len(matrix), SERIES[at % len(SERIES)]
        distances = list(range(1 - count, count))
        along = [np.diagonal(matrix, distance) for distance in distances]
        lowest, highest = [float(one.min()) for one in along], [float(one.max()) for one in along]
        figure.add_trace(
            go.Scatter(
                x=[*distances, *distances[::-1]], y=[*highest, *lowest[::-1]], fill="toself", fillcolor=color, opacity=0.25,
                line={"width": 0}, hoverinfo="skip", showlegend=False, name=tr("{name}, from the lowest to the highest", name=name),
            )
        )  # fmt: skip
        figure.add_trace(
            go.Scatter(
                x=distances, y=[float(one.mean()) for one in along], name=name, mode="lines",
                line={"color": color, "dash": DASHES[at % len(DASHES)], "width": 2},
                hovertemplate=tr("%{x:+d} places: %{y:.3f}<extra>") + name + "</extra>",
            )
        )  # fmt: skip
    styled(figure, mode, height=300)
    figure.update_layout(legend={"y": 1.02, "yanchor": "bottom"}, showlegend=len(lines) > 1, margin={"l": 64})
    figure.update_xaxes(title=tr("distance in places (left: behind)"))
    figure.update_yaxes(title=title)
    return figure


def plane(points: Float[np.ndarray, "position two"], share: float, mode: Mode) -> go.Figure:
    """A course in the plane of its two largest principal components, the positions numbered.

    Args:
        points: one per position from 0; share: of the variance that the plane holds.
    """
    named = [str(at) if at % 8 == 0 else "" for at in range(len(points))]
    figure = go.Figure(
        go.Scatter(
            x=points[:, 0], y=points[:, 1], mode="lines+markers+text", text=named, textposition="top center",
            line={"color": SERIES[0], "width": 1.5}, marker={"size": 5}, customdata=list(range(len(points))),
            hovertemplate=tr("position %{customdata}<extra></extra>"),
        )
    )  # fmt: skip
    styled(figure, mode, height=340)
    figure.update_xaxes(title=tr("first component (the plane holds {share:.0%} of the variance)", share=share))
    figure.update_yaxes(title=tr("second component"))
    return figure


def accuracies(rows: Sequence[Mapping[str, object]], size_is: str, mode: Mode) -> go.Figure:
    """Share of right labels over the size of the text, a line per kind, each at its last step.

    Args:
        rows: with positions, step, size and accuracy; size_is: what a size counts.
    """
    figure = go.Figure()
    names = list(dict.fromkeys(str(row["positions"]) for row in rows))
    for at, name in enumerate(names):
        own = [row for row in rows if row["positions"] == name]
        last = max(int(str(row["step"])) for row in own)
        at_last = [row for row in own if row["step"] == last]
        figure.add_trace(
            go.Scatter(
                x=[str(row["size"]) for row in at_last], y=[row["accuracy"] for row in at_last], name=name,
                mode="lines+markers", marker={"size": 8},
                line={"color": SERIES[at % len(SERIES)], "dash": DASHES[at % len(DASHES)], "width": 2},
            )
        )  # fmt: skip
    styled(figure, mode, height=360)
    figure.update_layout(legend={"y": 1.02, "yanchor": "bottom"}, margin={"l": 64})
    figure.update_xaxes(
        title=tr("{size_is} in the text (the first is a size of training)", size_is=size_is), type="category"
    )
    figure.update_yaxes(title=tr("share of right labels"), range=[-0.02, 1.05], tickformat=".0%")
    return figure
