"""Masks as pictures: tiles of allowed and blocked cells, cost over the length, and a graph with who hears a node."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Bool, Int, UInt8

from core.figures.theme import DASHES, SERIES, Mode, styled
from core.language import tr, tr_count

_FILLED = {"light": SERIES[0], "dark": "#6db3e3"}
_BLOCKED = {"light": "#edf1f4", "dark": "#1b232b"}
_FAINT = {"light": "#9aa7b1", "dark": "#5b6770"}
_NEVER = {"light": "#ffffff", "dark": "#1b232b"}
_WRONG = "#d55e00"  # beside blue it stays apart for every eye
_HEARD = ("#2f6f9f", "#5f97bf", "#8fbcd9", "#b5d3e6", "#cfe2ee", "#dfebf3")  # by layers, the nearest strongest
_NODE = 26  # points across
_ACROSS = 4  # tiles in a row


@dataclass(frozen=True)
class Tile:
    """One matrix of yes and no.

    Attributes:
        title: above it; cells: True where filled; wrong: cells drawn in another colour, or None.
    """

    title: str
    cells: Bool[np.ndarray, "row column"]
    wrong: Bool[np.ndarray, "row column"] | None = None


def tiles(drawn: Sequence[Tile], mode: Mode, *, rows: str = "query", columns: str = "key") -> go.Figure:
    """Matrices beside each other, four in a row; rows run down.

    Args:
        rows, columns: what a row and a column is, for what is said under the pointer.
    """
    scale = [[0, _BLOCKED[mode]], [0.5, _FILLED[mode]], [1, _WRONG]]
    words = [tr("no"), tr("yes"), tr("wrong")]  # of the codes, in the figure's table
    traces = [
        go.Heatmap(
            z=_codes(tile), zmin=0, zmax=2, colorscale=scale, showscale=False, xgap=0.5, ygap=0.5,
            xaxis=f"x{_suffix(at)}", yaxis=f"y{_suffix(at)}", meta={"words": words},
            hovertemplate=f"{rows} %{{y}}, {columns} %{{x}}<extra></extra>",
        )
        for at, tile in enumerate(drawn)
    ]  # fmt: skip
    # in one piece: Plotly's own subplots take ten times as long, and this is drawn at every move of a slider
    figure = styled(go.Figure(traces, _places(drawn)), mode, height=tiles_height(len(drawn)))
    figure.layout.margin = {"l": 8, "r": 8, "t": 30, "b": 6}
    figure.layout.hovermode = "closest"
    return figure


def _codes(tile: Tile) -> UInt8[np.ndarray, "row column"]:
    cells = tile.cells.astype(np.uint8)
    if tile.wrong is not None:
        cells[tile.wrong] = 2
    return cells


def _suffix(at: int) -> str:
    """Of an axis' name, as Plotly counts: x, x2, x3."""
    return str(at + 1) if at else ""


