"""A picture and a number for each of its patches, laid over it."""

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float

from core.figures.theme import Mode, styled
from core.language import tr

_OVER = "#d55e00"


def laid_over(
    picture: Float[np.ndarray, "row column"],
    weights: Float[np.ndarray, "patch_row patch_column"] | None,
    mode: Mode,
    *,
    title: str,
    chosen: tuple[int, int] | None = None,
    framed: int = 0,
    height: int = 300,
) -> go.Figure:
    """The picture in grey; where there are weights, the stronger a patch the more it is colored.

    Args:
        weights: of each patch, on the picture's grid; below 0 is blue.
        chosen: row and column of a patch to frame.
        framed: pixels on its side, where it is no patch of the weights' grid; 0: it is one.
    """
    rows, columns = picture.shape
    figure = go.Figure(
        go.Heatmap(
            z=picture,
            colorscale="Greys",
            reversescale=mode == "dark",
            showscale=False,
            hoverinfo="skip",
            name=tr("the picture"),
        )
    )
    if weights is not None:
        side = rows // weights.shape[0]
        largest = float(np.abs(weights).max()) or 1.0
        figure.add_trace(
            go.Heatmap(
                z=np.kron(weights, np.ones((side, side))), zmin=-largest, zmax=largest, showscale=False,
                colorscale=[[0, "rgba(47,111,159,0.85)"], [0.5, "rgba(213,94,0,0)"], [1, "rgba(213,94,0,0.85)"]],
                hovertemplate="%{z:.3f}<extra></extra>", name=tr("what lies over it"),
            )
        )  # fmt: skip
        if chosen is not None:
            frame = framed or side
            top, left = chosen[0] * frame - 0.5, chosen[1] * frame - 0.5
            figure.add_shape(
                type="rect", x0=left, x1=left + frame, y0=top, y1=top + frame, line={"color": _OVER, "width": 3}
            )
    styled(figure, mode, height=height)
    figure.update_layout(title=title, margin={"l": 4, "r": 4, "t": 34, "b": 4}, hovermode="closest")
    figure.update_xaxes(visible=False, range=[-0.5, columns - 0.5], constrain="domain")
    figure.update_yaxes(visible=False, range=[rows - 0.5, -0.5], scaleanchor="x", constrain="domain")
    return figure
