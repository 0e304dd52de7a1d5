"""Arrays from .npy, .npz and .safetensors. Nothing is unpickled; what a header claims is checked before it is believed."""

import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from math import prod
from pathlib import PurePosixPath
from tokenize import TokenError
from typing import Any

import numpy as np
from safetensors import SafetensorError, deserialize

from core.adapters.stored import MOST_ARRAYS, Contents, Stored, check_size, megabytes
from core.adapters.token_lists import TokenLists, in_array, in_names
from core.errors import DataError

OBJECTS = (
    "{name} holds Python objects (a list of arrays of different sizes, say), which only pickle could read, and nothing is "
    "unpickled here; save one numeric array, or several by name: np.savez(file, a=first, b=second)"
)
_TENSORS = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?",
}  # fmt: skip
_RUBBISH = (  # what numpy says to a header that is none
    ValueError, KeyError, TypeError, SyntaxError, EOFError, IndexError, AttributeError, OverflowError, RecursionError,
    MemoryError, TokenError,
)  # fmt: skip
_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


def read_npy(data: bytes, name: str) -> np.ndarray:
    """The array of a .npy file; a view of the bytes where that is possible.

    Raises:
        DataError: damaged, cut off, or of Python objects.
    """
    file = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(file)
        shape, fortran, dtype = _HEADERS[version](file)
    except _RUBBISH as error:
        raise DataError(
            f"{name} is no readable .npy file: its header is damaged ({_short(error)}); save it again"
        ) from error
    if dtype.hasobject:
        raise DataError(OBJECTS.format(name=name))
    if dtype.kind in "VmM" or dtype.itemsize == 0:
        raise DataError(f"{name} holds records of the kind {dtype}, not plain numbers; save its field of weights alone")
    there, wanted = len(data) - file.tell(), prod(shape) * dtype.itemsize
    if there != wanted or min(shape, default=0) < 0:
        raise DataError(
            f"{name} should hold {megabytes(wanted)} for its shape {_shape(shape)} but has {megabytes(there)}: it was cut "
            "off or damaged; copy or save it again"
        )
    values = np.frombuffer(data, dtype, prod(shape), file.tell())
    return values.reshape(shape, order="F" if fortran else "C")


def read_safetensors(data: bytes, name: str) -> Contents:
    """All tensors of a .safetensors file.

    Raises:
        DataError: damaged, or of numbers that NumPy has no kind for.
    """
    try:
        tensors = deserialize(data)
    except (SafetensorError, ValueError) as error:
        raise DataError(f"{name} is no readable .safetensors file ({_short(error)}); save it again") from error
    if len(tensors) > MOST_ARRAYS:
        raise DataError(f"{name} holds {len(tensors):,} tensors; at most {MOST_ARRAYS:,} are read")
    arrays, notes = [], []
    for key, tensor in tensors:
        if tensor["dtype"] == "BF16":  # the upper half of a float32
            numbers = (np.frombuffer(tensor["data"], "<u2").astype(np.uint32) << 16).view(np.float32)
        elif tensor["dtype"] in _TENSORS:
            numbers = np.frombuffer(tensor["data"], _TENSORS[tensor["dtype"]])
        else:
            notes.append(f"{name}: {key} left out: its numbers are of the kind {tensor['dtype']}; save it as float32")
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
                raise DataError(f"{name} holds {len(entries):,} files; at most {MOST_ARRAYS:,} are read")
            claimed = sum(entry.file_size for entry in entries)
            check_size(
                claimed, f"{name}, unpacked,"
            )  # zeros pack a thousandfold, so no ratio tells a bomb; the size does
            for entry in entries:
                yield entry.filename, archive.read(entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise DataError(f"{name} is a damaged zip ({_short(error)}); copy or save it again") from error
    except (RuntimeError, NotImplementedError) as error:
        raise DataError(
            f"{name} is a zip that cannot be unpacked here ({_short(error)}); save it without password"
        ) from error


def pickled(name: str) -> str:
    """What to say to a pickle, whatever it is called."""
    return (
        f"{name} is a pickle or a PyTorch file; such a file can run any program while it is read, so none is ever opened "
        "here. Save the numbers alone: np.save('map.npy', weights.float().cpu().numpy()), or safetensors"
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


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{size:,}" for size in shape) or "of one number"


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
