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
    traces: list[dict[str, Any]] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def panels(figure: go.Figure) -> list[Panel]:
    """The panels of a figure, in the order of their first traces; the first one has what belongs to none.

    Traces and what lies over them are plain dictionaries: this is done for every figure that is shown, and to ask a figure for its
    parts one by one takes ten times as long.
    """
    layout = figure.layout.to_plotly_json()
    traces = [trace.to_plotly_json() for trace in figure.data]
    scale = _said(layout.get("coloraxis", {}).get("colorbar", {}))
    titles, free = _titles(traces, layout)
    found: dict[tuple[str, str], Panel] = {}
    for trace in traces:
        at = axes_of(trace)
        if at not in found:
            found[at] = Panel(titles.get(at, ""), _axis(layout, at[0]), _axis(layout, at[1]), scale)
        found[at].traces.append(trace)
    if found:
        for x, y, note in _over(layout, free, found):
            _home(found, x, y).notes.append(note)
    return list(found.values())


def axes_of(trace: Mapping[str, Any]) -> tuple[str, str]:
    """The names of its axes: x and y, x2 and y2."""
    return trace.get("xaxis") or "x", trace.get("yaxis") or "y"


def plain(text: Any) -> str:
    """Text without the marks that Plotly reads.

    >>> plain("<b>a</b><br>b &lt;i>")
    'a, b <i>'
    """
    return unescape(_TAG.sub("", _BREAK.sub(", ", str(text)))).strip() if text else ""


def _said(part: Mapping[str, Any]) -> str:
    return plain((part.get("title") or {}).get("text"))


def _axis(layout: Mapping[str, Any], name: str) -> Axis:
    """The axis x2 is called xaxis2; one that follows another has its names and title too."""
    own = layout.get(_long(name), {})
    near = [layout.get(_long(own["matches"]), {})] if own.get("matches") else []
    near += [one for title, one in layout.items() if title[1:5] == "axis" and one.get("matches") == name]
    ticks = next(
        (one for one in (own, *near) if one.get("tickvals") is not None and one.get("ticktext") is not None), None
    )
    names = {} if ticks is None else {place: plain(text) for place, text in zip(ticks["tickvals"], ticks["ticktext"])}
    return Axis(next((_said(one) for one in (own, *near) if _said(one)), ""), names)


def _long(name: str) -> str:
    return f"{name[0]}axis{name[1:]}"


def _titles(
    traces: list[dict[str, Any]], layout: Mapping[str, Any]
) -> tuple[dict[tuple[str, str], str], list[dict[str, Any]]]:
    """Titles that stand above panels, and all other annotations."""
    titles: dict[tuple[str, str], str] = {}
    free = []
    for one in layout.get("annotations", ()):
        home = _above(traces, layout, one) if one.get("xref") == one.get("yref") == "paper" else None
        if home is None:
            free.append(one)
        else:
            titles[home] = plain(one["text"])
    return titles, free


def _above(traces: list[dict[str, Any]], layout: Mapping[str, Any], one: Mapping[str, Any]) -> tuple[str, str] | None:
    """The axes of the panel that an annotation stands above, in its middle."""
    for at in dict.fromkeys(axes_of(trace) for trace in traces):
        x, y = (layout.get(_long(name), {}).get("domain") or (0, 1) for name in at)
        if isclose(one["x"], sum(x) / 2, abs_tol=1e-6) and isclose(one["y"], y[1], abs_tol=1e-6):
            return at
    return None


# ---------------------------------------------------------------- what lies over panels
def _over(
    layout: Mapping[str, Any], free: list[dict[str, Any]], found: Mapping[tuple[str, str], Panel]
) -> Iterator[tuple[str, str, Note]]:
    """Axes and note of every line, frame, word and picture; words inside cells go to their panel."""
    words = list(free)
    for shape in layout.get("shapes", ()):
        mine = next((at for at, one in enumerate(words) if _belongs(one, shape)), None)
        text = "" if mine is None else plain(words.pop(mine).get("text"))
        x, y = _refs(shape)
        yield x, y, Note(*_shape(shape, _home(found, x, y)), text)
    for one in words:
        x, y = _refs(one)
        panel = _home(found, x, y)
        if one.get("text") and _in_a_cell(one, panel):
            panel.said.append(one)
        else:
            where = ", ".join(axis.label(place) for axis, place in ((panel.x, one["x"]), (panel.y, one["y"])))
            yield x, y, Note(tr("words"), where, plain(one.get("text")))
    for one in layout.get("images", ()):
        told = tr("a photograph or drawing: its points are not numbers to read")
        yield *_refs(one), Note(tr("picture"), f"{one['sizex']:g} × {one['sizey']:g}", told)


def _refs(one: Mapping[str, Any]) -> tuple[str, str]:
    """Of what its places are counted: an axis (x, y2), a share of it (x domain), or the page (paper)."""
    return one.get("xref") or "x", one.get("yref") or "y"


def _home(found: Mapping[tuple[str, str], Panel], x: str, y: str) -> Panel:
    """The panel of these axes; the first one for what belongs to none."""
    return found.get((x.split(" ")[0], y.split(" ")[0])) or next(iter(found.values()))


def _belongs(word: Mapping[str, Any], shape: Mapping[str, Any]) -> bool:
    """Whether a word was written at a line, as add_hline and add_vline do."""
    level, upright = shape["y0"] == shape["y1"], shape["x0"] == shape["x1"]
    if level and "domain" in _refs(word)[0]:
        return word["y"] == shape["y0"] and _refs(word)[1] == _refs(shape)[1]
    return upright and "domain" in _refs(word)[1] and word["x"] == shape["x0"] and _refs(word)[0] == _refs(shape)[0]


def _in_a_cell(word: Mapping[str, Any], panel: Panel) -> bool:
    numbers = isinstance(word["x"], int) and isinstance(word["y"], int)
    return numbers and any(trace["type"] == "heatmap" for trace in panel.traces)


def _shape(shape: Mapping[str, Any], panel: Panel) -> tuple[str, str]:
    """What it is, and where."""
    across, upwards = ("domain" not in one for one in _refs(shape))
    x0, x1, y0, y1 = (shape[name] for name in ("x0", "x1", "y0", "y1"))
    if shape["type"] == "line" and y0 == y1 and upwards:
        return tr("level line"), tr("at {place} upwards", place=panel.y.label(y0))
    if shape["type"] == "line":
        return tr("upright line"), tr("at {place} across", place=panel.x.label(x0))
    if across and upwards and abs(x1 - x0) <= 1.001 and abs(y1 - y0) <= 1.001:  # of one cell
        return tr("frame"), f"{panel.y.label(round((y0 + y1) / 2))} · {panel.x.label(round((x0 + x1) / 2))}"
    parts = []
    if across:
        parts.append(tr("across from {start} to {end}", start=f"{x0:.6g}", end=f"{x1:.6g}"))
    if upwards:
        parts.append(tr("upwards from {start} to {end}", start=f"{y0:.6g}", end=f"{y1:.6g}"))
    return tr("frame"), ", ".join(parts)
