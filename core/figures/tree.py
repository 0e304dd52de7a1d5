"""A decoding tree as one SVG picture: steps from left to right, a pill a token, nothing told by colour alone.

The best path is a straight line; the others leave it downwards. Finished: two outlines and a square; pruned: dashed;
forced: a triangle; on the reference's path: a star. The thicker a line, the more probable the token.
"""

import json
import unicodedata
from collections.abc import Mapping
from html import escape
from math import exp
from typing import Any

from core.decoding.trees.columns import Columns, finished, path
from core.decoding.trees.saved import Parts
from core.figures.letters import isolated, lettering
from core.figures.provenance import Origin, Provenance
from core.figures.tree_layout import Drawn, Layout, laid_out
from core.language import tr, tr_count

_ROW, _HEIGHT, _GAP, _EDGE, _TOP = 30, 22, 46, 14, 64
_LONGEST = 24  # characters of a token that are written out
_STYLE = """
text{font:13px sans-serif;fill:#1f2a33;dominant-baseline:central}
.number{font-size:10.5px;fill:#5b6770;text-anchor:end}
.word{text-anchor:middle}
path.edge{fill:none;stroke:#8a97a3}
rect{fill:#f3f6f8;stroke:#5b6770}
.best rect{fill:#e3eef6;stroke:#2f6f9f;stroke-width:1.8}
path.best{stroke:#2f6f9f}
.dead rect{fill:#fff;stroke:#9aa5af;stroke-dasharray:4 3}
path.dead{stroke-dasharray:4 3;stroke:#b8c0c8}
.dead text{fill:#66727d}
rect.inner{fill:none}
rect.done,path.sign{fill:#2f6f9f;stroke:none;stroke-dasharray:none}
.head{font-size:15px;font-weight:600}
.note{font-size:12px;fill:#5b6770}
"""
_STAR = "M0,-5.5 L1.4,-1.8 5.3,-1.7 2.2,0.7 3.3,4.5 0,2.3 -3.3,4.5 -2.2,0.7 -5.3,-1.7 -1.4,-1.8Z"
_TRIANGLE = "M-5,-4 H5 L0,4.5Z"
_KEYS = (
    ("best", "best output", "best"), ("kept", "kept", ""), ("done", "finished", "done"), ("dead", "pruned", "dead"),
    ("gold", "on the reference's path", "gold"), ("forced", "forced", "forced"),
)  # fmt: skip


def about_tree(
    parts: Parts, query: Mapping[str, str] | None = None, seed: int | None = None, page: str | None = None
) -> Provenance:
    """What a figure of a decoding tree says of itself.

    Args:
        query: what opens the tree on its page; by itself the model, the source, the name of the search and the edits.
        seed: of the model's training; that of draws is a setting of the search.
        page: Decoder by itself, Intervene of a tree that was decoded with edits of the attention.
    """
    header, nodes = parts.header, parts.nodes
    settings = header.get("settings")
    search = {"name": header.get("strategy", "decoding"), **(settings if isinstance(settings, dict) else {})}
    edits = header.get("edits") or ()
    asked = {
        "run": header.get("model"), "source": header.get("source"), "search": header.get("strategy"),
        "edits": json.dumps(edits, separators=(",", ":")) if edits else None,
    }  # fmt: skip
    where = page or ("intervene" if edits else "decoder")
    best = path(nodes, finished(nodes)[0]) if finished(nodes) else []
    return Provenance(
        tr("decoding tree"),
        _title(header),
        Origin(header.get("model"), header.get("model_hash"), header.get("checkpoint_step"), seed),
        where if header.get("model") else "",
        {name: str(value) for name, value in asked.items() if value} if query is None else query,
        tr("left to right: steps of the target; a node is a token, its path what stands before it"),
        source=str(header.get("source", "")),
        queries=tuple(nodes["text"][at] for at in best),
        keys=tuple(header.get("source_tokens", ())),
        search=search,
        edits=tuple(edits),
    )


def _title(header: Mapping[str, Any]) -> str:
    count = len(header.get("edits") or ())
    edited = tr_count(count, " · 1 edit", " · {n} edits") if count else ""
    return f"{header.get('strategy', 'decoding')}{edited}: {header.get('source', '')} → {header.get('output', '')}"


