"""Two trainings from the same weights as pictures: what outputs are worth, and cross-entropy and BLEU against each other."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from core.figures.theme import DASHES, SERIES, Mode, styled
from core.language import tr

Points = tuple[Sequence[float], Sequence[float]]


def worth(lines: Mapping[str, Points], steps: int, mode: Mode) -> go.Figure:
    """Mean reward over steps, in 0…1.

    Args:
        lines: steps and values by name, two for each training: what is drawn, and the greedy output; steps: that there will
            be, so that the axis stands still.
    """
    figure = go.Figure(
        [
            go.Scatter(
                x=list(places), y=list(values), name=name, mode="lines+markers", marker={"size": 5},
                line={"color": SERIES[at // 2], "dash": DASHES[at % 2], "width": 2},
            )
            for at, (name, (places, values)) in enumerate(lines.items())
        ]
    )  # fmt: skip
    figure.update_layout(title=tr("Reward of held-out outputs, by step"))
    figure.update_xaxes(range=[0, steps], title=tr("step"))
    return styled(figure, mode, height=340)


def against(lines: Mapping[str, Points], mode: Mode) -> go.Figure:
    """Where each training goes: cross-entropy across, BLEU upwards; the newest point is the large one.

    Args:
        lines: cross-entropies in nats per token and BLEU in 0…100 by name, in order of steps.
    """
    figure = go.Figure(
        [
            go.Scatter(
                x=list(losses), y=list(values), name=name, mode="lines+markers",
                marker={"size": [*[5] * (len(losses) - 1), 12][-len(losses) :]},
                line={"color": SERIES[at], "dash": DASHES[at], "width": 1.5},
            )
            for at, (name, (losses, values)) in enumerate(lines.items())
        ]
    )  # fmt: skip
    figure.update_layout(title=tr("Cross-entropy and BLEU against each other"))
    figure.update_xaxes(title=tr("cross-entropy of the right target, nats a token"))
    figure.update_yaxes(title=tr("corpus BLEU of greedy outputs"))
    return styled(figure, mode, height=340)
