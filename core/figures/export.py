"""Attention matrices as files: numbers (.npz for NumPy, .json for anything, .csv for tables) and pictures of all heads.

None of them needs a browser; what is in them is what was recorded.
"""

import base64
import io
import json
from collections.abc import Callable, Iterator, Sequence
from math import ceil
from typing import Any

import numpy as np
from jaxtyping import Float

from core.data.spreadsheet import written
from core.figures.alignment import plain
from core.figures.drawn.attention import to_html
from core.figures.letters import beginning, isolated, lettering
from core.figures.pictures import FIGURE_EXPORTS, Figure
from core.figures.pixels import png
from core.figures.provenance import Provenance
from core.language import tr
from core.recording.matrix import AttentionMatrix

_CELL, _GAP, _LABEL, _TITLE = 14, 28, 90, 22
_WIDEST = 560  # units of one map; more tokens get smaller cells, and a label for every so many
_LETTER = 11
_LONGEST = 14  # letters of a label; all tokens are in the description
_ACCENT = (47, 111, 159)
_MOST_CELLS = 40_000  # of a map that are drawn one by one, to be pointed at; more are one picture

Export = Callable[[Sequence[AttentionMatrix], Provenance], bytes]


def to_json(matrices: Sequence[AttentionMatrix], about: Provenance | None = None) -> bytes:
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
    data = {"schema": "attnlab/attn/1", "records": records, **({"figure": about.to_dict()} if about else {})}
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")


def to_npz(matrices: Sequence[AttentionMatrix], about: Provenance | None = None) -> bytes:
    """One float32 array [head, query, key] per site under its path, what else was recorded under path.part.

    Labels are JSON text in `labels`, what the view is of in `figure`. Nothing is pickled.
    """
    labels = {one.site.name: {"queries": one.queries, "keys": one.keys} for one in matrices}
    arrays = {one.site.name: one.weights for one in matrices}
    arrays |= {f"{one.site.name}.{part}": values for one in matrices for part, values in _more(one).items()}
    texts = {"labels": labels, **({"figure": about.to_dict()} if about else {})}
    arrays |= {name: np.array(json.dumps(text)) for name, text in texts.items()}
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
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


def to_csv(matrices: Sequence[AttentionMatrix], about: Provenance | None = None) -> bytes:
    """A table a head: the keys as its first line, the query at the beginning of each line; an empty line between tables.

    With more than one, the corner says which site and head it is.
    """
    return written(row for at, table in enumerate(_tables(matrices)) for row in ([[], *table] if at else table))


def _tables(matrices: Sequence[AttentionMatrix]) -> Iterator[list[list[Any]]]:
    several = sum(one.heads for one in matrices) > 1
    for one in matrices:
        for head, weights in enumerate(one.weights):
            corner = f"{one.site.name} head {head + 1}" if several else ""
            lines = [[query, *row] for query, row in zip(one.queries, weights)]
            yield [[corner, *one.keys], *lines]


def heads_picture(matrices: Sequence[AttentionMatrix], title: str) -> str:
    """Every head of every site: one row of maps per site, tokens on the axes; 0 is white, 1 (or the
    largest weight of a site above 1) full colour, whatever the sign."""
    parts, top, widest = [], _TITLE, 0.0
    for one in matrices:
        rows, columns = one.weights.shape[1:]
        cell = min(_CELL, _WIDEST / max(rows, columns, 1))
        parts.append(f'<text x="4" y="{top + 15:g}" font-weight="bold">{plain(one.site.label)}</text>')
        for head in range(one.heads):
            left = _LABEL + head * (columns * cell + _GAP + _LABEL)
            parts.extend(_map(one, head, left, top + _TITLE + _LABEL, cell))
            widest = max(widest, left + columns * cell + _GAP)
        top += _TITLE + _LABEL + ceil(rows * cell) + _GAP
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{max(widest, 320):g}" height="{top}" font-family="sans-serif" shape-rendering="crispEdges" '
        f'font-size="{_LETTER}"><title>{plain(title)}</title>',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="4" y="15" font-size="13"{lettering(title)}>{isolated(plain(title))}</text>', *parts, "</svg>",
    ])  # fmt: skip


def _map(one: AttentionMatrix, head: int, left: float, top: float, cell: float) -> Iterator[str]:
    """One head: labels as far as there is room, then its cells."""
    every = max(1, ceil(_LETTER * 1.1 / cell))
    yield tr(
        '<text x="{left:g}" y="{top:g}" fill="#555">head {head}</text>', left=left, top=top - _LABEL + 12, head=head + 1
    )
    for row in range(0, len(one.queries), every):
        label, y = beginning(one.queries[row], _LONGEST), top + (row + 0.5) * cell + 4
        yield f'<text x="{left - 4:g}" y="{y:g}" text-anchor="end"{lettering(label)}>{isolated(plain(label))}</text>'
    for column in range(0, len(one.keys), every):
        label, x = beginning(one.keys[column], _LONGEST), left + (column + 0.5) * cell + 4
        turned = f'transform="translate({x:g},{top - 4:g}) rotate(-90)"'
        yield f"<text {turned}{lettering(label)}>{isolated(plain(label))}</text>"
    largest = max(1.0, float(np.abs(one.weights).max(initial=0.0)))  # weights that sum to one keep the scale of 0 to 1
    shares = np.abs(one.weights[head]) / largest
    yield from (
        _cells(one, head, shares, left, top, cell) if shares.size <= _MOST_CELLS else _dots(shares, left, top, cell)
    )


def _cells(
    one: AttentionMatrix, head: int, shares: Float[np.ndarray, "row column"], left: float, top: float, cell: float
) -> Iterator[str]:
    """A square a cell, which says its weight when it is pointed at."""
    for (row, column), share in np.ndenumerate(shares):
        color = ",".join(map(str, _color(float(share))))
        yield (
            f'<rect x="{left + column * cell:g}" y="{top + row * cell:g}" width="{cell:g}" height="{cell:g}" '
            f'fill="rgb({color})"><title>{plain(one.queries[row])} → {plain(one.keys[column])}: '
            f"{one.weights[head, row, column]:.4f}</title></rect>"
        )


def _dots(shares: Float[np.ndarray, "row column"], left: float, top: float, cell: float) -> Iterator[str]:
    """All cells as one picture, a dot a cell."""
    codes = np.round(shares * 255).clip(0, 255).astype(np.uint8)
    data = base64.b64encode(png(codes, [_color(code / 255) for code in range(256)])).decode()
    rows, columns = shares.shape
    yield (
        f'<image x="{left:g}" y="{top:g}" width="{columns * cell:g}" height="{rows * cell:g}" preserveAspectRatio="none" '
        f'href="data:image/png;base64,{data}"/>'
    )


def _color(share: float) -> tuple[int, int, int]:
    red, green, blue = (round(255 + (full - 255) * min(1.0, share)) for full in _ACCENT)
    return red, green, blue


def _picture(write: Callable[[Figure], bytes]) -> Export:
    def drawn(matrices: Sequence[AttentionMatrix], about: Provenance) -> bytes:
        """All heads as a picture."""
        return write(Figure(heads_picture(matrices, about.title), about))

    return drawn


NUMBERS: dict[str, Export] = {".csv": to_csv, ".npz": to_npz, ".json": to_json}
EXPORTS: dict[str, Export] = {
    **{ending: _picture(write) for ending, write in FIGURE_EXPORTS.items()}, ".html": to_html, **NUMBERS,
}  # fmt: skip
