"""How Plotly figures look: calm, one accent, light and dark. A figure gets values and returns a picture; it computes nothing.

Axes of tokens are positions with tick texts, never categories: Plotly merges equal categories, and a repeated token
would lose a column.
"""

from collections.abc import Mapping
from typing import Any, Literal

import plotly.graph_objects as go
from plotly.basedatatypes import BasePlotlyType

Mode = Literal["light", "dark"]
# colours that stay apart for colour-blind eyes (after Okabe & Ito 2008), the accent first
SERIES = ("#2f6f9f", "#d55e00", "#1b9e77", "#9467bd", "#b8860b", "#c2407c", "#5b6770", "#56b4e9")
DASHES = ("solid", "dash", "dot", "dashdot")  # colour is never the only code
_INK = {"light": "#1f2a33", "dark": "#e6edf3"}
_LINE = {"light": "#dde3e8", "dark": "#2f3943"}


def styled(figure: go.Figure, mode: Mode, *, height: int = 260) -> go.Figure:
    """The figure in the house's look; its background is that of the page."""
    axis = {"gridcolor": _LINE[mode], "zeroline": False, "linecolor": _LINE[mode], "title": {"font": {"size": 13}}}
    look = {
        "height": height, "margin": {"l": 56, "r": 16, "t": 36, "b": 44}, "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)", "font": {"color": _INK[mode], "size": 13}, "colorway": list(SERIES),
        "legend": {"orientation": "h", "y": -0.28, "x": 0}, "hovermode": "x unified", "uirevision": "keep",
        "hoverlabel": {"bgcolor": "#ffffff" if mode == "light" else "#1a222a"}, "title": {"font": {"size": 15}},
    }  # fmt: skip
    _give(figure.layout, look)
    for one in (*figure.select_xaxes(), *figure.select_yaxes()):
        _give(one, axis)
    return figure


def _give(part: BasePlotlyType, values: Mapping[str, Any]) -> None:
    """Set properties of a part of a figure, those of its parts too; what is not named stays.

    Plotly's own `update_…` do the same in twice as long, and a class looks at many figures a second.
    """
    for name, value in values.items():
        if isinstance(value, Mapping):
            _give(part[name], value)
        else:
            part[name] = value
