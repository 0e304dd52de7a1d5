"""Outputs token by token: where each looked in the source, and before that how sure it was and p_gen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float
from plotly.subplots import make_subplots

from core.figures.cells import add_cells
from core.figures.letters import beginning, isolated
from core.figures.plot_text import escaped, told
from core.figures.theme import SERIES, Mode, styled
from core.figures.tree import shown
from core.language import tr

_FULL = {"light": SERIES[0], "dark": SERIES[7]}
_MADE = {"light": SERIES[1], "dark": "#f0893f"}
_SURE = {"light": SERIES[2], "dark": "#3fbf95"}
_ROW, _ROOM = 22, 86  # points: an output token, title and labels
_NARROW = 0.09  # of the width
_LETTERS = 11  # of a word on an axis; the whole word is under the pointer


@dataclass(frozen=True)
class CopyMap:
    """One output.

    Attributes:
        written: its tokens; source: tokens that stand at the columns; unseen: those that the vocabulary lacks.
        rows: where each looked; copied: which part of each was copied.
        p_gen, sure: of each, the latter the probability of what was written; None where there is nothing to show.
    """

    written: Sequence[str]
    source: Sequence[str]
    unseen: Sequence[str]
    rows: Float[np.ndarray, "step source"]
    p_gen: Float[np.ndarray, " step"] | None
    copied: Float[np.ndarray, " step"]
    sure: Float[np.ndarray, " step"] | None = None


def copy_map(one: CopyMap, mode: Mode) -> go.Figure:
    """Rows are output tokens from the first at the top, columns the source; all scales go from 0 to 1.

    The source stands at the same place whether p_gen is known or not, so that maps can be compared.
    """
    sides = [("sure", one.sure, _SURE[mode])] if one.sure is not None else []
    sides.append(("p_gen", one.p_gen, _MADE[mode]))
    last = len(sides) + 1
    figure = make_subplots(
        cols=last, column_widths=[*[_NARROW] * len(sides), 1 - _NARROW * len(sides)], shared_yaxes=True,
        horizontal_spacing=0.02,
    )  # fmt: skip
    styled(figure, mode, height=_ROW * len(one.written) + _ROOM)
    plain = {"showgrid": False, "ticks": "", "tickfont": {"size": 12}}
    for column, (name, values, ink) in enumerate(sides, start=1):
        if values is None:
            figure.update_xaxes(visible=False, col=column)
            continue
        add_cells(figure, values[:, None], [[line] for line in _told(one, name, values)], ink, mode, column)
        figure.update_traces(texttemplate="%{z:.2f}", textfont_size=11, col=column)
        figure.update_xaxes(tickvals=[0], ticktext=[name], tickangle=0, **plain, col=column)
    looks = [
        [tr("{told} looks at {told2}", told=told(token), told2=told(other)) for other in one.source]
        for token in one.written
    ]
    add_cells(figure, one.rows, looks, _FULL[mode], mode, last)
    figure.update_layout(
        margin={"l": 84, "r": 12, "t": 8, "b": 70}, hovermode="closest", uirevision=str((one.written, one.source))
    )
    words = _labels(one.source, one.unseen)
    figure.update_xaxes(tickvals=list(range(len(words))), ticktext=words, tickangle=-45, **plain, col=last)
    names = _labels(one.written, one.unseen)
    figure.update_yaxes(tickvals=list(range(len(names))), ticktext=names, autorange="reversed", **plain)
    return figure


def _told(one: CopyMap, name: str, values: Float[np.ndarray, " step"]) -> list[str]:
    """What is said at each cell of a side."""
    copied = (
        [""] * len(values) if one.p_gen is None else [tr(", {part:.0%} of it copied", part=part) for part in one.copied]
    )
    return [f"{told(token)}: {name} {value:.2f}{part}" for token, value, part in zip(one.written, values, copied)]


def _labels(tokens: Sequence[str], unseen: Sequence[str]) -> list[str]:
    """Tokens for an axis, cut where they are long; those that the vocabulary lacks in bold."""
    seen = [shown(token) for token in tokens]
    safe = [isolated(escaped(beginning(one, _LETTERS))) for one in seen]
    return [f"<b>{label}</b>" if token in unseen else label for token, label in zip(tokens, safe)]
