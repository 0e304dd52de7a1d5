"""Trees as .npz and back, without loss: an array per column, for NumPy. Nothing is pickled."""

import io
import json
from collections.abc import Mapping
from math import nan
from typing import Any

import numpy as np

from core.data import numpy_file
from core.decoding.trees.columns import DRAW_KINDS, KINDS, REAL, TERMS, TEXT, TRUTH, WHOLE
from core.decoding.trees.saved import LARGEST, SCHEMA, Parts, carried, checked, digest, read_columns, refuse_edited
from core.errors import DataError
from core.language import tr

_DTYPES = {WHOLE: np.int64, REAL: np.float64, TRUTH: np.bool_}


def write_npz(parts: Parts) -> bytes:
    """`nodes.NAME`, `draws.NAME`: numbers as arrays, texts as one JSON list; `attention.SITE` [row, head, key].

    `header` is JSON text with the schema and the digest of every part; `steps` is JSON text; nan is null there.
    """
    arrays = {"header": _text({"schema": SCHEMA, "digest": digest(parts), "header": parts.header})}
    arrays |= {"steps": _text(list(parts.steps))}
    for part, kinds, columns in (("nodes", KINDS, parts.nodes), ("draws", DRAW_KINDS, parts.draws)):
        for name, kind in kinds.items():
            values = list(columns[name])
            arrays[f"{part}.{name}"] = np.array(values, _DTYPES[kind]) if kind in _DTYPES else _text(values)
    arrays |= {f"attention.{site}": np.asarray(rows, np.float32) for site, rows in parts.attention.items()}
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def read_npz(content: bytes) -> Parts:
    """The tree in what `write_npz` gave.

    Raises:
        DataError: no such file, a damaged or an edited one, or a tree whose parts do not fit each other.
    """
    arrays = numpy_file.read_npz(content, tr("this decoding tree"), LARGEST)
    try:
        return _read(arrays)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(tr("not a decoding tree: what this .npz holds is none, or damaged; export it again")) from error


def _read(arrays: Mapping[str, np.ndarray]) -> Parts:
    stated = json.loads(str(arrays["header"]))
    if not isinstance(stated, dict) or stated.get("schema") != SCHEMA or not isinstance(stated.get("header"), dict):
        raise DataError(tr("not a decoding tree: its header is not that of {schema!r}", schema=SCHEMA))
    steps = [{name: nan if value is None else value for name, value in step.items()} for step in _list(arrays["steps"])]
    attention = {
        name.removeprefix("attention."): _rows(arrays[name]) for name in arrays if name.startswith("attention.")
    }
    nodes, draws = (_columns(arrays, part, kinds) for part, kinds in (("nodes", KINDS), ("draws", DRAW_KINDS)))
    parts = checked(Parts(carried(stated["header"]), nodes, steps, draws, attention))
    refuse_edited(parts, stated.get("digest"))
    return parts


def _columns(arrays: Mapping[str, np.ndarray], part: str, kinds: Mapping[str, str]) -> dict[str, list[Any]]:
    found = {
        name: _list(arrays[f"{part}.{name}"]) if kind in (TEXT, TERMS) else arrays[f"{part}.{name}"].tolist()
        for name, kind in kinds.items()
    }
    return read_columns(found, kinds, part)


def _rows(rows: np.ndarray) -> np.ndarray:
    if rows.ndim != 3 or rows.dtype != np.float32:
        raise DataError(tr("the tree is damaged: its attention is not [row, head, key] of float32; export it again"))
    return rows


def _list(text: np.ndarray) -> list[Any]:
    found = json.loads(str(text))
    if not isinstance(found, list):
        raise ValueError("no list")
    return found


def _text(value: Any) -> np.ndarray:
    return np.array(json.dumps(carried(value), allow_nan=False))
