"""Many small pictures on one sheet."""

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float

from core.figures.theme import SERIES, Mode, styled

ACROSS = 4  # pictures in a row
_GAP = 1  # cells between two pictures


def sheet(
    pictures: Float[np.ndarray, "picture row column"],
    mode: Mode,
    *,
    title: str,
    chosen: int | None = None,
    height: int = 300,
) -> go.Figure:
    """Pictures row by row, ink 0…1, four in a row.

    Args:
        chosen: a picture to frame.
    """
    count, rows, columns = pictures.shape
    down = -(-count // ACROSS)
    cells = np.full((down * (rows + _GAP) - _GAP, ACROSS * (columns + _GAP) - _GAP), np.nan)
    places = [divmod(at, ACROSS) for at in range(count)]
    corners = [(down * (rows + _GAP), across * (columns + _GAP)) for down, across in places]
    for picture, (top, left) in zip(pictures, corners):
        cells[top : top + rows, left : left + columns] = picture
    figure = go.Figure(
        go.Heatmap(
            z=cells, zmin=0, zmax=1, colorscale="Greys", reversescale=mode == "dark", showscale=False, hoverinfo="skip"
        )
    )
    if chosen is not None:
        top, left = corners[chosen]
        figure.add_shape(
            type="rect", x0=left - 0.5, x1=left + columns - 0.5, y0=top - 0.5, y1=top + rows - 0.5,
            line={"color": SERIES[1], "width": 3},
        )  # fmt: skip
    styled(figure, mode, height=height)
    figure.update_layout(title=title, margin={"l": 4, "r": 4, "t": 34, "b": 4})
    figure.update_xaxes(visible=False, range=[-1, cells.shape[1]], constrain="domain")
    figure.update_yaxes(visible=False, range=[cells.shape[0], -1], scaleanchor="x", constrain="domain")
    return figure
