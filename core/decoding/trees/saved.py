"""Trees as text and back. What is read is not trusted: a file is damaged, edited, huge, or no tree at all.

Schema "attnlab/tree/1": columns as lists; nan is null, ±∞ the texts "inf" and "-inf"; attention is base64 float32.
Every part carries its SHA-256, so that what was changed after it was written is noticed, and where.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from math import inf, isfinite, nan
from typing import Any, NamedTuple

import numpy as np

from core.decoding.trees.columns import DRAW_KINDS, KINDS, REAL, TERMS, TEXT, TRUTH, WHOLE, Columns
from core.decoding.trees.intact import refuse_header, refuse_misfits
from core.errors import DataError
from core.language import tr

SCHEMA = "attnlab/tree/1"
LARGEST = 1 << 30  # characters of a file; a tree of a million nodes has fewer
_BODY = ("nodes", "steps", "draws", "attention")
_PYTHON = {WHOLE: {int}, REAL: {int, float}, TRUTH: {bool}, TEXT: {str}, TERMS: {dict}}
_FAR = {"inf": inf, "-inf": -inf, None: nan}


class Parts(NamedTuple):
    """What a tree is made of, as in `DecodingTree`."""

    header: dict[str, Any]
    nodes: Columns
    steps: Sequence[dict[str, Any]]
    draws: Columns
    attention: Mapping[str, np.ndarray]


def plain(parts: Parts) -> dict[str, Any]:
    """What JSON can carry: lists, numbers, texts."""
    attention = {
        site: {"shape": list(rows.shape), "float32": base64.b64encode(_floats(rows)).decode()}
        for site, rows in parts.attention.items()
    }
    return {
        "schema": SCHEMA, **carried(parts.header), "nodes": _columns(parts.nodes, KINDS),
        "steps": [carried(step) for step in parts.steps], "draws": _columns(parts.draws, DRAW_KINDS),
        "attention": attention,
    }  # fmt: skip


def write_json(parts: Parts) -> str:
    """One JSON text, with a digest of every part."""
    data = plain(parts)
    return json.dumps({"schema": SCHEMA, "digest": digest(parts), **data}, ensure_ascii=False, allow_nan=False)


def read_json(text: str | bytes) -> Parts:
    """The tree in a text that `write_json` wrote.

    Raises:
        DataError: no JSON, no tree, a damaged or an edited one; which part does not fit.
    """
    if len(text) > LARGEST:
        raise DataError(
            tr(
                "not a decoding tree: {count:,} characters are more than any tree has ({largest:,})",
                count=len(text),
                largest=LARGEST,
            )
        )
    try:
        data = json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise DataError(
            tr("not a decoding tree: no JSON at line {lineno}; export it again", lineno=error.lineno)
        ) from error
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise DataError(tr("not a decoding tree: no JSON text; export it again")) from error
    parts = read_dict(data)
    refuse_edited(parts, data.get("digest"))
    return parts


def read_dict(data: Any) -> Parts:
    """The tree in what `plain` gave; whatever is there besides is left out.

    Raises:
        DataError: not a tree of this schema, or its parts do not fit each other; which.
    """
    schema = data.get("schema") if isinstance(data, dict) else None
    if schema != SCHEMA:
        raise DataError(
            tr("not a decoding tree: schema {schema!r}, expected {schema2!r}", schema=str(schema)[:40], schema2=SCHEMA)
        )
    if lost := [name for name in _BODY if name not in data]:
        raise DataError(tr("the tree is damaged: {lost} missing; export it again", lost=", ".join(lost)))
    nodes, draws = read_columns(data["nodes"], KINDS, "nodes"), read_columns(data["draws"], DRAW_KINDS, "draws")
    if not isinstance(data["steps"], list) or not all(isinstance(step, dict) for step in data["steps"]):
        raise DataError(tr("the tree is damaged: `steps` is no list of steps; export it again"))
    steps = [{name: nan if value is None else value for name, value in step.items()} for step in data["steps"]]
    header = {name: carried(value) for name, value in data.items() if name not in (*_BODY, "schema", "digest")}
    return checked(Parts(header, nodes, steps, draws, _attention(data["attention"])))


def checked(parts: Parts) -> Parts:
    """The same, if its parts fit each other.

    Raises:
        DataError: they do not; which.
    """
    refuse_header(parts.header)
    refuse_misfits(parts.nodes, parts.draws, parts.attention)
    return parts


def digest(parts: Parts) -> dict[str, str]:
    """SHA-256 of each part's values, whatever the file they are written to looks like."""
    attention = [(site, rows.shape, _floats(rows)) for site, rows in sorted(parts.attention.items())]
    contents = {
        "header": [_canonical(carried(parts.header))],
        "nodes": _contents(parts.nodes, KINDS),
        "steps": [_canonical([carried(step) for step in parts.steps])],
        "draws": _contents(parts.draws, DRAW_KINDS),
        "attention": [content for site, shape, rows in attention for content in (_canonical([site, shape]), rows)],
    }
    return {name: _sha256(content) for name, content in contents.items()}


