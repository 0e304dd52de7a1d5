"""Self-attention beside its rivals, over the length of a text or the number of images: lines are means over seeds."""

from collections.abc import Mapping, Sequence
from math import log10
from statistics import fmean

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.figures.theme import SERIES, Mode, styled
from core.language import tr

Rows = Sequence[Mapping[str, str | int | float | None]]
_SYMBOLS = ("circle", "square", "triangle-up", "cross")


def reach(rows: Rows, lengths: Sequence[int], mode: Mode) -> go.Figure:
    """The gradient from the last output to the first input, over the length.

    Args:
        rows: with network, length and gradient; lengths: all there will be, so that the axis stands still.
    """
    figure = go.Figure(_lines(rows, "network", "length", "gradient"))
    styled(figure, mode, height=400)
    _over(figure, lengths, tr("tokens T (log₂)"))
    figure.update_yaxes(title=tr("‖∂ output T / ∂ input 1‖ (log)"), type="log", exponentformat="power", nticks=8)
    return figure


def token_times(rows: Rows, lengths: Sequence[int], mode: Mode) -> go.Figure:
    """Time for a token: solid as it is written, dashed where the whole text is there already.

    Args:
        rows: with network, length, token_by_token and whole_text, in seconds.
    """
    written = _lines(rows, "network", "length", "token_by_token", scale=1e6, name=tr("{}, token by token"))
    there = _lines(rows, "network", "length", "whole_text", scale=1e6, name=tr("{}, whole text"), dash="dash")
    figure = go.Figure([*written, *there])
    styled(figure, mode, height=400)
    _over(figure, lengths, tr("tokens T (log₂)"))
    figure.update_yaxes(title=tr("µs for a token (log)"), type="log", dtick=1)
    return figure


def length_cost(rows: Rows, lengths: Sequence[int], mode: Mode) -> go.Figure:
    """Three panels over the length: time of one call, its memory, and the time of one more token.

    Args:
        rows: with attention, length, seconds, bytes and step (seconds).
    """
    parts = (
        ("seconds", 1e3, tr("one call, ms (log)")),
        ("bytes", 1 / 2**20, tr("memory, MiB (log)")),
        ("step", 1e6, tr("one more token, µs")),
    )
    figure = make_subplots(rows=1, cols=len(parts), horizontal_spacing=0.09)
    for column, (of, scale, title) in enumerate(parts, start=1):
        for line in _lines(rows, "attention", "length", of, scale=scale):
            figure.add_trace(line.update(showlegend=column == 1), row=1, col=column)
        figure.update_yaxes(title=title, row=1, col=column)
    styled(figure, mode, height=400)
    _over(figure, lengths, tr("tokens (log₂)"))
    for column in (1, 2):
        figure.update_yaxes(type="log", dtick=1, row=1, col=column)
    figure.update_yaxes(rangemode="tozero", row=1, col=3)
    return figure


def data_size(rows: Rows, sizes: Mapping[str, Sequence[int]], chance: Mapping[str, float], mode: Mode) -> go.Figure:
    """A panel for each task: the share of held-out images that are right, over the number of training images.

    Args:
        rows: with task, network, images and accuracy; sizes: by task, all there will be; chance: by task, in 0…1.
    """
    titles = list(sizes)
    figure = make_subplots(rows=1, cols=len(titles), subplot_titles=titles, shared_yaxes=True, horizontal_spacing=0.05)
    for column, task in enumerate(titles, start=1):
        of = [row for row in rows if row["task"] == task]
        for line in _lines(of, "network", "images", "accuracy", points=True):
            figure.add_trace(line.update(showlegend=bool(line.showlegend) and column == 1), row=1, col=column)
        guessing = go.Scatter(
            x=[min(sizes[task]), max(sizes[task])], y=[chance[task]] * 2, name=tr("guessing"), mode="lines",
            line={"dash": "dot", "width": 1.5, "color": SERIES[6]}, showlegend=column == 1,
        )  # fmt: skip
        figure.add_trace(guessing, row=1, col=column)
    styled(figure, mode, height=400)
    for column, task in enumerate(titles, start=1):
        _over(figure, sizes[task], tr("training images (log)"), row=1, col=column)
    figure.update_yaxes(range=[0, 1.04], tickformat=".0%")
    figure.update_yaxes(title=tr("held-out images right"), row=1, col=1)
    return figure


def images(pictures: Sequence[np.ndarray], titles: Sequence[str], mode: Mode, *, high: float) -> go.Figure:
    """Small grey pictures side by side.

    Args:
        pictures: [row, column] each; titles: one below each; high: the value that is darkest on light ground.
    """
    figure = make_subplots(rows=1, cols=len(pictures), subplot_titles=list(titles), horizontal_spacing=0.015)
    scale = "Greys" if mode == "light" else "gray"
    for column, picture in enumerate(pictures, start=1):
        heat = go.Heatmap(z=picture, colorscale=scale, zmin=0, zmax=high, showscale=False, hoverinfo="skip")
        figure.add_trace(heat, row=1, col=column)
    styled(figure, mode, height=150)
    figure.update_layout(margin={"l": 4, "r": 4, "t": 26, "b": 4}, hovermode=False)
    figure.update_annotations(font_size=12)
    figure.update_xaxes(visible=False, fixedrange=True, constrain="domain")
    figure.update_yaxes(visible=False, fixedrange=True, autorange="reversed", constrain="domain")
    for column in range(1, len(pictures) + 1):
        figure.update_yaxes(scaleanchor="x" if column == 1 else f"x{column}", row=1, col=column)
    return figure


def _lines(
    rows: Rows,
    by: str,
    x: str,
    y: str,
    *,
    scale: float = 1.0,
    name: str = "{}",
    dash: str = "solid",
    points: bool = False,
) -> list[go.Scatter]:
    """One line for each value of `by`, through the means over equal x; with `points` every single one too."""
    found = []
    for at, one in enumerate(dict.fromkeys(row[by] for row in rows)):
        of = [(float(row[x] or 0), float(row[y]) * scale) for row in rows if row[by] == one and row[y] is not None]
        places = sorted({place for place, _ in of})
        color, symbol = SERIES[at % len(SERIES)], _SYMBOLS[at % len(_SYMBOLS)]
        found.append(go.Scatter(
            x=places, y=[fmean(value for place, value in of if place == here) for here in places], mode="lines+markers",
            name=name.format(one), line={"color": color, "width": 2, "dash": dash}, marker={"size": 8, "symbol": symbol},
            legendgroup=str(one) if points else None, showlegend=True,
        ))  # fmt: skip
        if points and len(of) > len(places):
            found.append(go.Scatter(
                x=[place for place, _ in of], y=[value for _, value in of], mode="markers", name=tr("{one}, each seed", one=one),
                legendgroup=str(one), showlegend=False, opacity=0.55,
                marker={"size": 6, "symbol": f"{symbol}-open", "color": color},
            ))  # fmt: skip
    return found


def _over(figure: go.Figure, places: Sequence[int], title: str, **where: int) -> None:
    """A logarithmic axis that shows all places there will be, and stands still while points come."""
    figure.update_xaxes(
        type="log", range=[log10(min(places)) - 0.08, log10(max(places)) + 0.08], tickvals=list(places),
        ticktext=[f"{place:,}" for place in places], title=title, **where,
    )  # fmt: skip
