"""Distributions of a sampled decoding: of whole outputs, of one next token, and the place where chance fell.

Colour is never the only code: series differ by hatching, excluded tokens carry their reason in words.
"""

from collections.abc import Sequence
from math import isnan

import plotly.graph_objects as go

from core.figures.letters import beginning, isolated
from core.figures.plot_text import escaped, told
from core.figures.theme import SERIES, Mode, styled
from core.language import tr

_FAINT = {"light": "#b9c2c9", "dark": "#46525c"}
_SOFT = {"light": "#e7ebee", "dark": "#222b33"}
_PLAIN = {"light": "#fcfcfb", "dark": "#11151a"}
_LABEL = 28


def output_bars(
    labels: Sequence[str],
    shares: Sequence[float],
    expected: Sequence[float],
    model: Sequence[float],
    right: Sequence[bool],
    mode: Mode,
) -> go.Figure:
    """Outputs from top to bottom: share of draws, share to expect, probability under the model.

    Args:
        labels: of the outputs, cut where they are long; shares, expected, model: in 0…1, nan where unknown.
        right: says what the reference says: it gets a star.
    """
    places = list(range(len(labels)))
    names = [f"★ {_short(label)}" if star else _short(label) for label, star in zip(labels, right)]
    series = [
        (tr("share of the draws"), shares, SERIES[0], ""),
        (tr("to expect (filtered law)"), expected, SERIES[1], "/"),
        (tr("probability (model)"), model, SERIES[6], "."),
    ]
    figure = go.Figure(
        [
            go.Bar(
                y=places, x=list(values), name=name, orientation="h", marker={"color": color, "pattern_shape": shape},
                hovertemplate="%{x:.2%}", offsetgroup=at,
            )
            for at, (name, values, color, shape) in enumerate(series)
            if not all(map(isnan, values))
        ]
    )  # fmt: skip
    figure.update_layout(
        title=tr("Outputs, the most frequent first (★ says what the reference says)"), barmode="group", bargap=0.28
    )
    height = 130 + 44 * len(labels)
    styled(figure, mode, height=height)
    figure.update_yaxes(tickvals=places, ticktext=names, autorange="reversed", automargin=True)
    figure.update_xaxes(tickformat=".0%", rangemode="tozero")
    figure.update_layout(
        legend={"y": 1.0, "yanchor": "bottom", "x": 1, "xanchor": "right"}, margin_t=64, hovermode="y unified"
    )
    return figure


def law_bars(
    tokens: Sequence[str],
    model: Sequence[float],
    tempered: Sequence[float],
    law: Sequence[float],
    excluded: Sequence[str],
    mode: Mode,
    *,
    cumulated: Sequence[float] = (),
    limit: float = 1.0,
    drawn: int = -1,
    right: int = -1,
) -> go.Figure:
    """One step: what the model says, what temperature makes of it, what filters leave.

    Args:
        tokens: texts, the most probable first; model, tempered, law: probabilities.
        excluded: why a token cannot be drawn, "" where it can; its tempered bar is hollow and crossed out.
        cumulated: mass up to each token as top-p counts it, drawn as a line against `limit`; empty for none.
        drawn, right: place of the token that was drawn, and of the reference's; −1 where it is not among these.
    """
    places = list(range(len(tokens)))
    out = [bool(why) for why in excluded]
    figure = go.Figure([_bars(places, model, "model", SERIES[6], ".", 0)])
    if any(abs(one - other) > 1e-6 for one, other in zip(model, tempered)) or any(out):
        shapes = ["x" if gone else "" for gone in out]
        colors = [_PLAIN[mode] if gone else SERIES[0] for gone in out]
        figure.add_trace(_bars(places, tempered, tr("after temperature (✕ = excluded)"), colors, shapes, 1, mode))
    if any(abs(one - other) > 1e-6 for one, other in zip(law, tempered)):
        figure.add_trace(_bars(places, law, tr("drawn from (law)"), SERIES[1], "/", 2))
    if len(cumulated):
        figure.add_trace(
            go.Scatter(
                x=places, y=list(cumulated), name=tr("cumulated, as top-p counts"), mode="lines+markers", line_shape="hv",
                line={"color": SERIES[2], "dash": "dash", "width": 1.5}, marker_size=5, hovertemplate="%{y:.3f}",
            )
        )  # fmt: skip
        figure.add_hline(
            y=limit, line={"color": SERIES[2], "width": 1}, annotation_text=tr("top-p {limit:g}", limit=limit),
            annotation_position="bottom right", annotation_font_size=12,
        )  # fmt: skip
    highest = max([*model, *tempered, *law, 0.05])
    for at, why in enumerate(excluded):
        if why:
            top = max(model[at], tempered[at])
            figure.add_annotation(
                x=at, y=top, text=why, showarrow=False, textangle=-90, yanchor="bottom", font_size=11, yshift=3
            )
    if 0 <= drawn < len(tokens):
        top = max(model[drawn], tempered[drawn], law[drawn])
        figure.add_annotation(x=drawn, y=top, text=tr("▼ drawn"), showarrow=False, yanchor="bottom", font_size=13)
    figure.update_layout(title=tr("What may come next, the most probable first"), barmode="group", bargap=0.22)
    styled(figure, mode, height=340)
    names = [f"★ {_short(token)}" if at == right else _short(token) for at, token in enumerate(tokens)]
    figure.update_xaxes(tickvals=places, ticktext=names, tickangle=-45 if len(tokens) > 12 else 0)
    room = 1.45 if any(out) else 1.2
    figure.update_yaxes(range=[0, min(1.3, max(highest * room, 1.12 if len(cumulated) else 0))], tickformat=".2")
    figure.update_layout(legend={"y": 1.0, "yanchor": "bottom", "x": 1, "xanchor": "right"}, margin_t=64, margin_b=60)
    return figure


