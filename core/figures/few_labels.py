"""Accuracy over the number of labelled examples, for several beginnings."""

from collections.abc import Mapping, Sequence
from statistics import fmean

import plotly.graph_objects as go

from core.figures.theme import SERIES, Mode, styled


def few_labels(found: Mapping[str, Mapping[int, Sequence[float]]], *, unit: str, mode: Mode) -> go.Figure:
    """A line for each beginning, through the mean over the seeds; whiskers reach from the worst seed to the best.

    Args:
        found: by name, by number of labelled examples, the share of labels right with each seed.
        unit: of the horizontal axis.
    """
    figure = go.Figure()
    for at, (name, by) in enumerate(found.items()):
        sizes = sorted(by)
        means = [fmean(by[size]) for size in sizes]
        figure.add_scatter(
            x=sizes, y=means, name=name, mode="lines+markers", line={"color": SERIES[at % len(SERIES)]},
            marker={"size": 8, "symbol": ("circle", "square", "diamond")[at % 3]},
            error_y={
                "array": [max(by[size]) - mean for size, mean in zip(sizes, means)],
                "arrayminus": [mean - min(by[size]) for size, mean in zip(sizes, means)],
            },
            hovertemplate="%{x}: %{y:.1%}<extra>" + name + "</extra>",
        )  # fmt: skip
    every = sorted({size for by in found.values() for size in by})
    figure.update_xaxes(title=unit, type="log", tickvals=every, ticktext=[f"{size:,}" for size in every])
    figure.update_yaxes(title="labels right", tickformat=".0%", range=[0, 1.02])
    figure.update_layout(showlegend=True)
    return styled(figure, mode)
