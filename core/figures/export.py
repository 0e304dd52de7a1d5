"""Attention matrices as files: .npz for NumPy, .json for anything, .svg to look at.

None of them needs a browser; what is in them is what was recorded.
"""

import io
import json
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import numpy as np

from core.recording.matrix import AttentionMatrix

_CELL, _GAP, _LABEL, _TITLE = 14, 28, 90, 22
_ACCENT = (47, 111, 159)
MOST_DRAWN = 250_000  # cells of an SVG: each is an element of some 150 bytes


def to_json(matrices: Sequence[AttentionMatrix]) -> bytes:
    """Schema "attnlab/attn/1": sites, labels, weights [head][query][key], and what else was recorded; −∞ is null."""
    records = [
        {
            "site": {"stack": one.site.stack, "layer": one.site.layer, "kind": one.site.kind, "name": one.site.name},
            "query_labels": list(one.queries),
            "key_labels": list(one.keys),
            "norm": {"row_empty": one.row_empty.tolist(), "sums_to_one": one.sums_to_one},
            "weights": one.weights.tolist(),
            **{part: _numbers(values) for part, values in _more(one).items()},
        }
        for one in matrices
    ]
    return json.dumps({"schema": "attnlab/attn/1", "records": records}, ensure_ascii=False).encode()


def to_npz(matrices: Sequence[AttentionMatrix]) -> bytes:
    """One float32 array [head, query, key] per site under its path, what else was recorded under path.part.

    Labels are JSON text in `labels`. Nothing is pickled.
    """
    labels = {one.site.name: {"queries": one.queries, "keys": one.keys} for one in matrices}
    arrays = {one.site.name: one.weights for one in matrices}
    arrays |= {f"{one.site.name}.{part}": values for one in matrices for part, values in _more(one).items()}
    file = io.BytesIO()
    np.savez_compressed(file, labels=np.array(json.dumps(labels, ensure_ascii=False)), **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def _more(one: AttentionMatrix) -> dict[str, np.ndarray]:
    """What was recorded beside the weights."""
    parts = {
        "scores": one.scores, "bias": one.bias, "query": one.query, "key": one.key, "value": one.value,
        "added": one.added, "context": one.context, **{f"mask.{name}": mask for name, mask in one.masks.items()},
    }  # fmt: skip
    return {part: values for part, values in parts.items() if values is not None}


def _numbers(values: np.ndarray) -> Any:
    """Lists that JSON can carry."""
    return np.where(np.isfinite(values), values.astype(object), None).tolist()


def to_svg(matrices: Sequence[AttentionMatrix]) -> bytes:
    """Every head of every site: one row of maps per site, tokens on the axes; 0 is white, 1 (or the
    largest weight of a site above 1) full colour, whatever the sign."""
    parts, top, widest = [], 0, 0
    for one in matrices:
        rows, columns = one.weights.shape[1:]
        parts.append(f'<text x="4" y="{top + 15}" font-weight="bold">{escape(one.site.label)}</text>')
        for head in range(one.heads):
            left = _LABEL + head * (columns * _CELL + _GAP + (_LABEL if head else 0))
            parts.append(_map(one, head, left, top + _TITLE + _LABEL))
            widest = max(widest, left + columns * _CELL + _GAP)
        top += _TITLE + _LABEL + rows * _CELL + _GAP
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{widest}" height="{top}" font-family="sans-serif" font-size="11">'
    return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *parts, "</svg>"]).encode()


def drawable(matrices: Sequence[AttentionMatrix]) -> bool:
    """Whether an SVG of these matrices is small enough to be opened anywhere."""
    return sum(one.weights.size for one in matrices) <= MOST_DRAWN


def _map(one: AttentionMatrix, head: int, left: int, top: int) -> str:
    cells = [f'<text x="{left}" y="{top - _LABEL + 12}" fill="#555">head {head + 1}</text>']
    for row, query in enumerate(one.queries):
        cells.append(f'<text x="{left - 4}" y="{top + row * _CELL + 11}" text-anchor="end">{escape(query)}</text>')
    for column, key in enumerate(one.keys):
        x = left + column * _CELL + 10
        cells.append(f'<text transform="translate({x},{top - 4}) rotate(-90)">{escape(key)}</text>')
    largest = max(1.0, float(np.abs(one.weights).max(initial=0.0)))  # weights that sum to one keep the scale of 0 to 1
    for (row, column), weight in np.ndenumerate(one.weights[head]):
        color = ",".join(str(round(255 + (full - 255) * abs(float(weight)) / largest)) for full in _ACCENT)
        x, y = left + column * _CELL, top + row * _CELL
        cells.append(
            f'<rect x="{x}" y="{y}" width="{_CELL}" height="{_CELL}" fill="rgb({color})">'
            f"<title>{escape(one.queries[row])} → {escape(one.keys[column])}: {weight:.4f}</title></rect>"
        )
    return "\n".join(cells)


EXPORTS: dict[str, Callable[[Sequence[AttentionMatrix]], bytes]] = {".npz": to_npz, ".json": to_json, ".svg": to_svg}
