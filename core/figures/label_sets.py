"""A set of labels: written one after the other with what each looked at, and judged one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float
from plotly.subplots import make_subplots

from core.figures.cells import add_cells
from core.figures.plot_text import told
from core.figures.theme import SERIES, Mode, styled
from core.language import tr

_FULL = {"light": SERIES[0], "dark": SERIES[7]}
_OWN = {"light": SERIES[1], "dark": "#f0893f"}
_ROW, _ROOM = 26, 96  # points: a label, title and axis
_NARROW = 0.09  # of the width, each
_BARS = 14  # labels at most
_BAR = 22


@dataclass(frozen=True)
class LabelMap:
    """A set as it was written.

    Attributes:
        written: labels and <end>; source: tokens that stand at the columns; rows: where each step looked.
        probabilities: of what was written; ends: of <end> at the same step.
    """

    written: Sequence[str]
    source: Sequence[str]
    probabilities: Float[np.ndarray, " step"]
    ends: Float[np.ndarray, " step"]
    rows: Float[np.ndarray, "step source"]


def label_map(one: LabelMap, mode: Mode) -> go.Figure:
    """Rows are labels from the first at the top; beside what each looked at its probability and that of <end>."""
    figure = make_subplots(
        cols=3, column_widths=[_NARROW, _NARROW, 1 - 2 * _NARROW], shared_yaxes=True, horizontal_spacing=0.015
    )
    written, source = [told(token) for token in one.written], [told(token) for token in one.source]
    add_cells(
        figure,
        one.probabilities[:, None],
        [[tr("{label} was written", label=label)] for label in written],
        _OWN[mode],
        mode,
        1,
    )
    add_cells(
        figure,
        one.ends[:, None],
        [[tr("to end in place of {label}", label=label)] for label in written],
        _OWN[mode],
        mode,
        2,
    )
    looks = [[tr("{label} looks at {other}", label=label, other=other) for other in source] for label in written]
    add_cells(figure, one.rows, looks, _FULL[mode], mode, 3)
    for column in (1, 2):
        figure.update_traces(texttemplate="%{z:.2f}", textfont_size=11, col=column)
    styled(figure, mode, height=_ROW * len(written) + _ROOM)
    figure.update_layout(
        margin={"l": 84, "r": 12, "t": 8, "b": 74}, hovermode="closest", uirevision=str((one.written, one.source))
    )
    plain = {"showgrid": False, "ticks": "", "tickfont": {"size": 12}}
    for column, name in ((1, "p"), (2, "p(end)")):
        figure.update_xaxes(tickvals=[0], ticktext=[name], tickangle=0, **plain, col=column)
    figure.update_xaxes(tickvals=list(range(len(source))), ticktext=source, tickangle=-45, **plain, col=3)
    figure.update_yaxes(tickvals=list(range(len(written))), ticktext=written, autorange="reversed", **plain)
    return figure


def label_bars(probabilities: Mapping[str, float], written: Sequence[str], cut: float, mode: Mode) -> go.Figure:
    """The likeliest labels, each judged by itself; hatched where it is likely enough to be chosen.

    Args:
        probabilities: of every label, in 0…1; written: labels that the decoder wrote, told with a star.
        cut: from where on a label is chosen.
    """
    best = sorted(probabilities, key=lambda label: (-probabilities[label], label))[:_BARS]
    values = [probabilities[label] for label in best]
    names = [f"★ {told(label)}" if label in written else told(label) for label in best]
    bars = go.Bar(
        x=values, y=list(range(len(best))), orientation="h", text=[f"{value:.2f}" for value in values],
        marker={"color": _OWN[mode], "pattern_shape": ["/" if value > cut else "" for value in values]},
        textposition="outside", cliponaxis=False, hovertemplate="%{x:.3f}<extra></extra>",
    )  # fmt: skip
    figure = styled(go.Figure([bars]), mode, height=_BAR * len(best) + _ROOM)
    figure.add_vline(x=cut, line_dash="dash", line_width=1, line_color="#8a949c")
    figure.update_layout(
        margin={"l": 96, "r": 34, "t": 8, "b": 40}, showlegend=False, hovermode="closest", uirevision="labels"
    )
    figure.update_yaxes(tickvals=list(range(len(best))), ticktext=names, autorange="reversed", showgrid=False)
    figure.update_xaxes(range=[0, 1.0], title=tr("probability"))
    return figure
