"""Outputs of several searches beside each other: bars of their log-probabilities and ranking scores."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.figures.theme import SERIES, Mode, styled


def score_bars(labels: Sequence[str], logps: Sequence[float], scores: Sequence[float], mode: Mode) -> go.Figure:
    """Two bars per output: the sum of log-probabilities, and what was compared after length normalization.

    Args:
        labels: one per output; bars are placed by position, so equal labels stay apart.
        logps: sums of natural log-probabilities; scores: ranking scores; both at most a little above 0.
    """
    places = list(range(len(labels)))
    figure = go.Figure(
        [
            go.Bar(x=places, y=list(logps), name="Σ log p", marker_color=SERIES[0], offsetgroup=0),
            go.Bar(
                x=places, y=list(scores), name="ranking score", marker_color=SERIES[1], offsetgroup=1,
                marker_pattern_shape="/",
            ),
        ]
    )  # fmt: skip
    figure.update_layout(title="Probability and ranking score of the best output", barmode="group")
    figure.update_xaxes(tickvals=places, ticktext=list(labels))
    figure.update_yaxes(title="nats")
    return styled(figure, mode, height=300)
