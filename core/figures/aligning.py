"""Two trainings beside each other as pictures: how near their attention comes to the diagonal, and what they lose."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from core.figures.theme import DASHES, SERIES, Mode, styled
from core.language import tr

Points = tuple[Sequence[int], Sequence[float]]  # steps and values
Marks = Sequence[tuple[int, str]]  # steps at which something was changed, and what


def diagonalities(lines: Mapping[str, Points], steps: int, aligned: float, marks: Marks, mode: Mode) -> go.Figure:
    """Diagonality over steps.

    Args:
        lines: a line per name; steps: that there will be, so that the axis stands still.
        aligned: from which a map is called aligned; marks: where guidance was switched.
    """
    figure = _over_steps(lines, steps, marks, mode, tr("Near the diagonal, by step"))
    figure.add_hline(aligned, line={"dash": "dot", "width": 1, "color": SERIES[6]}, annotation_text=tr("aligned"))
    figure.update_yaxes(range=[0, 1.02], tickformat=".0%")
    return figure


def losses(lines: Mapping[str, Points], steps: int, marks: Marks, mode: Mode) -> go.Figure:
    """The likelihood's part of the loss over steps, on a logarithmic axis.

    Args:
        lines, steps, marks: as for `diagonalities`.
    """
    figure = _over_steps(lines, steps, marks, mode, tr("Loss in nats, by step"))
    figure.update_yaxes(type="log", exponentformat="power")
    return figure


def _over_steps(lines: Mapping[str, Points], steps: int, marks: Marks, mode: Mode, title: str) -> go.Figure:
    figure = go.Figure(
        [
            go.Scatter(
                x=list(places), y=list(values), name=name, mode="lines",
                line={"color": SERIES[at % len(SERIES)], "dash": DASHES[at % len(DASHES)], "width": 2},
            )
            for at, (name, (places, values)) in enumerate(lines.items())
        ]
    )  # fmt: skip
    for step, text in marks:
        figure.add_vline(step, line={"dash": "dash", "width": 1, "color": SERIES[6]}, annotation_text=text)
    styled(figure, mode, height=270)
    # titles say what the axes are: two of these stand one above the other beside what they are about
    figure.update_layout(title=title, margin={"l": 44}, legend={"y": -0.16})
    figure.update_xaxes(range=[0, steps])
    return figure
