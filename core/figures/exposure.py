"""Exposure bias as pictures: accuracy by place, and what is written behind a wrong word, token by token."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import plotly.graph_objects as go

from core.figures.curves import Curve
from core.figures.theme import DASHES, SERIES, Mode, styled
from core.figures.tree import shown
from core.language import tr

GIVEN, RIGHT, WRONG, PUT = range(4)  # of a token: fed, right, wrong, the wrong word itself
_COLORS = {
    "light": ("#eef1f4", "#cfe6dc", "#f7cfb5", "#d55e00"),
    "dark": ("#1f2830", "#1d4a3c", "#7a3c12", "#d55e00"),
}
_MARKS = ("{}", "{}", "<b>{}</b>", "<b>✗{}</b>")  # colour is never the only code
_WORDS = ("given", "right", "wrong", "the wrong word")
_ROW = 34  # points


@dataclass(frozen=True)
class TokenRow:
    """One line of tokens.

    Attributes:
        name: at its left; tokens: from place 1 on; kinds: of each, GIVEN, RIGHT, WRONG or PUT.
    """

    name: str
    tokens: Sequence[str]
    kinds: Sequence[int]


def token_rows(rows: Sequence[TokenRow], mode: Mode) -> go.Figure:
    """Rows of tokens under each other, place below place."""
    most = max(len(row.tokens) for row in rows)
    cells = [[*(escape(_label(token)) for token in row.tokens), *[""] * (most - len(row.tokens))] for row in rows]
    kinds = [[*row.kinds, *[None] * (most - len(row.kinds))] for row in rows]
    marked = [
        ["" if kind is None else _MARKS[kind].format(text) for text, kind in zip(*line)] for line in zip(cells, kinds)
    ]
    said = [["" if kind is None else _WORDS[kind] for kind in line] for line in kinds]
    colors = _COLORS[mode]
    figure = go.Figure(
        go.Heatmap(
            z=kinds, x=list(range(1, most + 1)), text=marked, texttemplate="%{text}", textfont={"size": 14}, customdata=said, xgap=1, ygap=3,
            zmin=-0.5, zmax=3.5, showscale=False, hoverongaps=False,
            meta={"cell": "{text}, {customdata}"},
            colorscale=[stop for at, color in enumerate(colors) for stop in ((at / 4, color), ((at + 1) / 4, color))],
            hovertemplate=tr("place %{x}: %{text}, %{customdata}<extra></extra>"),
        )
    )  # fmt: skip
    figure.update_xaxes(title=tr("place in the target"))
    styled(figure, mode, height=_ROW * len(rows) + 50)
    figure.update_layout(hovermode="closest", margin={"l": 10, "r": 10, "t": 6, "b": 44}, uirevision=None)
    figure.update_xaxes(showgrid=False, dtick=1 if most <= 16 else 5, tick0=0)
    figure.update_yaxes(
        tickvals=list(range(len(rows))), ticktext=[row.name for row in rows], autorange="reversed", showgrid=False,
        automargin=True, ticks="",
    )  # fmt: skip
    return figure


def places(lines: Sequence[Curve], *, title: str, axis: str, chance: float | None, mode: Mode) -> go.Figure:
    """Shares right over places.

    Args:
        lines: a point per place; axis: what is counted; chance: what guessing gives, drawn as a line where it is known.
    """
    figure = go.Figure(
        [
            go.Scatter(
                x=list(line.steps), y=list(line.values), name=line.name, mode="lines",
                line={"color": SERIES[line.series], "dash": DASHES[line.variant], "width": 2},
            )
            for line in lines
        ]
    )  # fmt: skip
    if chance is not None:
        figure.add_hline(
            chance, line={"dash": "dot", "width": 1, "color": SERIES[6]}, annotation_text=tr("guessing"),
            annotation_position="bottom left",
        )  # fmt: skip
    figure.update_layout(title=title)
    figure.update_xaxes(title=axis)
    figure.update_yaxes(range=[-0.02, 1.02], tickformat=".0%")
    styled(figure, mode, height=300)
    figure.update_layout(legend={"y": -0.34})  # below the axis' title, where it has a line for each curve
    return figure


def _label(token: str) -> str:
    """Specials without their brackets, which a cell has no room for."""
    return shown(token).strip("<>") or shown(token)
