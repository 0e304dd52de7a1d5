"""Cells of probabilities: how figures that set a few columns beside a map of attention colour and tell them."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float

from core.figures.theme import Mode

_FLAT = {"light": "#f4f6f8", "dark": "#1a222a"}  # zero: near the page's own colour


def add_cells(
    figure: go.Figure,
    values: Float[np.ndarray, "step column"],
    told: Sequence[Sequence[str]],
    full: str,
    mode: Mode,
    column: int,
) -> None:
    """One more map in this column of a figure of subplots; its scale goes from 0 to 1, `full` is the colour of 1.

    Args:
        told: what is said of each cell, before its value.
    """
    figure.add_trace(
        go.Heatmap(
            z=values, zmin=0.0, zmax=1.0, colorscale=[(0.0, _FLAT[mode]), (1.0, full)], showscale=False, xgap=1, ygap=1,
            text=told, hovertemplate="%{text}<br>%{z:.3f}<extra></extra>",
        ),
        row=1, col=column,
    )  # fmt: skip
