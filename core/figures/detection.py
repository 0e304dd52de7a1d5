"""What a detector sees: boxes over a picture, where a query looks, what each query would cost each thing, and how it learns."""

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float
from PIL import Image

from core.figures.plot_text import told
from core.figures.theme import DASHES, SERIES, Mode, styled
from core.language import tr

_GOLD = "#e0a100"
_CHOSEN = {"light": "#0a2038", "dark": "#ffffff"}
_LOOK = tuple((share, f"rgba(0, 158, 96, {0.8 * share})") for share in (0.0, 0.15, 1.0))  # seen on red, blue and black
_SHARP = 480  # pixels that the longer side is blown up to, so that the browser does not blur it
_FULL = {"light": SERIES[0], "dark": SERIES[7]}
_FLAT = {"light": "#f4f6f8", "dark": "#1a222a"}
_ROW, _ROOM = 24, 92  # points: a query, title and labels
_READABLE = 12  # things whose names and costs are written

Edges = Float[np.ndarray, "_ 4"]  # left, top, right and bottom, in parts of the picture


@dataclass(frozen=True)
class BoxedView:
    """A picture and what lies over it.

    Attributes:
        pixels: 0…1; there: boxes of the things, names: of each.
        said: boxes that were answered, telling: what each says; shown: which queries those are, from 0.
        pairs: query and thing that answer for each other; lines are drawn between those that are shown.
        look: where a query looks, over a grid of the picture; None for none. chosen: that query.
    """

    pixels: Float[np.ndarray, "row column channel"]
    there: Edges
    names: Sequence[str]
    said: Edges
    telling: Sequence[str]
    shown: Sequence[int]
    pairs: Sequence[tuple[int, int]] = ()
    look: Float[np.ndarray, "gridrow gridcolumn"] | None = None
    chosen: int | None = None


def boxed_picture(one: BoxedView, mode: Mode, *, height: int = 430) -> go.Figure:
    """The picture; gold and dashed what is there, in colors what was answered, green where the chosen query looks."""
    rows, columns, _ = one.pixels.shape
    scale = np.array([columns, rows, columns, rows])
    figure = go.Figure()
    if one.look is not None:
        figure.add_trace(_look(one.look, rows, columns))
    for box, name in zip(one.there * scale, one.names):
        written = name if len(one.names) <= _READABLE else ""
        figure.add_trace(_outline(box, f"there: {name}", written, _GOLD, 2.5, "dash", inside=True))
    for query, box, telling in zip(one.shown, one.said * scale, one.telling):
        color = _CHOSEN["light"] if query == one.chosen else SERIES[query % len(SERIES)]
        wide = 4.0 if query == one.chosen else 2.0
        figure.add_trace(_outline(box, telling, str(query + 1), color, wide, "solid", inside=False))
    for query, thing in one.pairs:
        if query in one.shown:
            figure.add_trace(_line(one.said[list(one.shown).index(query)] * scale, one.there[thing] * scale))
    styled(figure, mode, height=height)
    source = _source(one.pixels)
    picture = {"source": source, "x": 0, "y": 0, "sizex": columns, "sizey": rows, "xref": "x", "yref": "y"}
    figure.update_layout(
        images=[{**picture, "sizing": "stretch", "layer": "below"}], showlegend=False, hovermode="closest",
        margin={"l": 8, "r": 8, "t": 8, "b": 8}, uirevision=str((rows, columns)),
    )  # fmt: skip
    bare = {"showgrid": False, "showticklabels": False, "ticks": ""}
    figure.update_xaxes(range=[0, columns], constrain="domain", **bare)
    figure.update_yaxes(range=[rows, 0], scaleanchor="x", constrain="domain", **bare)
    return figure


