"""Outputs of several searches beside each other: how each ranking score comes about, as a staircase."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

import plotly.graph_objects as go

from core.figures.plot_text import escaped
from core.figures.theme import SERIES, Mode, styled
from core.language import tr

_PATTERNS = ("", "/", "\\", "x", "-", "|", "+", ".")  # colour is never the only code
_INK = {"light": "#1f2a33", "dark": "#e6edf3"}


def score_stairs(
    labels: Sequence[str],
    logps: Sequence[float],
    parts: Sequence[Mapping[str, float | None]],
    scores: Sequence[float],
    mode: Mode,
) -> go.Figure:
    """A staircase per output: from 0 down to Σ log p, from there by each part, and a line where the score is.

    Args:
        labels: one per output; stairs are placed by position, so equal labels stay apart.
        logps: sums of natural log-probabilities; parts: what is added to each, by name, None where it has no such part;
            scores: ranking scores, where the stairs must end.
    """
    names = list(dict.fromkeys(name for one in parts for name, value in one.items() if value is not None))
    wide = 0.8 / (1 + len(names))
    stairs = {name: _Stairs([], [], []) for name in ["Σ log p", *names]}
    for place, (logp, added) in enumerate(zip(logps, parts)):
        own = {"Σ log p": logp, **{name: value for name, value in added.items() if value is not None}}
        begins = accumulate(own.values(), initial=0.0)
        for at, (name, height, begin) in enumerate(zip(own, own.values(), begins)):
            stairs[name].add(place + wide * (at + 0.5 - len(own) / 2), height, begin)
    traces: list[go.Bar | go.Scatter] = [
        go.Bar(
            x=one.x, y=one.heights, base=one.begins, width=wide * 0.94, name=name,
            marker={
                "color": SERIES[at % len(SERIES)],
                "pattern": {"shape": _PATTERNS[at % len(_PATTERNS)], "fillmode": "overlay", "fgopacity": 0.6},
            },
            customdata=one.heights, hovertemplate="%{customdata:+.4f}",
        )
        for at, (name, one) in enumerate(stairs.items())
    ]  # fmt: skip
    traces.append(_levels(scores, mode))
    figure = go.Figure(traces)
    figure.update_layout(title=tr("How the ranking scores come about"), barmode="overlay", showlegend=True)
    figure.update_xaxes(
        tickvals=list(range(len(labels))), ticktext=[escaped(label).replace(", ", "<br>") for label in labels],
        range=[-0.6, len(labels) - 0.4],
    )  # fmt: skip
    figure.update_yaxes(title=tr("nats"))
    return styled(figure, mode, height=340).update_layout(hovermode="closest")


class _Stairs(NamedTuple):
    """The stairs of one name, over all outputs."""

    x: list[float]
    heights: list[float]
    begins: list[float]

    def add(self, x: float, height: float, begin: float) -> None:
        self.x.append(x)
        self.heights.append(height)
        self.begins.append(begin)


def _levels(scores: Sequence[float], mode: Mode) -> go.Scatter:
    """A line where each ranking score is."""
    x = [at for place in range(len(scores)) for at in (place - 0.44, place + 0.44, None)]
    y = [at for score in scores for at in (score, score, None)]
    return go.Scatter(
        x=x, y=y, mode="lines", name=tr("ranking score"), line={"color": _INK[mode], "width": 2.5},
        hovertemplate="%{y:.4f}", connectgaps=False,
    )  # fmt: skip
