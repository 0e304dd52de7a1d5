"""Which items are alike: the cosine of every two, in a square."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float

from core.figures.plot_text import told
from core.figures.theme import Mode, styled

_ZERO = {"light": "#f4f6f8", "dark": "#1a222a"}
_EDGE = {"light": "#5b6770", "dark": "#8a949c"}
_NAMED = 32  # items whose names are all drawn


def likeness(
    alike: Float[np.ndarray, "item item"],
    items: Sequence[str],
    mode: Mode,
    *,
    title: str,
    classes: Sequence[int] | None = None,
    height: int = 380,
) -> go.Figure:
    """Blue where two items point the same way, orange where they point away from each other.

    Args:
        classes: of the items, which stand in their order; lines are drawn between two of them.
    """
    figure = go.Figure(
        go.Heatmap(
            z=alike, zmin=-1, zmax=1, showscale=False, text=[[f"{told(one)}, {told(other)}" for other in items] for one in items],
            colorscale=[(0.0, "#d55e00"), (0.5, _ZERO[mode]), (1.0, "#2f6f9f")],
            hovertemplate="%{text}: %{z:.2f}<extra></extra>",
        )
    )  # fmt: skip
    for at, (before, after) in enumerate(zip(classes or (), list(classes or ())[1:])):
        if before != after:
            figure.add_vline(x=at + 0.5, line_width=1, line_color=_EDGE[mode])
            figure.add_hline(y=at + 0.5, line_width=1, line_color=_EDGE[mode])
    styled(figure, mode, height=height)
    figure.update_layout(title=title, margin={"l": 44, "r": 4, "t": 34, "b": 40}, hovermode="closest")
    every = 1 + (len(items) - 1) // _NAMED
    named = {
        "tickvals": list(range(0, len(items), every)), "ticktext": [told(item) for item in items[::every]], "tickfont_size": 9, "showgrid": False,
    }  # fmt: skip
    figure.update_xaxes(**named, tickangle=-90, constrain="domain")
    figure.update_yaxes(**named, autorange="reversed", scaleanchor="x", constrain="domain")
    return figure
