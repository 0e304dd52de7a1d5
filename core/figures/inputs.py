"""What is read as a set of vectors: rows of numbers with a name each, and a wave with one of its frames."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float

from core.figures.plot_text import told
from core.figures.theme import Mode, styled
from core.language import tr

_ZERO = {"light": "#f4f6f8", "dark": "#1a222a"}
_FEW = 12  # columns that are all numbered
_MOST_POINTS = 4000  # of a drawn wave; a screen has no more columns


def vectors(
    rows: Float[np.ndarray, "item feature"], items: Sequence[str], mode: Mode, *, title: str, height: int = 0
) -> go.Figure:
    """One row an item, one column a feature; above 0 in one hue, below in another.

    Args:
        height: points; 0 gives each row its room.
    """
    largest = float(np.abs(rows).max(initial=0.0)) or 1.0
    figure = go.Figure(
        go.Heatmap(
            z=rows, zmin=-largest, zmax=largest, showscale=False,
            colorscale=[(0.0, "#d55e00"), (0.5, _ZERO[mode]), (1.0, "#2f6f9f")],
            hovertemplate=tr("feature %{x}: %{z:.3f}<extra></extra>"),
        )
    )  # fmt: skip
    styled(figure, mode, height=height or min(520, 80 + 22 * len(items)))
    figure.update_layout(title=title, hovermode="closest", margin={"l": 90, "r": 8, "t": 36, "b": 30})
    every = max(1, len(items) // 24)
    figure.update_yaxes(
        tickvals=list(range(0, len(items), every)),
        ticktext=[told(item) for item in items[::every]],
        autorange="reversed",
        showgrid=False,
    )
    figure.update_xaxes(showgrid=False, dtick=1 if rows.shape[1] <= _FEW else None)
    return figure


def wave(
    samples: Float[np.ndarray, " sample"], rate: int, window: tuple[int, int], mode: Mode, *, title: str
) -> go.Figure:
    """Pressure over time, and the stretch that one frame is made of.

    Args:
        window: its first sample and the one behind its last; both may lie outside the sound.
    """
    step = max(1, len(samples) // _MOST_POINTS)
    seconds = np.arange(0, len(samples), step) / rate
    figure = go.Figure(
        go.Scatter(x=seconds, y=samples[::step], mode="lines", line={"width": 1, "color": "#2f6f9f"}, hoverinfo="skip")
    )
    figure.add_vrect(x0=window[0] / rate, x1=window[1] / rate, fillcolor="#d55e00", opacity=0.35, line_width=0)
    styled(figure, mode, height=200)
    figure.update_layout(title=title, showlegend=False)
    figure.update_xaxes(title=tr("seconds"))
    figure.update_yaxes(showticklabels=False)
    return figure
