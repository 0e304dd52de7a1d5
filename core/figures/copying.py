"""Outputs token by token: a column for p_gen, and beside it the copy distribution over the source."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float
from plotly.subplots import make_subplots

from core.figures.cells import add_cells
from core.figures.theme import SERIES, Mode, styled
from core.figures.tree import shown

_FULL = {"light": SERIES[0], "dark": SERIES[7]}
_MADE = {"light": SERIES[1], "dark": "#f0893f"}
_ROW, _ROOM = 22, 86  # points: an output token, title and labels
_NARROW = 0.09  # of the width


@dataclass(frozen=True)
class CopyMap:
    """One output.

    Attributes:
        written: its tokens; source: tokens that stand at the columns; unseen: those that the vocabulary lacks.
        rows: where each looked; p_gen: of each, None for a decoder that cannot copy; copied: which part of each was copied.
    """

    written: Sequence[str]
    source: Sequence[str]
    unseen: Sequence[str]
    rows: Float[np.ndarray, "step source"]
    p_gen: Float[np.ndarray, " step"] | None
    copied: Float[np.ndarray, " step"]


def copy_map(one: CopyMap, mode: Mode) -> go.Figure:
    """Rows are output tokens from the first at the top, columns the source; both scales go from 0 to 1."""
    figure = make_subplots(cols=2, column_widths=[_NARROW, 1 - _NARROW], shared_yaxes=True, horizontal_spacing=0.02)
    written, source = [shown(token) for token in one.written], [shown(token) for token in one.source]
    gates = np.ones(len(written)) if one.p_gen is None else one.p_gen
    told = [
        f"{token}: p_gen {gate:.2f}, {part:.0%} of it copied" for token, gate, part in zip(written, gates, one.copied)
    ]
    add_cells(figure, gates[:, None], [[line] for line in told], _MADE[mode], mode, 1)
    looks = [[f"{token} looks at {other}" for other in source] for token in written]
    add_cells(figure, one.rows, looks, _FULL[mode], mode, 2)
    figure.update_traces(texttemplate="%{z:.2f}", textfont_size=11, col=1)
    styled(figure, mode, height=_ROW * len(written) + _ROOM)
    figure.update_layout(
        margin={"l": 84, "r": 12, "t": 8, "b": 70}, hovermode="closest", uirevision=str((one.written, one.source))
    )
    new = set(one.unseen)
    labels = [f"<b>{shown(token)}</b>" if token in new else shown(token) for token in one.source]
    plain = {"showgrid": False, "ticks": "", "tickfont": {"size": 12}}
    figure.update_xaxes(tickvals=[0], ticktext=["p_gen"], tickangle=0, **plain, col=1)
    figure.update_xaxes(tickvals=list(range(len(source))), ticktext=labels, tickangle=-45, **plain, col=2)
    names = [f"<b>{shown(token)}</b>" if token in new else shown(token) for token in one.written]
    figure.update_yaxes(tickvals=list(range(len(written))), ticktext=names, autorange="reversed", **plain)
    return figure