def refuse_edited(parts: Parts, stated: Any) -> None:
    """Compare with the digest that came with it.

    Raises:
        DataError: there is none, or a part is not what was written.
    """
    if not isinstance(stated, dict):
        raise DataError(tr("the tree carries no digest, so nobody can tell whether it was edited; export it again"))
    if edited := [name for name, own in digest(parts).items() if stated.get(name) != own]:
        raise DataError(
            tr(
                "the tree was edited: its {edited} are not what was written; export it again",
                edited=", ".join(edited),
            )
        )


def carried(values: Any) -> Any:
    """The same with null in place of what is no number."""
    if isinstance(values, dict):
        return {name: carried(value) for name, value in values.items()}
    if isinstance(values, (list, tuple)):
        return [carried(value) for value in values]
    return None if isinstance(values, float) and not isfinite(values) else values


def read_columns(columns: Any, kinds: Mapping[str, str], where: str) -> dict[str, list[Any]]:
    """Columns of the right names, kinds and one length.

    Raises:
        DataError: they are not; which.
    """
    if not isinstance(columns, dict) or not all(isinstance(column, list) for column in columns.values()):
        raise DataError(tr("the tree is damaged: `{where}` is no set of columns; export it again", where=where))
    missing = [name for name in kinds if name not in columns]
    if missing or len({len(columns[name]) for name in kinds}) != 1:
        raise DataError(
            tr(
                "the tree's columns in `{where}` are damaged: missing {missing}, or of different lengths",
                where=where,
                missing=missing or tr("none"),
            )
        )
    return {name: _column(columns[name], kind, f"{where}.{name}") for name, kind in kinds.items()}


def _column(column: list[Any], kind: str, where: str) -> list[Any]:
    if kind == REAL:
        column = [
            _FAR[value] if value is None or (isinstance(value, str) and value in _FAR) else value for value in column
        ]
    if not set(map(type, column)) <= _PYTHON[kind]:
        wrong = next(at for at, value in enumerate(column) if type(value) not in _PYTHON[kind])
        raise DataError(
            tr(
                "the tree is damaged: `{where}` of row {wrong} is not {kind}; export it again",
                where=where,
                wrong=wrong,
                kind=kind,
            )
        )
    if kind == WHOLE and column and not -(2**31) <= min(column) <= max(column) < 2**31:
        raise DataError(
            tr("the tree is damaged: `{where}` holds a number beyond any that can be; export it again", where=where)
        )
    if kind == TERMS:
        column = [{name: nan if value is None else value for name, value in terms.items()} for terms in column]
        for terms in column:
            if not all(type(value) in (int, float) for value in terms.values()):
                raise DataError(
                    tr("the tree is damaged: `{where}` holds what is no number; export it again", where=where)
                )
            _reals(list(terms.values()), where)
    if kind == REAL:
        column = _reals(column, where)
    return column


def _reals(column: list[Any], where: str) -> list[float]:
    try:
        return list(map(float, column))
    except OverflowError as error:
        raise DataError(
            tr("the tree is damaged: `{where}` holds a number beyond any that can be; export it again", where=where)
        ) from error


def _attention(sites: Any) -> dict[str, np.ndarray]:
    if not isinstance(sites, dict):
        raise DataError(tr("the tree is damaged: `attention` is no set of sites; export it again"))
    return {site: _rows(site, packed) for site, packed in sites.items()}


def _rows(site: str, packed: Any) -> np.ndarray:
    try:
        shape = packed["shape"]
        rows = np.frombuffer(base64.b64decode(packed["float32"], validate=True), dtype="<f4")
        fits = len(shape) == 3 and all(type(size) is int and 0 <= size <= rows.size for size in shape)
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise DataError(
            tr("the tree is damaged: the attention of {site} cannot be read; export it again", site=site[:60])
        ) from error
    if not fits or shape[0] * shape[1] * shape[2] != rows.size:
        raise DataError(
            tr(
                "the tree is damaged: the attention of {site} is not of the shape it states; export it again",
                site=site[:60],
            )
        )
    return rows.reshape(shape).copy()


def _refuse(word: str) -> None:
    raise ValueError(word)


def _floats(rows: np.ndarray) -> bytes:
    return np.ascontiguousarray(rows, dtype="<f4").tobytes()


def _columns(columns: Columns, kinds: Mapping[str, str]) -> dict[str, list[Any]]:
    found = {name: carried(columns[name]) if kind == TERMS else list(columns[name]) for name, kind in kinds.items()}
    for name, kind in kinds.items():
        if kind == REAL:
            for row in np.flatnonzero(~np.isfinite(np.array(found[name], dtype=np.float64))).tolist():
                value = found[name][row]
                found[name][row] = None if value != value else str(value)
    return found


def _contents(columns: Columns, kinds: Mapping[str, str]) -> list[bytes]:
    return [_content(columns[name], kind) for name, kind in kinds.items()]


def _content(column: Sequence[Any], kind: str) -> bytes:
    if kind == REAL:
        reals = np.array(column, dtype="<f8")
        return np.where(np.isnan(reals), nan, reals).tobytes()  # nan has many bit patterns, and is one
    return np.array(column, dtype="<i8").tobytes() if kind in (WHOLE, TRUTH) else _canonical(carried(column))


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _sha256(contents: Sequence[bytes]) -> str:
    total = hashlib.sha256()
    for content in contents:
        total.update(len(content).to_bytes(8, "little"))
        total.update(content)
    return total.hexdigest()
