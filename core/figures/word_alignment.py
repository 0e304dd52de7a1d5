"""What the page Gold alignments draws: an error for every head, and a map between words with gold links over it."""

from collections.abc import Collection, Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float
from plotly.subplots import make_subplots

from core.data.word_links import GoldLinks, Link
from core.figures.theme import SERIES, Mode, styled
from core.figures.tree import shown
from core.language import tr

_FLAT = {"light": "#f4f6f8", "dark": "#1a222a"}  # no weight: near the page's own colour
_GOOD = {"light": "#9cc3de", "dark": "#2f6f9f"}  # letters can be read on it
_GOLD, _INK = SERIES[1], {"light": "#1f2a33", "dark": "#e6edf3"}
_CELL = 30  # points a row wants


def error_grid(
    sites: Sequence[str], errors: Float[np.ndarray, "site head"], best: tuple[int, int], mode: Mode
) -> go.Figure:  # fmt: skip
    """AER of every head, the mean over heads in the last column; the bluer the better, the best head with a star.

    Args:
        sites: names of the rows; errors: 0…1, nan where a site has no such head, means in the last column.
        best: row and column of the star.
    """
    columns = [*(tr("head {n}", n=head + 1) for head in range(errors.shape[1] - 1)), tr("mean of heads")]
    texts = [["" if np.isnan(value) else f"{value:.3f}" for value in row] for row in errors]
    texts[best[0]][best[1]] += " ★"
    figure = go.Figure(
        go.Heatmap(
            z=1 - errors, x=list(range(len(columns))), y=list(range(len(sites))), zmin=0, zmax=1, xgap=2, ygap=2,
            colorscale=[(0.0, _FLAT[mode]), (1.0, _GOOD[mode])], showscale=False, text=texts, texttemplate="%{text}",
            textfont={"size": 13, "color": _INK[mode]}, customdata=[[f"{site} · {column}" for column in columns] for site in sites],
            hovertemplate=tr("%{customdata}<br>AER %{text}<extra></extra>"),
        )
    )  # fmt: skip
    styled(figure, mode, height=grid_height(len(sites)))
    figure.update_layout(title=tr("AER, 0 is best"), hovermode="closest", margin={"l": 8, "r": 8, "t": 40, "b": 30})
    figure.update_xaxes(tickvals=list(range(len(columns))), ticktext=columns, showgrid=False)
    figure.update_yaxes(
        tickvals=list(range(len(sites))), ticktext=list(sites), autorange="reversed", showgrid=False, automargin=True
    )
    return figure


def grid_height(sites: int) -> int:
    """Points that `error_grid` of so many sites wants."""
    return 80 + 36 * sites


def linked_map(
    weights: Float[np.ndarray, "target source"], source: Sequence[str], target: Sequence[str], gold: GoldLinks,
    found: Collection[Link], fertility: Sequence[int], mode: Mode,
) -> go.Figure:  # fmt: skip
    """A map with gold links over it (weights by their size), and above it how many gold links each source word has.

    Args:
        gold: sure links are filled squares, those that are only possible hollow ones.
        found: links extracted from the map, as rings.
        fertility: gold links of each source word; 0 is drawn as ∅. Target words without one get ∅ as well.
    """
    across, down = list(range(len(source))), list(range(len(target)))
    height = map_height(len(target))
    bars = 64 / max(height - 150, 64)
    figure = make_subplots(
        rows=2, cols=1, shared_xaxes=True, row_heights=[bars, max(1 - bars, 0.1)], vertical_spacing=0.01
    )
    figure.add_trace(_fertility(across, fertility), row=1, col=1)
    figure.add_trace(_cells(weights, source, target, mode), row=2, col=1)
    for name, links, marker in _marks(gold, found, mode):
        places = sorted(links)
        figure.add_trace(
            go.Scatter(
                x=[column for _, column in places], y=[row for row, _ in places], mode="markers", name=name,
                marker=marker, hoverinfo="skip",
            ),
            row=2, col=1,
        )  # fmt: skip
    styled(figure, mode, height=height)
    legend = {"orientation": "h", "y": 1.0, "yref": "container", "yanchor": "top", "x": 0}
    figure.update_layout(hovermode="closest", margin={"l": 8, "r": 8, "t": 40, "b": 60}, legend=legend)
    linked = {row for row, _ in gold.possible}
    rows = [escape(shown(word)) + ("" if at in linked else " ∅") for at, word in enumerate(target)]
    figure.update_xaxes(showgrid=False, range=[-0.5, len(source) - 0.5])
    figure.update_xaxes(tickvals=across, ticktext=[escape(shown(word)) for word in source], row=2, col=1)
    figure.update_yaxes(showgrid=False, automargin=True, tickvals=down, ticktext=rows, row=2, col=1)
    figure.update_yaxes(range=[len(target) - 0.5, -0.5], row=2, col=1)
    figure.update_yaxes(visible=False, range=[0, max([1, *fertility]) * 1.5], row=1, col=1)
    return figure


def map_height(targets: int) -> int:
    """Points that `linked_map` of so many target words wants."""
    return 190 + _CELL * targets


def _fertility(across: list[int], counts: Sequence[int]) -> go.Bar:
    return go.Bar(
        x=across, y=list(counts), text=["∅" if count == 0 else str(count) for count in counts], textposition="outside",
        marker_color=_GOLD, opacity=0.75, width=0.5, showlegend=False, cliponaxis=False,
        hovertemplate=tr("gold links: %{y}<extra></extra>"),
    )  # fmt: skip


def _cells(weights: np.ndarray, source: Sequence[str], target: Sequence[str], mode: Mode) -> go.Heatmap:
    size = np.abs(np.nan_to_num(weights))
    words = [[f"{escape(shown(row))} → {escape(shown(column))}" for column in source] for row in target]
    return go.Heatmap(
        z=size, x=list(range(len(source))), y=list(range(len(target))), zmin=0, zmax=float(size.max(initial=0)) or 1.0,
        colorscale=[(0.0, _FLAT[mode]), (1.0, SERIES[0])], showscale=False, xgap=1, ygap=1, text=words,
        customdata=weights, hovertemplate="%{text}<br>%{customdata:.4f}<extra></extra>",
    )  # fmt: skip


def _marks(gold: GoldLinks, found: Collection[Link], mode: Mode) -> list[tuple[str, Collection[Link], dict]]:
    line = {"color": _GOLD, "width": 2}
    return [
        (tr("gold, sure"), gold.sure, {"symbol": "square", "size": 9, "color": _GOLD}),
        (tr("gold, possible"), gold.possible - gold.sure, {"symbol": "square-open", "size": 9, "color": _GOLD, "line": line}),
        (tr("links found"), found, {"symbol": "circle-open", "size": 19, "color": _INK[mode], "line": {"width": 1.5}}),
    ]  # fmt: skip