def _places(drawn: Sequence[Tile]) -> dict[str, Any]:
    """Axes and title of every tile, where it stands; cells are squares, rows run down."""
    lines = -(-len(drawn) // _ACROSS)
    beside, above = 0.03, 0.16 / lines
    width, height = (1 - beside * (_ACROSS - 1)) / _ACROSS, (1 - above * (lines - 1)) / lines
    bare = {"showticklabels": False, "showgrid": False, "showline": False, "ticks": "", "constrain": "domain"}
    layout: dict[str, Any] = {"annotations": []}
    for at, tile in enumerate(drawn):
        left, top = at % _ACROSS * (width + beside), 1 - at // _ACROSS * (height + above)
        layout[f"xaxis{_suffix(at)}"] = {**bare, "domain": [left, left + width], "anchor": f"y{_suffix(at)}"}
        layout[f"yaxis{_suffix(at)}"] = {
            **bare, "domain": [max(0, top - height), top], "anchor": f"x{_suffix(at)}", "autorange": "reversed",
            "constraintoward": "top", "scaleanchor": f"x{_suffix(at)}",
        }  # fmt: skip
        layout["annotations"].append(
            {
                "text": tile.title, "x": left + width / 2, "y": top, "xref": "paper", "yref": "paper",
                "xanchor": "center", "yanchor": "bottom", "showarrow": False, "font": {"size": 13},
            }
        )  # fmt: skip
    return layout


def tiles_height(count: int) -> int:
    """Points that so many tiles need."""
    return 30 + 196 * -(-count // _ACROSS)


def costs_over_length(lengths: Sequence[int], pairs: Mapping[str, Sequence[int]], now: int, mode: Mode) -> go.Figure:
    """Pairs scored over the length, on logarithmic axes: a square rises two for one, a band one for one.

    Args:
        pairs: by name, one a length; now: the length that is looked at.
    """
    figure = go.Figure(
        [
            go.Scatter(
                x=list(lengths), y=list(values), name=name, mode="lines",
                line={"color": SERIES[at], "width": 2.5, "dash": DASHES[at % len(DASHES)]},
            )
            for at, (name, values) in enumerate(pairs.items())
        ]
    )  # fmt: skip
    styled(figure, mode, height=270)
    here = {"color": _FAINT[mode], "width": 1, "dash": "dot"}
    powers = [length for length in lengths if length & (length - 1) == 0]
    figure.update_layout(
        legend={"y": 1.02, "yanchor": "bottom"}, margin={"t": 28},
        shapes=[{"type": "line", "x0": now, "x1": now, "y0": 0, "y1": 1, "yref": "y domain", "line": here}],
        xaxis={"type": "log", "title": {"text": "length"}, "tickvals": powers, "ticktext": [str(one) for one in powers]},
        yaxis={"type": "log", "title": {"text": tr("pairs scored")}, "exponentformat": "SI", "dtick": 1},
    )  # fmt: skip
    return figure


def graph_drawing(
    edges: Bool[np.ndarray, "node node"], heard: Int[np.ndarray, " node"], chosen: int, mode: Mode
) -> go.Figure:
    """Nodes on a circle, arrows from who is heard to who hears; colour and number say after how many layers.

    Args:
        edges: True where the row looks at the column.
        heard: layers until each node hears the chosen one; 0 for itself, −1 for never.
        chosen: the node that speaks.
    """
    count = len(edges)
    places = [(sin(2 * pi * node / count), cos(2 * pi * node / count)) for node in range(count)]
    figure = go.Figure()
    for listener, speaker in zip(*np.nonzero(edges)):
        if listener == speaker or (edges[speaker, listener] and listener > speaker):
            continue
        both = bool(edges[speaker, listener])
        (x, y), (to_x, to_y) = places[speaker], places[listener]
        figure.add_annotation(
            x=to_x, y=to_y, ax=x, ay=y, xref="x", yref="y", axref="x", ayref="y", text="", arrowcolor=_FAINT[mode],
            arrowhead=2, arrowsize=1.2, arrowwidth=1.6, standoff=_NODE / 2 + 2, startstandoff=_NODE / 2 + 2,
            arrowside="end+start" if both else "end",
        )  # fmt: skip
    far = [_NEVER[mode] if layers < 0 else _HEARD[min(layers, len(_HEARD) - 1)] for layers in heard]
    figure.add_trace(
        go.Scatter(
            x=[x for x, _ in places], y=[y for _, y in places], mode="markers+text",
            text=[str(node + 1) for node in range(count)], hovertext=[_heard(int(n)) for n in heard], hoverinfo="text",
            marker={
                "size": _NODE, "color": far,
                "line": {
                    "width": [3 if node == chosen else 1 for node in range(count)],
                    "color": [_WRONG if node == chosen else _FAINT[mode] for node in range(count)],
                },
            },
            textfont={"color": [_letters(int(n), mode) for n in heard], "size": 13},
        )
    )  # fmt: skip
    styled(figure, mode, height=360)
    figure.update_layout(margin={"l": 4, "r": 4, "t": 4, "b": 4}, hovermode="closest", showlegend=False)
    figure.update_xaxes(visible=False, range=[-1.25, 1.25], constrain="domain")
    figure.update_yaxes(visible=False, range=[-1.25, 1.25], scaleanchor="x")
    figure.layout.meta = {"tables": [_listed(edges, heard)]}
    return figure


def _listed(edges: Bool[np.ndarray, "node node"], heard: Int[np.ndarray, " node"]) -> dict[str, Any]:
    """Nodes as a table (core/figures/figure_tables.py): whom each looks at, and when it hears the chosen one."""
    names = [str(node + 1) for node in range(len(edges))]
    looks = [", ".join(names[other] for other in np.flatnonzero(row)) or None for row in edges]
    cells = [(_heard(int(layers)), others) for layers, others in zip(heard, looks)]
    columns = (tr("hears"), tr("looks at"))
    return {"title": tr("Nodes"), "corner": tr("node"), "columns": columns, "rows": names, "cells": cells}


def _heard(layers: int) -> str:
    if layers <= 0:
        return tr("the node that speaks") if layers == 0 else tr("never hears it")
    return tr_count(layers, "hears it after 1 layer", "hears it after {n} layers")


def _letters(layers: int, mode: Mode) -> str:
    """Letters that can be read on the node's colour."""
    if layers < 0:
        return "#1f2a33" if mode == "light" else "#e6edf3"
    return "#ffffff" if layers < 2 else "#1f2a33"
