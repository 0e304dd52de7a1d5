"""Arrays from .npz and .safetensors, and labels among them. Nothing is unpickled."""

import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from safetensors import SafetensorError, deserialize

from core.adapters.stored import MOST_ARRAYS, Contents, Stored, check_size
from core.adapters.token_lists import TokenLists, in_array, in_names
from core.errors import DataError
from core.language import tr

_TENSORS = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?",
}  # fmt: skip


def read_safetensors(data: bytes, name: str) -> Contents:
    """All tensors of a .safetensors file.

    Raises:
        DataError: damaged, or of numbers that NumPy has no kind for.
    """
    try:
        tensors = deserialize(data)
    except (SafetensorError, ValueError) as error:
        raise DataError(
            tr("{name} is no readable .safetensors file ({short}); save it again", name=name, short=_short(error))
        ) from error
    if len(tensors) > MOST_ARRAYS:
        raise DataError(
            tr(
                "{name} holds {count:,} tensors; at most {most_arrays:,} are read",
                name=name,
                count=len(tensors),
                most_arrays=MOST_ARRAYS,
            )
        )
    arrays, notes = [], []
    for key, tensor in tensors:
        if tensor["dtype"] == "BF16":  # the upper half of a float32
            numbers = (np.frombuffer(tensor["data"], "<u2").astype(np.uint32) << 16).view(np.float32)
        elif tensor["dtype"] in _TENSORS:
            numbers = np.frombuffer(tensor["data"], _TENSORS[tensor["dtype"]])
        else:
            notes.append(
                tr(
                    "{name}: {key} left out: its numbers are of the kind {dtype}; save it as float32",
                    name=name,
                    key=key,
                    dtype=tensor["dtype"],
                )
            )
            continue
        arrays.append(Stored(key, numbers.reshape(tensor["shape"])))
    told = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")]).get("__metadata__")
    return Contents(tuple(arrays), tuple(notes), in_names(told or {}))


def members(data: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    """The files in a zip (an .npz is one), one by one, with their names.

    Raises:
        DataError: damaged, encrypted, a bomb, or a PyTorch file (which is a zip around a pickle).
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if any(PurePosixPath(entry.filename).suffix == ".pkl" for entry in entries):
                raise DataError(pickled(name))
            if len(entries) > MOST_ARRAYS:
                raise DataError(
                    tr(
                        "{name} holds {count:,} files; at most {most_arrays:,} are read",
                        name=name,
                        count=len(entries),
                        most_arrays=MOST_ARRAYS,
                    )
                )
            claimed = sum(entry.file_size for entry in entries)
            check_size(
                claimed, tr("{name}, unpacked,", name=name)
            )  # zeros pack a thousandfold, so no ratio tells a bomb; the size does
            for entry in entries:
                yield entry.filename, archive.read(entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, IndexError) as error:  # IndexError: no name
        raise DataError(
            tr("{name} is a damaged zip ({short}); copy or save it again", name=name, short=_short(error))
        ) from error
    except (RuntimeError, NotImplementedError) as error:
        raise DataError(
            tr(
                "{name} is a zip that cannot be unpacked here ({short}); save it without password",
                name=name,
                short=_short(error),
            )
        ) from error


def pickled(name: str) -> str:
    """What to say to a pickle, whatever it is called."""
    return tr(
        "{name} is a pickle or a PyTorch file; such a file can run any program while it is read, so none is ever opened "
        "here. Save the numbers alone: np.save('map.npy', weights.float().cpu().numpy()), or safetensors",
        name=name,
    )


def labels_of(arrays: list[Stored]) -> list[Stored]:
    """Arrays of text among the numbers give tokens to the others: `labels`, JSON text, as `attnlab attend` writes it."""
    texts = {one.key: one.values for one in arrays if one.values.dtype.kind in "US"}
    numbers = [one for one in arrays if one.key not in texts]
    known = _told(texts.get("labels"))
    return [
        Stored(one.key, one.values, queries=_tokens(known, one.key, "queries"), keys=_tokens(known, one.key, "keys"))
        for one in numbers
    ]


def texts_of(arrays: list[Stored]) -> tuple[TokenLists, ...]:
    """Tokens that stand beside the numbers as arrays of text called source, target, or alike."""
    return in_names({one.key: in_array(one.values) for one in arrays if one.values.dtype.kind in "US"})


def _told(text: np.ndarray | None) -> dict[str, Any]:
    try:
        known = json.loads(str(text.item())) if text is not None and text.ndim == 0 else {}
    except (ValueError, RecursionError):
        return {}
    return known if isinstance(known, dict) else {}


def _tokens(known: dict[str, Any], key: str, axis: str) -> tuple[str, ...] | None:
    entry = known.get(key)
    found = entry.get(axis) if isinstance(entry, dict) else None
    return tuple(map(str, found)) if isinstance(found, list) else None


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
