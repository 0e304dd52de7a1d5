"""Arrays from NumPy's files (.npy, .npz): what a header claims is checked before it is believed, and nothing is unpickled.

`np.load` makes an array of the size that a header states before it looks whether so much is there; an array without a single
number may still claim a million million rows, and becomes as many empty lists.
"""

import io
import warnings
import zipfile
import zlib
from math import prod
from tokenize import TokenError

import numpy as np
from jaxtyping import Shaped

from core.errors import DataError
from core.language import tr

MOST_ENTRIES = 4096  # of an .npz that holds the columns of a tree, or a snapshot
OBJECTS = (
    "{name} holds Python objects (a list of arrays of different sizes, say), which only pickle could read, and nothing is "
    "unpickled here; save one numeric array, or several by name: np.savez(file, a=first, b=second)"
)
_RUBBISH = (  # what numpy says to a header that is none
    ValueError, KeyError, TypeError, SyntaxError, EOFError, IndexError, AttributeError, OverflowError, RecursionError,
    MemoryError, TokenError,
)  # fmt: skip
_DAMAGED = (  # what zipfile says to a file that is none, or to one of another maker
    zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, LookupError, RuntimeError, NotImplementedError,
)  # fmt: skip
_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


def read_npy(data: bytes, name: str) -> Shaped[np.ndarray, "..."]:
    """The array of a .npy file; a view of the bytes where that is possible.

    Raises:
        DataError: damaged, cut off, or of Python objects.
    """
    file = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # a header of Python 2 is read as well
            shape, fortran, dtype = _HEADERS[version](file)
    except _RUBBISH as error:
        raise DataError(tr(
            "{name} is no readable .npy file: its header is damaged ({short}); save it again", name=name,
            short=_short(error),
        )) from error  # fmt: skip
    if dtype.hasobject:
        raise DataError(OBJECTS.format(name=name))
    if dtype.kind in "VmM" or dtype.itemsize == 0:
        raise DataError(tr(
            "{name} holds records of the kind {dtype}, not plain numbers; save its field of weights alone", name=name,
            dtype=dtype))  # fmt: skip
    there, wanted = len(data) - file.tell(), prod(shape) * dtype.itemsize
    if there != wanted or min(shape, default=0) < 0:
        raise DataError(tr(
            "{name} should hold {wanted:,} bytes for its shape {shape} but has {there:,}: it was cut off or damaged; "
            "copy or save it again", name=name,
            wanted=wanted, shape=_shape(shape), there=there))  # fmt: skip
    if not wanted and sum(shape) > len(data):
        raise DataError(tr(
            "{name} holds no number and claims the shape {shape}; save an array that has some", name=name,
            shape=_shape(shape)))  # fmt: skip
    values = np.frombuffer(data, dtype, prod(shape), file.tell())
    return values.reshape(shape, order="F" if fortran else "C")


def read_npz(data: bytes, name: str, most: int) -> dict[str, np.ndarray]:
    """The arrays of an .npz file by their names, each a copy that may be written to.

    Args:
        most: bytes of all of them together, unpacked.

    Raises:
        DataError: no such file, damaged, too large, or one of its arrays cannot be read.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            claimed = sum(entry.file_size for entry in entries)
            if claimed > most or len(entries) > MOST_ENTRIES:
                raise DataError(
                    tr(
                        "{name} unpacks to {count:,} arrays of {claimed:,} bytes; at most {most_entries:,} of {most:,} are read",
                        name=name,
                        count=len(entries),
                        claimed=claimed,
                        most_entries=MOST_ENTRIES,
                        most=most,
                    )
                )
            contents = {entry.filename.removesuffix(".npy"): archive.read(entry) for entry in entries}
    except _DAMAGED as error:
        raise DataError(
            tr("{name} is a damaged .npz file ({short}); copy or save it again", name=name, short=_short(error))
        ) from error
    return {key: read_npy(content, f"{name}: {key[:60]}").copy() for key, content in contents.items()}


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{size:,}" for size in shape) or tr("of one number")


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
