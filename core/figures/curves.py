"""Curves over training steps, several runs over each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from core.figures.theme import DASHES, SERIES, Mode, styled
from core.language import tr


@dataclass(frozen=True)
class Curve:
    """One line.

    Attributes:
        name: of the run, and what is measured where a run has several lines.
        steps, values: the points, as many of one as of the other.
        series: which colour; variant: which dash; points: draw markers (few measurements).
    """

    name: str
    steps: Sequence[int]
    values: Sequence[float]
    series: int = 0
    variant: int = 0
    points: bool = False


def curves(
    lines: Sequence[Curve], *, title: str, unit: str, mode: Mode, log: bool = False, share: bool = False
) -> go.Figure:
    """Lines over steps.

    Args:
        title: what is measured; unit: of the vertical axis.
        log: a logarithmic vertical axis; share: values are in 0…1 and shown in percent.
    """
    figure = go.Figure(
        [
            go.Scatter(
                x=list(line.steps), y=list(line.values), name=line.name, mode="lines+markers" if line.points else "lines",
                opacity=1.0 if line.points else 0.55,
                line={"color": SERIES[line.series % len(SERIES)], "dash": DASHES[line.variant % len(DASHES)], "width": 2 if line.points else 1.5},
                marker={"size": 6},
            )
            for line in lines
        ]
    )  # fmt: skip
    figure.update_layout(title=title, showlegend=True)
    figure.update_xaxes(title=tr("step"), rangemode="tozero")
    figure.update_yaxes(title=unit)
    if log:
        figure.update_yaxes(type="log", exponentformat="power")
    if share:
        figure.update_yaxes(range=[-0.02, 1.02], tickformat=".0%")
    # at the lower edge: under the axis, many lines of it would lie over the axis' title
    return styled(figure, mode).update_layout(legend={"yref": "container", "y": 0.01, "yanchor": "bottom"})
