"""Outputs that are written in stages: what stands after each call of the decoder, and what every place might have held."""

from collections.abc import Sequence
from html import escape
from typing import Any

import plotly.graph_objects as go

from core.figures.letters import beginning, isolated
from core.figures.theme import DASHES, SERIES, Mode, styled
from core.language import tr

_SCALE = {"light": ["#ffffff", "#2f6f9f"], "dark": ["#11151a", "#4d97cc"]}
_INK = {"light": "#1f2a33", "dark": "#e6edf3"}
_SURE = 0.75  # above, letters are white on the light page
_ROW = 34  # points a call
_LETTERS = 9  # of a word in a cell; the whole word is under the pointer

Row = Sequence[tuple[str, float, bool, bool]]  # of each place: text, confidence, written in this call, emptied after it


def stages(rows: Sequence[Row], mode: Mode) -> go.Figure:
    """A row for each call of the decoder, a column for each place: the stronger the color, the surer.

    Words written in a call are bold, those that were kept are not; ✗ is emptied and written again. Where nothing ever is,
    a word is said once, in the call that wrote it.
    """
    places, changing = max(len(row) for row in rows), any(one[3] for row in rows for one in row)
    figure = go.Figure(
        go.Heatmap(
            z=[[one[1] if one[0] else None for one in row] for row in rows], zmin=0, zmax=1, colorscale=_SCALE[mode],
            x=list(range(places)), y=list(range(len(rows))), xgap=2, ygap=2, showscale=False,
            customdata=[[one[0] for one in row] for row in rows],
            hovertemplate=tr("call %{y}, place %{x}: %{customdata} %{z:.2f}<extra></extra>"), hoverongaps=False,
        )
    )  # fmt: skip
    for at, row in enumerate(rows):
        for place, (text, sure, fresh, again) in enumerate(row):
            if text and (fresh or changing):
                figure.add_annotation(x=place, y=at, showarrow=False, **_label(text, sure, fresh, again, mode))
    styled(figure, mode, height=height_of(rows))
    figure.update_layout(margin={"l": 44, "r": 4, "t": 6, "b": 28}, hovermode="closest")
    figure.update_xaxes(tickvals=list(range(places)), ticktext=[str(at + 1) for at in range(places)])
    ticks = {"tickvals": list(range(len(rows))), "ticktext": [str(at + 1) for at in range(len(rows))]}
    figure.update_yaxes(autorange="reversed", title=tr("call"), showgrid=False, **ticks)
    return figure


def height_of(rows: Sequence[Row]) -> int:
    """Points that a picture of stages needs."""
    return 44 + _ROW * len(rows)


def tops(places: Sequence[Sequence[tuple[str, float]]], held: Sequence[str], mode: Mode, *, title: str) -> go.Figure:
    """The most probable tokens of every place, stacked; the one that was chosen is outlined.

    Args:
        places: of each, tokens and probabilities, the most probable first; held: the token that was written there.
    """
    figure = go.Figure()
    for rank in range(max(len(one) for one in places)):
        found = [one[rank] if rank < len(one) else ("", 0.0) for one in places]
        figure.add_bar(
            x=list(range(len(places))), y=[probability for _, probability in found],
            text=[isolated(beginning(text, _LETTERS)) if probability >= 0.08 else "" for text, probability in found], textposition="inside",
            insidetextanchor="middle", textfont={"size": 11, "color": "#ffffff"},
            marker={
                "color": SERIES[rank],
                "line": {"width": [3 if text == token else 0 for (text, _), token in zip(found, held)],
                         "color": _INK[mode]},
            },
            customdata=[text for text, _ in found], hovertemplate="%{customdata} %{y:.2f}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(barmode="stack", bargap=0.08, showlegend=False)
    styled(figure, mode, height=250)
    figure.update_layout(title=title, hovermode="x", margin={"r": 4, "b": 28})
    ticks = {"tickvals": list(range(len(places))), "ticktext": [str(at + 1) for at in range(len(places))]}
    figure.update_xaxes(**ticks)
    figure.update_yaxes(range=[0, 1.01], tickformat=".0%")
    return figure


def over_length(lines: Sequence[tuple[str, Sequence[int], Sequence[float]]], mode: Mode, *, title: str) -> go.Figure:
    """Lines over the length of the output, both axes logarithmic.

    Args:
        lines: name, lengths and values.
    """
    figure = go.Figure(
        [
            go.Scatter(
                x=list(lengths), y=list(values), name=name, mode="lines+markers",
                line={"color": SERIES[at % len(SERIES)], "dash": DASHES[at % len(DASHES)], "width": 2},
            )
            for at, (name, lengths, values) in enumerate(lines)
        ]
    )  # fmt: skip
    styled(figure, mode, height=280)
    figure.update_layout(title=title, margin={"b": 60}, legend={"y": -0.16})
    shown = sorted({length for _, lengths, _ in lines for length in lengths})
    figure.update_xaxes(type="log", tickvals=shown, ticktext=[str(at) for at in shown])
    figure.update_yaxes(type="log", dtick="D2")
    return figure


def _label(text: str, sure: float, fresh: bool, again: bool, mode: Mode) -> dict[str, Any]:
    words = f"<b>{_escaped(text)}</b>" if fresh else _escaped(text)
    color = "#ffffff" if sure > _SURE and mode == "light" else _INK[mode]
    return {"text": f"{words}<br>{sure:.2f}{' ✗' if again else ''}", "font": {"size": 11, "color": color}}


def _escaped(text: str) -> str:
    """A word as a cell shows it: cut where it is long."""
    return isolated(escape(beginning(text, _LETTERS), quote=False))
