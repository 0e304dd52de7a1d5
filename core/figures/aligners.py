"""Alignment maps beside each other on one scale, as speech people draw them: frames to the right, symbols upwards."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float
from plotly.subplots import make_subplots

from core.figures.plot_text import told
from core.figures.theme import SERIES, Mode, styled
from core.figures.tree import shown
from core.language import tr

_FLAT = {"light": "#f4f6f8", "dark": "#1a222a"}  # zero: near the page's own colour
_FULL = {"light": SERIES[0], "dark": SERIES[7]}
_LETTER, _ROOM, _LEAST = 15, 78, 110  # points: a symbol's row, two lines of title with labels below, the lowest map


@dataclass(frozen=True)
class Panel:
    """One map.

    Attributes:
        title: above it, one line or two with <br> between; weights: a row per frame; frames, symbols: their labels.
    """

    title: str
    weights: Float[np.ndarray, "frame symbol"]
    frames: Sequence[str]
    symbols: Sequence[str]


def alignment_maps(panels: Sequence[Panel], columns: int, mode: Mode) -> go.Figure:
    """A grid of maps, row by row; all from 0 to 1, whatever a frame's weights sum to.

    Args:
        panels: one at least; columns: of the grid.
    """
    rows = -(-len(panels) // columns)
    lines = [panels[at : at + columns] for at in range(0, len(panels), columns)]
    sizes = [max(_LEAST, _LETTER * max(len(one.symbols) for one in line)) for line in lines]
    height = sum(sizes) + _ROOM * rows
    figure = make_subplots(
        rows=rows, cols=columns, subplot_titles=[one.title for one in panels], row_heights=sizes,
        horizontal_spacing=0.16 / columns, vertical_spacing=_ROOM / height if rows > 1 else 0.0,
    )  # fmt: skip
    for at, one in enumerate(panels):
        _draw(figure, one, 1 + at // columns, 1 + at % columns)
    styled(figure, mode, height=height)
    figure.update_layout(
        coloraxis={
            "cmin": 0.0, "cmax": 1.0, "colorscale": [(0.0, _FLAT[mode]), (1.0, _FULL[mode])],
            "colorbar": {"thickness": 10, "len": min(1.0, 220 / height), "y": 1.0, "yanchor": "top", "x": 1.005,
                         "tickvals": [0, 0.5, 1], "title": {"text": "weight", "side": "top"}},
        },
        margin={"l": 44, "r": 60, "t": 44, "b": 32}, hovermode="closest",
        uirevision=str([one.frames for one in panels]),  # another output is another map: a zoom into the old one says nothing
    )  # fmt: skip
    figure.update_annotations(font_size=13)
    return figure


def _draw(figure: go.Figure, one: Panel, row: int, column: int) -> None:
    frames, symbols = [shown(frame).strip("<>") for frame in one.frames], [told(symbol) for symbol in one.symbols]
    figure.add_trace(
        go.Heatmap(
            z=one.weights.T, coloraxis="coloraxis", xgap=0.5, ygap=0.5,
            text=[[tr("frame {at}, {frame}, looks at {symbol}", at=at, frame=frame, symbol=symbol) for at, frame in enumerate(frames, 1)] for symbol in symbols],
            hovertemplate="%{text}<br>%{z:.3f}<extra></extra>",
        ),
        row=row, col=column,
    )  # fmt: skip
    for update, labels in ((figure.update_xaxes, frames), (figure.update_yaxes, symbols)):
        update(
            tickvals=list(range(len(labels))), ticktext=labels, showgrid=False, tickfont={"size": 10}, tickangle=0,
            ticks="", row=row, col=column,
        )  # fmt: skip