def picture(header: Mapping[str, Any], nodes: Columns) -> str:
    """The tree as SVG text.

    Args:
        header: of a decoding tree; nodes: its columns.
    """
    layout = laid_out(nodes)
    title = _title(header)[:200]
    widths = {node: _width(nodes, node, layout.drawn[node]) for node in layout.drawn}
    left = _lefts(layout, widths)
    places = {node: (left[drawn.column], _TOP + drawn.row * _ROW) for node, drawn in layout.drawn.items()}
    width = max(560, _length(title, 8.6) + 2 * _EDGE, max(places[node][0] + widths[node] for node in places) + _EDGE)
    bottom = _TOP + (1 + max(drawn.row for drawn in layout.drawn.values())) * _ROW + 10
    linked = [node for node, drawn in layout.drawn.items() if drawn.parent is not None]
    linked.sort(key=lambda node: _kind(layout, node) != "dead")  # what lives is drawn over what does not
    edges = [_edge(nodes, layout, node, places, widths) for node in linked]
    pills = [_pill(nodes, layout, node, places[node], widths[node]) for node in layout.drawn]
    note = tr(
        "{count} nodes, stopped: {get}; a thicker line is a more probable token",
        count=len(nodes["id"]),
        get=header.get("stop_reason", "–"),
    )
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{bottom + 34:g}" role="img">',
        f"<title>{_safe(title)}</title>", f"<style>{_STYLE}</style>", '<rect width="100%" height="100%" style="fill:#fff;stroke:none"/>',
        f'<text x="{_EDGE}" y="22" class="head"{lettering(title)}>{_safe(title)}</text>', f'<text x="{_EDGE}" y="44" class="note">{_safe(note)}</text>',
        *edges, *pills, *_legend(nodes, bottom + 14), "</svg>", "",
    ])  # fmt: skip


def shown(token: str) -> str:
    """A token as it can be seen: blanks and line ends have signs, control characters their pictures.

    >>> shown(" "), shown("a\\n"), shown("")
    ('␣', 'a⏎', '∅')
    """
    token = token.replace("\n", "⏎").replace("\t", "⇥")
    token = "".join(chr(0x2400 + ord(sign)) if ord(sign) < 32 else "␡" if ord(sign) == 127 else sign for sign in token)
    if not token.strip():
        return token.replace(" ", "␣") or "∅"
    return token if len(token) <= _LONGEST else token[: _LONGEST - 1] + "…"


def _safe(text: str) -> str:
    """Text that XML can hold."""
    held = (
        sign if sign >= " " and not 0xD800 <= ord(sign) <= 0xDFFF and sign not in "\ufffe\uffff" else " "
        for sign in text
    )
    return escape("".join(held))


def _label(nodes: Columns, node: int, drawn: Drawn) -> tuple[str, str]:
    """What a pill says: the token, and its probability."""
    if drawn.hidden:
        return tr("+{hidden} more", hidden=drawn.hidden), ""
    if drawn.parent is None:
        return shown(nodes["text"][node]), ""
    return shown(nodes["text"][node]), f"{exp(nodes['logp_token'][node]):.2g}"


def _signs(nodes: Columns, node: int, drawn: Drawn) -> list[str]:
    if drawn.hidden or drawn.parent is None:
        return []
    return [path for path, there in ((_TRIANGLE, nodes["forced"][node]), (_STAR, nodes["is_gold"][node])) if there]


def _width(nodes: Columns, node: int, drawn: Drawn) -> float:
    word, number = _label(nodes, node, drawn)
    signs = 14 * len(_signs(nodes, node, drawn)) + (12 if _done(nodes, node, drawn) else 0)
    return max(30.0, 20 + _length(word, 7.6) + (8 + _length(number, 6.2) if number else 0) + signs)


def _length(text: str, letter: float) -> float:
    return sum(13.5 if unicodedata.east_asian_width(sign) in "WF" else letter for sign in text)


def _done(nodes: Columns, node: int, drawn: Drawn) -> bool:
    return not drawn.hidden and nodes["status"][node] == "finished"


def _lefts(layout: Layout, widths: Mapping[int, float]) -> list[float]:
    """Where every column begins."""
    widest = [0.0] * (1 + max(drawn.column for drawn in layout.drawn.values()))
    for node, drawn in layout.drawn.items():
        widest[drawn.column] = max(widest[drawn.column], widths[node])
    found = [float(_EDGE)]
    for width in widest[:-1]:
        found.append(found[-1] + width + _GAP)
    return found


