"""What is heard over time: bands of a recording, and labels of its frames."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float

from core.figures.plot_text import told
from core.figures.theme import SERIES, Mode, styled
from core.language import tr


def heard(
    bands: Float[np.ndarray, "frame band"], moments: Sequence[str], mode: Mode, *, title: str, chosen: int | None = None
) -> go.Figure:
    """Bands over time, low ones at the bottom.

    Args:
        moments: when each frame begins; chosen: a frame to mark.
    """
    figure = go.Figure(
        go.Heatmap(
            z=bands.T, colorscale="Blues" if mode == "light" else "ice", showscale=False,
            hovertemplate=tr("%{text}, band %{y}: %{z:.2f}<extra></extra>"), text=[list(moments)] * bands.shape[1],
        )
    )  # fmt: skip
    _moments(styled(figure, mode, height=220), moments)
    figure.update_layout(title=title, hovermode="closest", margin={"l": 44, "r": 8, "t": 36, "b": 36})
    figure.update_yaxes(title=tr("band"), showgrid=False)
    if chosen is not None:
        figure.add_vrect(x0=chosen - 0.5, x1=chosen + 0.5, line_color="#d55e00", fillcolor="rgba(0,0,0,0)")
    return figure


def tracks(rows: Sequence[tuple[str, Sequence[str]]], moments: Sequence[str], mode: Mode) -> go.Figure:
    """Labels of frames as colored tracks, one below the other.

    Args:
        rows: the name of each track and its labels; moments: when each frame begins.
    """
    names = sorted({label for _, labels in rows for label in labels})
    number = {name: at for at, name in enumerate(names)}
    steps = max(1, len(names))
    scale = [
        (edge, SERIES[at % len(SERIES)]) for at in range(steps) for edge in (at / steps, (at + 1) / steps)
    ]  # each label one color, without mixtures
    figure = go.Figure(
        go.Heatmap(
            z=[[number[label] for label in labels] for _, labels in rows], text=[[told(label) for label in labels] for _, labels in rows],
            texttemplate="%{text}" if len(moments) <= 60 else None, zmin=-0.5, zmax=steps - 0.5, colorscale=scale, ygap=4,
            showscale=False, hovertemplate="%{y}: %{text}<extra></extra>", y=[name for name, _ in rows],
        )
    )  # fmt: skip
    _moments(styled(figure, mode, height=70 + 40 * len(rows)), moments)
    figure.update_layout(hovermode="closest", margin={"l": 90, "r": 8, "t": 8, "b": 36})
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return figure


def _moments(figure: go.Figure, moments: Sequence[str]) -> None:
    """A few of the moments along the axis."""
    every = max(1, len(moments) // 10)
    figure.update_xaxes(tickvals=list(range(0, len(moments), every)), ticktext=list(moments[::every]), showgrid=False)
