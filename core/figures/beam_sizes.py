"""Beam size against log-probability and quality: two panels over one axis of widths, each step to the right a doubling."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.figures.theme import SERIES, Mode, styled
from core.language import tr

_SYMBOLS = ("circle", "square", "triangle-up", "cross")


@dataclass(frozen=True)
class Measure:
    """One quantity by width.

    Attributes:
        name: in the legend; values: one a width.
        exact: with exact search, over the sentences it proved; None where there is none.
        alone: one a width, over the same sentences as `exact`; empty where those are all sentences.
    """

    name: str
    values: Sequence[float]
    exact: float | None = None
    alone: Sequence[float] = ()


def beam_sizes(
    widths: Sequence[int], logp: Measure, shares: Sequence[Measure], mode: Mode, *, axis: Sequence[int | None]
) -> go.Figure:
    """Lines over widths; exact search stands at the right as if it were the next doubling.

    Args:
        widths: of beams, rising; logp: nats, at most 0; shares: in 0…1.
        axis: all widths there will be, so that the axis stands still while points come; None is exact search.
    """
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.07, row_heights=[0.42, 0.58])
    known = sorted(width for width in axis if width is not None)
    last = 2 * known[-1]  # where exact search stands
    ticks = {width: str(width) for width in known} | ({last: "exact"} if None in axis else {})
    for row, measures in ((1, [logp]), (2, shares)):
        for at, measure in enumerate(measures):
            color = SERIES[0 if row == 1 else at + 1]
            for line in _lines(measure, widths, last, color, _SYMBOLS[at % len(_SYMBOLS)]):
                figure.add_trace(line, row=row, col=1)
    styled(figure, mode, height=480)
    figure.update_layout(legend={"y": 1.02, "yanchor": "bottom"})
    figure.update_xaxes(
        type="log", range=[log10(known[0]) - 0.08, log10(max(ticks)) + 0.12], tickvals=list(ticks),
        ticktext=list(ticks.values()),
    )  # fmt: skip
    figure.update_xaxes(title=tr("beam width (log₂)"), row=2, col=1)
    figure.update_yaxes(title=tr("mean Σ log p (nats)"), row=1, col=1)
    figure.update_yaxes(title=tr("share of outputs"), range=[-0.04, 1.04], tickformat=".0%", row=2, col=1)
    return figure


def _lines(measure: Measure, widths: Sequence[int], last: int, color: str, symbol: str) -> list[go.Scatter]:
    found = [
        go.Scatter(
            x=list(widths), y=list(measure.values), name=measure.name, mode="lines+markers",
            line={"color": color, "width": 2}, marker={"size": 8, "symbol": symbol},
        )
    ]  # fmt: skip
    if measure.alone:
        found.append(
            go.Scatter(
                x=list(widths), y=list(measure.alone), name=tr("only sentences with a proof"), mode="lines",
                legendgroup="alone", showlegend=symbol == _SYMBOLS[0] and color == SERIES[0],
                line={"color": color, "width": 1.5, "dash": "dot"},
            )
        )  # fmt: skip
    if measure.exact is not None:
        found.append(
            go.Scatter(
                x=[last], y=[measure.exact], name=tr("{name}, exact", name=measure.name), mode="markers", showlegend=False,
                marker={"size": 11, "symbol": f"{symbol}-open", "color": color, "line": {"width": 2}},
            )
        )  # fmt: skip
    return found
