"""An alignment map as an SVG picture that needs nothing around it: labels, path, and what is said about rows and columns."""

import base64
import unicodedata
from collections.abc import Sequence
from html import escape
from math import ceil

from core.figures.letters import beginning, isolated, lettering
from core.figures.pixels import levels, png, pooled
from core.figures.theme import SERIES
from core.language import tr
from core.recording.alignment import AlignmentMap, Axes, Mark

_WIDE, _TALL, _CELL = 860, 600, 26  # the largest frame and cell
_LETTER = 12
_TURNS = frozenset(
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)  # marks that turn the direction of what follows
_NONE = frozenset({"Cc", "Cs", "Cn"})
_PATH, _MARK, _INK, _SOFT = SERIES[5], "#8a5a00", "#1f2a33", "#55606a"


def picture(
    one: AlignmentMap,
    axes: Axes,
    title: str,
    path: Sequence[tuple[int, int]] = (),
    marks: Sequence[Mark] = (),
    high: float | None = None,
) -> str:
    """The map as SVG text.

    Args:
        one: what to draw; axes: its labels; title: above it.
        path: cells a line is drawn through; marks: rows and columns to point out, each with its word.
        high: weight at the end of the scale; the largest of the map if None.
    """
    rows, columns = one.weights.shape
    cell = (min(_CELL, _WIDE / columns), min(_CELL, _TALL / rows))
    wide, tall = max(40.0, cell[0] * columns), max(24.0, cell[1] * rows)
    cell = (wide / columns, tall / rows)
    left = 14 + _LETTER * 0.62 * min(14, max(map(_width, axes.queries)))
    turned = max(map(_width, axes.keys)) * _LETTER * 0.62 > cell[0]
    top = 52 + (_LETTER * 0.62 * min(12, max(map(_width, axes.keys))) if turned else _LETTER + 4)
    told = tr("rows: {rows} · columns: {columns}", rows=axes.rows, columns=axes.columns)
    parts = [
        _text(left, 18, title, anchor="start", weight="bold", size=15),
        _text(left, 34, told, anchor="start", color=_SOFT),
        _pixels(one, left, top, wide, tall, high),
        *_rows(axes, left, top, cell[1]),
        *_columns(axes, left, top, cell[0], turned),
        *(_mark(mark, at, left, top, wide, tall, cell) for at, mark in enumerate(marks)),
    ]
    if path:
        points = " ".join(f"{left + (c + 0.5) * cell[0]:.1f},{top + (r + 0.5) * cell[1]:.1f}" for r, c in path)
        line = 'fill="none" stroke-linejoin="round" points='
        parts.append(f'<polyline stroke="#ffffff" stroke-opacity="0.6" stroke-width="4" {line}"{points}"/>')  # fmt: skip
        parts.append(f'<polyline class="path" stroke="{_PATH}" stroke-width="1.6" {line}"{points}"/>')  # fmt: skip
    words = max(_width(title) * 15 * 0.57, _width(told) * _LETTER * 0.52)  # a small map is no narrower than its words
    width, height = round(left + max(wide, min(words, _WIDE)) + 16), round(top + tall + 12)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="sans-serif" font-size="{_LETTER}"><title>{plain(title)}</title>'
        f'<rect width="100%" height="100%" fill="#ffffff"/>'
    )
    return "\n".join([head, *parts, "</svg>"])


def plain(text: str) -> str:
    """Text that may stand in XML: escaped, control characters as their pictures.

    >>> plain("a<b\\x00")
    'a&lt;b␀'
    """
    return escape(legible(text))


def legible(text: str) -> str:
    """Text that every file can hold: control characters as their pictures, what is no character, or turns the text around it
    (U+202E and its kind), as a sign.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        chr(0x2400 + ord(sign))
        if ord(sign) < 32
        else "�"
        if sign in _TURNS or unicodedata.category(sign) in _NONE
        else sign
        for sign in text
    )


def _pixels(one: AlignmentMap, left: float, top: float, wide: float, tall: float, high: float | None) -> str:
    drawn = pooled(one.weights, 2 * _TALL, 2 * _WIDE)
    data = base64.b64encode(png(*levels(drawn, high))).decode()
    crisp = ' style="image-rendering:pixelated"' if drawn.shape[0] <= tall and drawn.shape[1] <= wide else ""
    place = f'x="{left:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{tall:.1f}"'
    return (
        f'<image {place} preserveAspectRatio="none"{crisp} href="data:image/png;base64,{data}"/>'
        f'<rect {place} fill="none" stroke="#c3ccd4"/>'
    )


def _every(cell: float) -> int:
    """Every how many cells a line of letters has room."""
    return max(1, ceil(_LETTER * 1.25 / cell))


def _rows(axes: Axes, left: float, top: float, cell: float) -> list[str]:
    return [
        _text(left - 5, top + (row + 0.5) * cell + 4, beginning(axes.queries[row], 14))
        for row in range(0, len(axes.queries), _every(cell))
    ]


def _columns(axes: Axes, left: float, top: float, cell: float, turned: bool) -> list[str]:
    if not turned:
        return [
            _text(left + (column + 0.5) * cell, top - 6, label, anchor="middle")
            for column, label in enumerate(axes.keys)
        ]
    labels = []
    for column in range(0, len(axes.keys), _every(cell)):
        x = left + (column + 0.5) * cell + 4
        labels.append(
            f'<text transform="translate({x:.1f},{top - 5:.1f}) rotate(-90)" fill="{_INK}"'
            f"{lettering(axes.keys[column])}>{isolated(plain(beginning(axes.keys[column], 12)))}</text>"
        )
    return labels


def _mark(
    mark: Mark, at: int, left: float, top: float, wide: float, tall: float, cell: tuple[float, float]
) -> str:  # fmt: skip
    along = cell[1] if mark.axis == 0 else cell[0]
    near, length = mark.first * along, max(2.0, (mark.last - mark.first + 1) * along)
    shift = 20 * (at % 4)
    if mark.axis == 0:
        x, y, width, height = left, top + near, wide, length
        word = (left + wide - 12 - shift, min(top + tall - 9, max(top + 9, y + height / 2)))
    else:
        x, y, width, height = left + near, top, length, tall
        word = (x + width / 2, top + tall - 12 - shift)
    return (
        f'<g class="mark"><title>{plain(f"{mark.word} {mark.told}")}</title>'
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{_MARK}" fill-opacity="0.12" '
        f'stroke="{_MARK}" stroke-dasharray="5 3"/>'
        f'<circle cx="{word[0]:.1f}" cy="{word[1]:.1f}" r="9" fill="{_MARK}"/>'
        f"{_text(word[0], word[1] + 4, mark.word, anchor='middle', color='#ffffff', weight='bold')}</g>"
    )


def _text(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "end",
    color: str = _INK,
    weight: str = "normal",
    size: int = _LETTER,
) -> str:
    style = f'text-anchor="{anchor}" fill="{color}"' + (f' font-weight="{weight}"' if weight != "normal" else "")
    return f'<text x="{x:.1f}" y="{y:.1f}" {style} font-size="{size}"{lettering(text)}>{isolated(plain(text))}</text>'


def _width(label: str) -> float:
    """How many letters wide a label is; Chinese ones take two."""
    return sum(1.8 if unicodedata.east_asian_width(sign) in "WF" else 1.0 for sign in label)
