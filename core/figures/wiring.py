"""The wiring of cross-attention: which decoder layer looks at which encoder layer, and how much."""

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float

from core.figures.theme import SERIES, Mode, styled
from core.language import tr

_NOTHING = {"light": "#f4f6f8", "dark": "#1a222a"}


def wiring_matrix(weights: Float[np.ndarray, "target_layer source_layer"], mode: Mode) -> go.Figure:
    """A row for each decoder layer, from the first at the top; the darker a cell, the more of an encoder layer is looked at.

    Args:
        weights: 0 and above, as `AbstractWiring.matrix` has them: 2 where two views of a layer meet.
    """
    rows, columns = (list(range(1, count + 1)) for count in weights.shape)
    figure = go.Figure(
        go.Heatmap(
            z=weights, x=columns, y=rows, zmin=0, zmax=max(1.0, float(weights.max())), xgap=2, ygap=2, showscale=False,
            colorscale=[(0.0, _NOTHING[mode]), (1.0, SERIES[0])], texttemplate="%{z:.2~f}", textfont={"size": 12},
            hovertemplate=tr("decoder layer {row} looks at encoder layer {column}", row="%{y}", column="%{x}")
            + ": %{z:.3f}<extra></extra>",
        )
    )  # fmt: skip
    styled(figure, mode, height=wiring_height(len(rows)))
    figure.update_layout(hovermode="closest", margin={"l": 8, "r": 8, "t": 8, "b": 44})
    figure.update_xaxes(title=tr("encoder layer"), tickvals=columns, showgrid=False, constrain="domain")
    figure.update_yaxes(title=tr("decoder layer"), tickvals=rows, autorange="reversed", showgrid=False, automargin=True)
    return figure


def wiring_height(layers: int) -> int:
    """Points that `wiring_matrix` of so many decoder layers wants; no fewer than the title of its rows is long."""
    return 60 + max(100, 34 * layers)
