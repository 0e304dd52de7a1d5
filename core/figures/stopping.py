"""How probable it was, at each step of an output, to stop there."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.figures.plot_text import told
from core.figures.theme import SERIES, Mode, styled
from core.language import tr


def stopping(words: Sequence[str], ends: Sequence[float], mode: Mode) -> go.Figure:
    """A bar for each step.

    Args:
        words: what was written at each step instead of stopping, or <end>; ends: probability of <end> there, as many.
    """
    places = list(range(1, len(ends) + 1))
    figure = go.Figure(
        go.Bar(
            x=places, y=list(ends), name="p(<end>)", marker={"color": SERIES[0]}, hovertemplate="%{y:.3g}",
            text=[f"{end:.2g}" for end in ends] if len(ends) <= _NUMBERED else None, textposition="outside", cliponaxis=False,
        )
    )  # fmt: skip
    styled(figure, mode, height=240)
    figure.update_layout(margin={"t": 24}, showlegend=False)
    every = -(-len(ends) // _NAMED)
    figure.update_xaxes(
        title=tr("written at each step"), tickvals=places[::every], ticktext=[told(word) for word in words[::every]],
        tickangle=0 if len(ends) <= _NUMBERED else -90, automargin=True,
    )  # fmt: skip
    figure.update_yaxes(title="p(<end>)", range=[0, 1.08], tickformat=".0%")
    return figure


_NUMBERED, _NAMED = 16, 48  # steps: numbers over more bars, and words under more, would lie over each other
