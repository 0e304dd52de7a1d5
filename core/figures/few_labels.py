"""Accuracy over the number of examples, for several beginnings or networks."""

from collections.abc import Mapping, Sequence
from statistics import fmean

import plotly.graph_objects as go

from core.figures.theme import SERIES, Mode, styled
from core.language import tr


def few_labels(
    found: Mapping[str, Mapping[int, Sequence[float]]],
    *,
    unit: str,
    mode: Mode,
    right: str = "labels right",
    least: float = 0.0,
) -> go.Figure:
    """A line for each name, through the mean over the seeds; a small mark for each seed, whiskers from the worst to the best.

    Args:
        found: by name, by number of labelled examples, the share of labels right with each seed.
        unit: of the horizontal axis; right: of the vertical one, which begins at `least`.
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
        if any(len(ones) > 1 for ones in by.values()):
            figure.add_scatter(
                x=[size for size in sizes for _ in by[size]], y=[one for size in sizes for one in by[size]], mode="markers",
                marker={"size": 5, "color": SERIES[at % len(SERIES)], "opacity": 0.45}, showlegend=False,
                hovertemplate="%{x}: %{y:.1%}<extra>" + name + tr(", one seed</extra>"),
            )  # fmt: skip
    every = sorted({size for by in found.values() for size in by})
    figure.update_xaxes(title=unit, type="log", tickvals=every, ticktext=[f"{size:,}" for size in every])
    figure.update_yaxes(title=right, tickformat=".0%", range=[least, 1.02])
    figure.update_layout(showlegend=True)
    return styled(figure, mode).update_layout(margin_l=74)  # room for percents and the axis's name beside them
