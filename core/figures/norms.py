"""Norms as pictures: gradients by layer and by depth, losses of trainings, and what varies from batch to batch."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.figures.theme import DASHES, SERIES, Mode, styled
from core.language import tr

_SYMBOLS = ("circle", "square", "diamond", "cross")


def gradient_sizes(
    by_layer: Mapping[str, Sequence[float]], by_depth: Mapping[str, Sequence[float]], depths: Sequence[int], mode: Mode
) -> go.Figure:
    """Two panels over a logarithmic axis: each layer of one stack, and the last layer of stacks of several depths.

    Args:
        by_layer: a line per name, one value a layer from the first; by_depth: the same names, one value a depth.
        depths: numbers of layers.
    """
    figure = make_subplots(rows=1, cols=2, shared_yaxes=True, horizontal_spacing=0.06)
    for at, name in enumerate(by_layer):
        look = {"color": SERIES[at % len(SERIES)], "dash": DASHES[at % len(DASHES)], "width": 2}
        marker = {"size": 7, "symbol": _SYMBOLS[at % len(_SYMBOLS)]}
        parts = ((list(range(1, len(by_layer[name]) + 1)), by_layer[name]), (list(depths), by_depth[name]))
        for column, (places, sizes) in enumerate(parts, start=1):
            figure.add_trace(
                go.Scatter(
                    x=places, y=list(sizes), name=name, mode="lines+markers", line=look, marker=marker,
                    legendgroup=name, showlegend=column == 1,
                ),
                row=1, col=column,
            )  # fmt: skip
    styled(figure, mode, height=360)
    figure.update_layout(legend={"y": 1.02, "yanchor": "bottom"}, margin={"l": 70})
    figure.update_yaxes(type="log", dtick="D2", tickformat="~g")
    figure.update_yaxes(title=tr("norm of the gradient"), row=1, col=1)
    figure.update_xaxes(title=tr("layer"), row=1, col=1)
    figure.update_xaxes(title=tr("layers in all; the last one's gradient"), row=1, col=2)
    return figure


def loss_curves(losses: Mapping[str, Sequence[float]], steps: int, chance: float, mode: Mode) -> go.Figure:
    """Losses over steps, smoothed by nothing.

    Args:
        losses: a line per name; steps: that there will be, so that the axis stands still; chance: the loss of guessing.
    """
    figure = go.Figure(
        [
            go.Scatter(
                x=list(range(1, len(values) + 1)), y=list(values), name=name, mode="lines",
                line={"color": SERIES[at % len(SERIES)], "dash": DASHES[at % len(DASHES)], "width": 2},
            )
            for at, (name, values) in enumerate(losses.items())
        ]
    )  # fmt: skip
    figure.add_hline(chance, line={"dash": "dot", "width": 1, "color": SERIES[6]}, annotation_text=tr("guessing"))
    styled(figure, mode, height=380)
    figure.update_layout(legend={"y": 1.02, "yanchor": "bottom"})
    figure.update_xaxes(title=tr("step"), range=[0, steps])
    figure.update_yaxes(title=tr("loss (nats a token)"), range=[-0.1, 1.4 * chance])
    return figure


def variations(values: Mapping[str, Sequence[float]], names: Sequence[str], mode: Mode) -> go.Figure:
    """Bars in groups: how much each statistic varies over batches, one colour and pattern per kind of batches.

    Args:
        values: by kind of batches, one value a name, as a share; names: of the statistics.
    """
    figure = go.Figure(
        [
            go.Bar(
                x=list(names), y=list(of), name=kind,
                marker={"color": SERIES[at], "pattern": {"shape": ("", "/", "x")[at % 3]}},
            )
            for at, (kind, of) in enumerate(values.items())
        ]
    )  # fmt: skip
    styled(figure, mode, height=340)
    figure.update_layout(barmode="group", legend={"y": 1.02, "yanchor": "bottom"}, hovermode="closest")
    figure.update_yaxes(title=tr("variation over batches"), tickformat=".0%", rangemode="tozero")
    return figure