def _edge(
    nodes: Columns, layout: Layout, node: int, places: Mapping[int, tuple[float, float]], widths: Mapping[int, float]
) -> str:
    drawn = layout.drawn[node]
    assert drawn.parent is not None
    (x1, y1), (x2, y2) = places[drawn.parent], places[node]
    x1, y1, y2 = x1 + widths[drawn.parent], y1 + _HEIGHT / 2, y2 + _HEIGHT / 2
    bend = x2 - _GAP  # the level part ends where the column's gap begins
    thick = 1.0 if drawn.hidden else 0.75 + 3.5 * min(1.0, exp(nodes["logp_token"][node]))
    shape = f"M{x1:g},{y1:g} H{bend:g} C{bend + _GAP / 2:g},{y1:g} {bend + _GAP / 2:g},{y2:g} {x2:g},{y2:g}"
    return f'<path class="edge {_kind(layout, node)}" d="{shape}" stroke-width="{thick:.2f}"/>'


def _kind(layout: Layout, node: int) -> str:
    drawn = layout.drawn[node]
    return "dead" if drawn.dead or drawn.hidden else "best" if node in layout.best else "kept"


def _pill(nodes: Columns, layout: Layout, node: int, place: tuple[float, float], width: float) -> str:
    drawn = layout.drawn[node]
    word, number = _label(nodes, node, drawn)
    done, signs, middle = _done(nodes, node, drawn), _signs(nodes, node, drawn), _HEIGHT / 2
    parts = [f'<g class="{_kind(layout, node)}" transform="translate({place[0]:g},{place[1]:g})">']
    parts += [] if drawn.hidden else [f"<title>{_safe(_about(nodes, node))}</title>"]
    parts.append(f'<rect width="{width:g}" height="{_HEIGHT}" rx="{middle:g}"/>')
    if done:
        parts.append(f'<rect class="inner" x="2.5" y="2.5" width="{width - 5:g}" height="{_HEIGHT - 5}" rx="{middle - 2.5:g}"/>')  # fmt: skip
        parts.append(f'<rect class="done" x="{width - 16:g}" y="{middle - 4:g}" width="8" height="8"/>')  # fmt: skip
    for at, sign in enumerate(signs):
        parts.append(f'<path class="sign" transform="translate({14 + 14 * at},{middle:g})" d="{sign}"/>')  # fmt: skip
    left, right = 10 + 14 * len(signs), width - 10 - (12 if done else 0)
    room = right - (8 + _length(number, 6.2) if number else 0)
    parts.append(
        f'<text class="word" x="{(left + room) / 2:g}" y="{middle:g}"{lettering(word)}>{isolated(_safe(word))}</text>'
    )
    parts += [f'<text class="number" x="{right:g}" y="{middle:g}">{number}</text>'] if number else []
    return "".join([*parts, "</g>"])


def _about(nodes: Columns, node: int) -> str:
    figures = tr(
        "p {exp:.4g}, Σ log p {logp:.3f}, score {rank_score:.3f}",
        exp=exp(nodes["logp_token"][node]),
        logp=nodes["logp"][node],
        rank_score=nodes["rank_score"][node],
    )
    said = [shown(nodes["text"][node]), figures, nodes["status"][node], nodes["reason"][node]]
    return " · ".join(part for part in said if part)


def _legend(nodes: Columns, top: float) -> list[str]:
    """What the signs mean, those that occur."""
    status = set(nodes["status"])
    there = {
        "done": "finished" in status, "dead": any(one.startswith("pruned") or one == "superseded" for one in status),
        "gold": any(nodes["is_gold"][1:]), "forced": any(nodes["forced"]), "best": True, "kept": True,
    }  # fmt: skip
    found, x = [], float(_EDGE)
    for name, word, look in _KEYS:
        if not there[name]:
            continue
        found.append(f'<g class="{look}" transform="translate({x:g},{top:g})">')
        if name in ("gold", "forced"):
            found.append(
                f'<path class="sign" transform="translate(13,0)" d="{_STAR if name == "gold" else _TRIANGLE}"/>'
            )
        else:
            found.append('<rect y="-7" width="26" height="14" rx="7"/>')
        if name == "done":
            found.append(
                '<rect class="inner" x="2.5" y="-4.5" width="21" height="9" rx="4.5"/><rect class="done" x="15" y="-3" width="6" height="6"/>'
            )
        found.append(f'<text class="note" x="32">{escape(word)}</text></g>')
        x += 32 + _length(word, 6.4) + 20
    return found
