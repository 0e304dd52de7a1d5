"""What the page Depth draws: a value for every head of every site, maps of one output token, curves of a deletion test."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float

from core.figures.theme import DASHES, SERIES, Mode, styled
from core.figures.tree import shown
from core.language import tr

_FLAT = {"light": "#f4f6f8", "dark": "#1a222a"}  # zero: near the page's own colour
_ABOVE, _BELOW = SERIES[0], SERIES[1]
_GREY = "rgba(128, 138, 146, {})"


@dataclass(frozen=True)
class Curve:
    """A line of a deletion test, by the number of deleted tokens."""

    name: str
    values: Sequence[float]


@dataclass(frozen=True)
class Band:
    """The random orders of a deletion test, by the number of deleted tokens.

    Attributes:
        name: what low and high are; mean lies between them.
    """

    name: str
    mean: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


def head_values(
    sites: Sequence[str], values: Float[np.ndarray, "site head"], texts: Sequence[Sequence[str]], mode: Mode, *,
    title: str, high: float | None = None,
) -> go.Figure:  # fmt: skip
    """A cell for every head; blue above zero, orange below, empty where there is no value.

    Args:
        sites: names of the rows, from the top; values: nan where there is none; texts: what stands in the cells.
        high: value of the full colour, the largest size if None.
    """
    known = np.abs(values[~np.isnan(values)])
    top = high if high is not None else float(known.max(initial=0.0)) or 1.0
    heads = list(range(values.shape[1]))
    names = [[tr("{site} · head {head}", site=site, head=head + 1) for head in heads] for site in sites]
    figure = go.Figure(
        go.Heatmap(
            z=values, x=heads, y=list(range(len(sites))), zmin=-top, zmax=top, xgap=2, ygap=2, colorscale=_colors(mode),
            showscale=False, text=texts, texttemplate="%{text}", textfont={"size": 12}, customdata=names,
            hovertemplate="%{customdata}<br>%{text}<extra></extra>",
        )
    )  # fmt: skip
    styled(figure, mode, height=head_height(len(sites)))
    figure.update_layout(title=title, hovermode="closest", margin={"l": 8, "r": 8, "t": 40, "b": 30})
    figure.update_xaxes(tickvals=heads, ticktext=[tr("head {n}", n=at + 1) for at in heads], showgrid=False)
    figure.update_yaxes(
        tickvals=list(range(len(sites))), ticktext=list(sites), autorange="reversed", showgrid=False, automargin=True
    )
    return figure


def head_height(sites: int) -> int:
    """Points that `head_values` of so many sites wants."""
    return 76 + 34 * sites


def source_maps(
    tokens: Sequence[str], names: Sequence[str], values: Float[np.ndarray, "map token"], mode: Mode
) -> go.Figure:
    """Maps below each other, each in its own scale: the full colour is its largest size; blue speaks for, orange against.

    Args:
        tokens: of the source; names: of the maps; values: any size and sign.
    """
    seen = [escape(shown(token)) for token in tokens]
    size = np.abs(values).max(axis=1, keepdims=True, initial=0.0)
    shares = values / np.where(size > 0, size, 1.0)
    figure = go.Figure(
        go.Heatmap(
            z=shares, x=list(range(len(tokens))), y=list(range(len(names))), zmin=-1, zmax=1, xgap=1, ygap=4,
            colorscale=_colors(mode), showscale=False, customdata=values,
            text=[[f"{name} · {token}" for token in seen] for name in names],
            hovertemplate="%{text}<br>%{customdata:.3g}<extra></extra>",
        )
    )  # fmt: skip
    styled(figure, mode, height=map_height(len(names)))
    figure.update_layout(hovermode="closest", margin={"l": 8, "r": 8, "t": 30, "b": 34})
    figure.update_xaxes(tickvals=list(range(len(tokens))), ticktext=seen, showgrid=False, tickfont={"size": 14})
    figure.update_yaxes(
        tickvals=list(range(len(names))), ticktext=list(names), autorange="reversed", showgrid=False, automargin=True
    )
    return figure


def map_height(names: int) -> int:
    """Points that `source_maps` of so many maps wants."""
    return 64 + 34 * names


def deletion_curves(steps: Sequence[int], curves: Sequence[Curve], random: Band, mode: Mode) -> go.Figure:
    """Log-probability by the number of deleted tokens, the random orders behind it.

    Args:
        steps: how many tokens are gone; curves: of the maps, in nats; random: of the random orders, in nats.
    """
    over, around = [*steps, *reversed(steps)], [*random.high, *reversed(random.low)]
    grey = {"color": _GREY.format(1), "width": 3}
    figure = go.Figure([
        go.Scatter(
            x=over, y=around, fill="toself", fillcolor=_GREY.format(0.18), line={"width": 0}, hoverinfo="skip",
            name=random.name,
        ),
        go.Scatter(x=list(steps), y=list(random.mean), name=tr("random, mean"), mode="lines", line=grey),
    ])  # fmt: skip
    for at, curve in enumerate(curves):
        line = {"color": SERIES[at % len(SERIES)], "width": 2, "dash": DASHES[at % len(DASHES)]}
        figure.add_trace(go.Scatter(x=list(steps), y=list(curve.values), name=curve.name, mode="lines", line=line))
    styled(figure, mode, height=420)
    figure.update_layout(margin={"l": 60, "r": 16, "t": 40, "b": 44}, legend={"y": 1.03, "yanchor": "bottom"})
    figure.update_xaxes(title=tr("source tokens deleted, the most important first"), rangemode="tozero")
    figure.update_yaxes(title=tr("log p (nats)"), hoverformat=".2f")
    return figure


def _colors(mode: Mode) -> list[tuple[float, str]]:
    return [(0.0, _BELOW), (0.5, _FLAT[mode]), (1.0, _ABOVE)]