def noise_strip(
    labels: Sequence[str],
    before: Sequence[float],
    after: Sequence[float],
    drawn: Sequence[bool],
    noise: float,
    window: tuple[float, float],
    mode: Mode,
) -> go.Figure:
    """The interval [0, 1) shared out among the tokens in the order of their numbers, and u, which falls into one of them.

    Args:
        labels: of the pieces; before, after: their ends; drawn: the piece that u fell into.
        noise: u; window: the part of [0, 1) that is shown.
    """
    figure = go.Figure(
        go.Bar(
            y=["u"] * len(labels), x=[end - start for start, end in zip(before, after)], base=list(before),
            orientation="h", text=[told(label) for label in labels], textposition="inside", insidetextanchor="middle", textangle=0,
            constraintext="none", cliponaxis=True, hovertemplate="%{text}: %{base:.4f} … %{customdata:.4f}<extra></extra>",
            customdata=list(after), width=0.7,
            marker={
                "color": [SERIES[0] if it else (_SOFT if at % 2 else _PLAIN)[mode] for at, it in enumerate(drawn)],
                "line": {"color": _FAINT[mode], "width": 1},
            },
        )
    )  # fmt: skip
    wide = window[1] - window[0]
    figure.data[0].text = [
        label if end - start > wide * (0.012 * len(label) + 0.008) else ""
        for label, start, end in zip(labels, before, after)
    ]
    figure.add_vline(
        x=noise, line={"color": SERIES[1], "width": 3}, annotation_text=f"u = {noise:.4f}", annotation_position="top",
        annotation_font_size=13,
    )  # fmt: skip
    figure.update_layout(
        title=tr("Where chance fell: [0, 1) shared out by the law, tokens in the order of their numbers")
    )
    styled(figure, mode, height=170)
    figure.update_layout(hovermode="closest", margin={"l": 16, "r": 16, "t": 58, "b": 34}, showlegend=False)
    figure.update_yaxes(visible=False)
    figure.update_xaxes(range=list(window), uirevision=f"{window}")
    return figure


def _bars(
    places: Sequence[int],
    values: Sequence[float],
    name: str,
    color: str | list[str],
    shape: str | list[str],
    group: int,
    mode: Mode | None = None,
) -> go.Bar:
    line = {"color": SERIES[0], "width": 1} if mode else {"width": 0}
    return go.Bar(
        x=list(places), y=list(values), name=name, offsetgroup=group, hovertemplate="%{y:.4f}",
        marker={"color": color, "pattern_shape": shape, "pattern_fgcolor": SERIES[0] if mode else None, "line": line},
    )  # fmt: skip


def _short(text: str) -> str:
    return isolated(escaped(beginning(text, _LABEL)))