def cost_map(
    costs: Float[np.ndarray, "query thing"], pairs: Sequence[tuple[int, int]], queries: Sequence[str], things: Sequence[str],
    mode: Mode,
) -> go.Figure:  # fmt: skip
    """What it would cost each query to answer for each thing, darker is cheaper; framed: the pairs of least cost in all.

    Args:
        costs: as the matching weighs them; pairs: query and thing; queries, things: names of rows and columns.
    """
    written = costs.shape[1] <= _READABLE
    figure = go.Figure(
        go.Heatmap(
            z=-costs, colorscale=[(0.0, _FLAT[mode]), (1.0, _FULL[mode])], showscale=False, xgap=1, ygap=1,
            text=[[f"{cost:.1f}" for cost in row] for row in costs], texttemplate="%{text}" if written else None,
            textfont={"size": 11}, hovertemplate=tr("%{y} for %{x}: %{text}<extra></extra>"),
        )
    )  # fmt: skip
    styled(figure, mode, height=cost_height(len(queries)))
    frames = [
        {"type": "rect", "x0": thing - 0.47, "x1": thing + 0.47, "y0": query - 0.45, "y1": query + 0.45,
         "line": {"color": _GOLD, "width": 3}}
        for query, thing in pairs
    ]  # fmt: skip
    figure.update_layout(
        shapes=frames, hovermode="closest", margin={"l": 8, "r": 8, "t": 8, "b": 40},
        uirevision=str((list(queries), list(things))),
    )  # fmt: skip
    plain = {"showgrid": False, "ticks": "", "tickfont": {"size": 12}}
    figure.update_xaxes(tickvals=list(range(len(things))), ticktext=[told(thing) for thing in things], **plain)
    figure.update_yaxes(
        tickvals=list(range(len(queries))), ticktext=list(queries), autorange="reversed", automargin=True, **plain
    )
    return figure


def cost_height(queries: int) -> int:
    """Points that `cost_map` of so many queries wants."""
    return _ROW * queries + _ROOM


def judged_curve(
    steps: Sequence[int], lines: Mapping[str, Sequence[float]], floor: float, last: int, mode: Mode
) -> go.Figure:
    """Shares over the steps of a training, and a dotted line for who has not looked.

    Args:
        lines: by what they are; floor: average precision of the same boxes on every picture; last: steps there shall be.
    """
    figure = go.Figure()
    for at, (name, values) in enumerate(lines.items()):
        figure.add_trace(
            go.Scatter(
                x=list(steps), y=list(values), name=name, mode="lines+markers", marker={"size": 5},
                line={"color": SERIES[at % len(SERIES)], "dash": DASHES[at % len(DASHES)], "width": 2},
                hovertemplate="%{y:.1%}",
            )
        )  # fmt: skip
    styled(figure, mode, height=300)
    figure.add_hline(
        y=floor, line={"dash": "dot", "width": 1.5, "color": SERIES[6]}, annotation_position="top right",
        annotation_text=tr("average precision of the same boxes everywhere: {floor:.1%}", floor=floor),
    )  # fmt: skip
    figure.update_xaxes(title=tr("step"), range=[0, last])
    figure.update_yaxes(range=[-0.02, 1.04], tickformat=".0%")
    figure.update_layout(margin={"l": 48, "t": 12}, legend={"y": -0.25})
    return figure


def _look(look: Float[np.ndarray, "gridrow gridcolumn"], rows: int, columns: int) -> go.Heatmap:
    down, across = rows / look.shape[0], columns / look.shape[1]
    return go.Heatmap(
        z=look, x0=across / 2, dx=across, y0=down / 2, dy=down, colorscale=_LOOK, showscale=False, zmin=0.0,
        hovertemplate=tr("looks here: %{z:.3f}<extra></extra>"), name=tr("where the chosen query looks"),
    )  # fmt: skip


def _outline(
    box: Float[np.ndarray, "4"], telling: str, name: str, color: str, width: float, dash: str, *, inside: bool
) -> go.Scatter:
    """A box as a line, so that it can be pointed at; its name at the upper left corner, inside or above."""
    left, top, right, bottom = box.tolist()
    return go.Scatter(
        x=[left, right, right, left, left], y=[top, top, bottom, bottom, top], mode="lines+text",
        text=[told(name), "", "", "", ""], textposition="bottom right" if inside else "top right", textfont={"color": color, "size": 13},
        line={"color": color, "width": width, "dash": dash}, hovertemplate=f"{telling}<extra></extra>", cliponaxis=False,
    )  # fmt: skip


def _line(one: Float[np.ndarray, "4"], other: Float[np.ndarray, "4"]) -> go.Scatter:
    """From the middle of an answer to the middle of the thing that it is told to be."""
    middles = [((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) for box in (one, other)]
    return go.Scatter(
        x=[x for x, _ in middles], y=[y for _, y in middles], mode="lines+markers", hoverinfo="skip",
        line={"color": _GOLD, "width": 2}, marker={"size": [4, 8], "color": _GOLD}, name=tr("from an answer to its thing"),
    )  # fmt: skip


def _source(pixels: Float[np.ndarray, "row column channel"]) -> str:
    """The picture as an address that holds it."""
    rows, columns, _ = pixels.shape
    times = max(1, round(_SHARP / max(rows, columns)))
    image = Image.fromarray((pixels.clip(0, 1) * 255).round().astype(np.uint8))
    stream = io.BytesIO()
    image.resize((columns * times, rows * times), Image.Resampling.NEAREST).save(stream, "PNG")
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()
