"""The panels of a Plotly figure: which traces share two axes, what those axes say, and what is drawn over them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from math import isclose
from typing import Any

import plotly.graph_objects as go

from core.language import tr

_TAG = re.compile(r"(?i)</?(?:b|em|i|s|span|strong|sub|sup|u|extra)\b[^>]*>")
_BREAK = re.compile(r"(?i)\s*<br\s*/?>\s*")
_NUMERAL = re.compile(r"[-−+]?[\d.,]+")


@dataclass(frozen=True)
class Axis:
    """What an axis says.

    Attributes:
        title: may be empty; names: of the places that have one.
    """

    title: str
    names: Mapping[Any, str]

    def label(self, place: Any) -> str:
        """A place by its name, else by its number."""
        told = self.told(place)
        return told if isinstance(told, str) else f"{told:.10g}"

    def told(self, place: Any) -> float | str:
        """A place by its name, or the name beside which it stands, as bars of a group do; else as the number it is."""
        if isinstance(place, str):
            return unescape(place)
        near = self.names.get(round(place), "")
        beside = "" if _NUMERAL.fullmatch(near) else near
        return self.names.get(place) or beside or float(place)

    def at(self, place: Any) -> str | None:
        """As `label`; None for what is no place."""
        return None if place is None else self.label(place)


@dataclass(frozen=True)
class Note:
    """Something over a figure: what it is, where, and in which words."""

    kind: str
    where: str
    text: str


@dataclass
class Panel:
    """Traces that share two axes.

    Attributes:
        title: of the panel, may be empty; x, y: its axes; scale: what its colors say, where all share a scale.
        said: words inside cells of a map; notes: all else that lies over it.
    """

    title: str
    x: Axis
    y: Axis
    scale: str
    traces: list[Any] = field(default_factory=list)
    said: list[Any] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def panels(figure: go.Figure) -> list[Panel]:
    """The panels of a figure, in the order of their first traces; the first one has what belongs to none."""
    layout = figure.layout
    axes = {one.plotly_name: one for one in (*figure.select_xaxes(), *figure.select_yaxes())}
    scale = layout.coloraxis.colorbar.title.text or ""
    titles, free = _titles(figure)
    found: dict[tuple[str, str], Panel] = {}
    for trace in figure.data:
        at = (trace.xaxis or "x", trace.yaxis or "y")
        if at not in found:
            found[at] = Panel(titles.get(at, ""), _axis(axes, at[0]), _axis(axes, at[1]), scale)
        found[at].traces.append(trace)
    if found:
        for note in _over(layout, free, found):
            _home(found, *note[:2]).notes.append(note[2])
    return list(found.values())


def plain(text: Any) -> str:
    """Text without the marks that Plotly reads.

    >>> plain("<b>a</b><br>b &lt;i>")
    'a, b <i>'
    """
    return unescape(_TAG.sub("", _BREAK.sub(", ", str(text)))).strip() if text else ""


def _axis(axes: Mapping[str, Any], name: str) -> Axis:
    """The axis x2 is called xaxis2; one that follows another has its names and title too."""
    own = axes.get(_long(name))
    if own is None:
        return Axis("", {})
    near = [axes[_long(own.matches)]] if own.matches else []
    near += [one for one in axes.values() if one.matches == name]
    ticks = next((one for one in (own, *near) if one.tickvals is not None and one.ticktext is not None), None)
    names = {} if ticks is None else {place: plain(text) for place, text in zip(ticks.tickvals, ticks.ticktext)}
    return Axis(plain(next((one.title.text for one in (own, *near) if one.title.text), "")), names)


def _long(name: str) -> str:
    return f"{name[0]}axis{name[1:]}"


def _titles(figure: go.Figure) -> tuple[dict[tuple[str, str], str], list[Any]]:
    """Titles that stand above panels, and all other annotations."""
    titles: dict[tuple[str, str], str] = {}
    free = []
    for one in figure.layout.annotations:
        home = _above(figure, one) if one.xref == "paper" and one.yref == "paper" else None
        if home is None:
            free.append(one)
        else:
            titles[home] = plain(one.text)
    return titles, free


def _above(figure: go.Figure, one: Any) -> tuple[str, str] | None:
    """The axes of the panel that an annotation stands above, in its middle."""
    for trace in figure.data:
        at = (trace.xaxis or "x", trace.yaxis or "y")
        x, y = (figure.layout[_long(name)].domain or (0, 1) for name in at)
        if isclose(one.x, sum(x) / 2, abs_tol=1e-6) and isclose(one.y, y[1], abs_tol=1e-6):
            return at
    return None


# ---------------------------------------------------------------- what lies over panels
def _over(
    layout: go.Layout, free: list[Any], found: Mapping[tuple[str, str], Panel]
) -> Iterator[tuple[str, str, Note]]:
    """Axes and note of every line, frame, word and picture; words inside cells go to their panel."""
    words = list(free)
    for shape in layout.shapes:
        mine = next((one for one in words if _belongs(one, shape)), None)
        if mine is not None:
            words.remove(mine)
        panel = _home(found, shape.xref, shape.yref)
        yield shape.xref, shape.yref, Note(*_shape(shape, panel), plain(mine.text) if mine is not None else "")
    for one in words:
        panel = _home(found, one.xref, one.yref)
        if one.text and _in_a_cell(one, panel):
            panel.said.append(one)
        else:
            where = ", ".join(str(axis.label(place)) for axis, place in ((panel.x, one.x), (panel.y, one.y)))
            yield one.xref, one.yref, Note(tr("words"), where, plain(one.text))
    for one in layout.images:
        where = f"{one.sizex:g} × {one.sizey:g}"
        yield (
            one.xref,
            one.yref,
            Note(tr("picture"), where, tr("a photograph or drawing: its points are not numbers to read")),
        )


def _home(found: Mapping[tuple[str, str], Panel], x: str | None, y: str | None) -> Panel:
    """The panel of these axes; the first one for what belongs to none."""
    at = ((x or "x").split(" ")[0], (y or "y").split(" ")[0])
    return found.get(at) or next(iter(found.values()))


def _belongs(word: Any, shape: Any) -> bool:
    """Whether a word was written at a line, as add_hline and add_vline do."""
    if "domain" in (word.xref or "") and shape.y0 == shape.y1:
        return word.y == shape.y0 and word.yref == shape.yref
    return "domain" in (word.yref or "") and shape.x0 == shape.x1 and word.x == shape.x0 and word.xref == shape.xref


def _in_a_cell(word: Any, panel: Panel) -> bool:
    numbers = isinstance(word.x, int) and isinstance(word.y, int)
    return numbers and any(trace.type == "heatmap" for trace in panel.traces)


def _shape(shape: Any, panel: Panel) -> tuple[str, str]:
    """What it is, and where."""
    across, down = "domain" not in (shape.xref or "x"), "domain" not in (shape.yref or "y")
    if shape.type == "line" and shape.y0 == shape.y1 and down:
        return tr("level line"), tr("at {place} upwards", place=panel.y.label(shape.y0))
    if shape.type == "line":
        return tr("upright line"), tr("at {place} across", place=panel.x.label(shape.x0))
    small = across and down and abs(shape.x1 - shape.x0) <= 1.001 and abs(shape.y1 - shape.y0) <= 1.001
    if small:
        middle = (panel.y.label(round((shape.y0 + shape.y1) / 2)), panel.x.label(round((shape.x0 + shape.x1) / 2)))
        return tr("frame"), " · ".join(middle)
    parts = []
    if across:
        parts.append(tr("across from {start} to {end}", start=f"{shape.x0:.6g}", end=f"{shape.x1:.6g}"))
    if down:
        parts.append(tr("upwards from {start} to {end}", start=f"{shape.y0:.6g}", end=f"{shape.y1:.6g}"))
    return tr("frame"), ", ".join(parts)
