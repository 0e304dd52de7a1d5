"""A file of any of the known kinds as arrays: what it is, its bytes say; what it is called is only compared."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from core.adapters.binaries import labels_of, members, pickled, read_safetensors, texts_of
from core.adapters.stored import LARGEST_TEXT, Contents, Stored, check_size
from core.adapters.texts import read_csv, read_json
from core.adapters.token_lists import TokenLists
from core.data.numpy_file import read_npy
from core.data.parallel_text import decode
from core.errors import DataError
from core.language import mark, tr

KINDS = (".npy", ".npz", ".safetensors", ".json", ".csv", ".tsv", ".txt", ".zip")
_STRANGERS = {
    b"\x1f\x8b": mark("a gzip file: unpack it first (gunzip)"),
    b"\x89HDF": mark("an HDF5 file: save its array with np.save"),
    b"\x89PNG": mark("a picture: its colors are no weights any more; save the numbers that were drawn with np.save"),
    b"\xff\xd8\xff": mark(
        "a picture: its colors are no weights any more; save the numbers that were drawn with np.save"
    ),
    b"RIFF": mark("a sound: it goes into the box for audio"),
}


def read_file(data: bytes, name: str) -> Contents:
    """The arrays of a file.

    Args:
        data: all of its bytes.
        name: as people know it; its last part is shown, its ending compared with what the bytes are.

    Raises:
        DataError: empty, too large, damaged, of an unknown kind, or a pickle under whatever name.
    """
    if not data.strip(b"\x00 \t\r\n"):
        raise DataError(tr("{name} is empty; expected an attention map: {list}", name=name, list=", ".join(KINDS[:5])))
    check_size(len(data), name)
    kind = _kind(data, name)
    contents = _READERS[kind](data, name)
    if not contents.arrays:
        reasons = f": {'; '.join(contents.notes)}" if contents.notes else ""
        raise DataError(tr("{name} holds no array of numbers{reasons}", name=name, reasons=reasons))
    ending = PurePosixPath(name).suffix.lower()
    if ending in _ENDINGS[kind]:
        return contents
    called = tr("ends in {ending}", ending=ending) if ending else tr("has no ending")
    return replace(
        contents,
        notes=(
            tr("{name} {called} but is {kind} inside: read as that", name=name, called=called, kind=kind),
            *contents.notes,
        ),
    )


def read_bytes(path: Path) -> bytes:
    """The bytes of a file on this computer.

    Raises:
        DataError: it is not there, no file, too large, or refused by the system.
    """
    try:
        if not path.is_file():
            raise DataError(
                tr("there is no file {path}; check the path (it is taken from {cwd})", path=path, cwd=Path.cwd())
            )
        check_size(path.stat().st_size, path.name)
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise DataError(
            tr("{path} cannot be read ({getattr})", path=path, getattr=getattr(error, "strerror", None) or error)
        ) from error


def _kind(data: bytes, name: str) -> str:
    if data.startswith(b"\x93NUMPY"):
        return "npy"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if data[0] == 0x80 and len(data) > 1 and data[1] <= 5:
        raise DataError(pickled(name))
    for beginning, what in _STRANGERS.items():
        if data.startswith(beginning):
            raise DataError(tr("{name} is {what}", name=name, what=what))
    if len(data) > 9 and int.from_bytes(data[:8], "little") <= len(data) - 8 and data[8:9] == b"{":
        return "safetensors"
    if b"\x00" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError(
            tr(
                "{name} is of no kind that is read here; bring {list}, or several of them zipped",
                name=name,
                list=", ".join(KINDS[:5]),
            )
        )
    begin = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return "JSON" if begin in (b"[", b"{") or name.lower().endswith(".json") else "CSV"


def _npy(data: bytes, name: str) -> Contents:
    return Contents((Stored("", read_npy(data, name)),))


def _zip(data: bytes, name: str) -> Contents:
    """An .npz, or other files of maps in a zip; what cannot be read is left out and said."""
    arrays: list[Stored] = []
    notes: list[str] = []
    texts: list[TokenLists] = []
    for inner, content in members(data, name):
        path = PurePosixPath(inner)
        if path.suffix.lower() not in KINDS or path.name.startswith(".") or "__MACOSX" in path.parts:
            notes.append(tr("{name}: {inner} left out, not a kind that is read", name=name, inner=inner))
            continue
        key = str(path.with_suffix(""))
        try:
            if path.suffix.lower() == ".zip":
                raise DataError(tr("a zip within a zip is not opened"))
            found = read_file(content, inner)
        except DataError as error:
            notes.append(tr("{name}: {inner} left out: {error}", name=name, inner=inner, error=error))
            continue
        arrays += [
            Stored(f"{key}.{one.key}".strip("."), one.values, one.step, one.layer, one.head, one.queries, one.keys)
            for one in found.arrays
        ]
        notes += found.notes
        texts += found.texts
    return Contents(tuple(labels_of(arrays)), tuple(notes), (*texts_of(arrays), *texts))


def _json(data: bytes, name: str) -> Contents:
    return read_json(_text(data, name), name)


def _csv(data: bytes, name: str) -> Contents:
    return read_csv(_text(data, name), name)


def _text(data: bytes, name: str) -> str:
    check_size(len(data), name, LARGEST_TEXT)
    return decode(data, name)[0]


_READERS: dict[str, Callable[[bytes, str], Contents]] = {
    "npy": _npy,
    "zip": _zip,
    "safetensors": read_safetensors,
    "JSON": _json,
    "CSV": _csv,
}
_ENDINGS = {
    "npy": (".npy",),
    "zip": (".npz", ".zip"),
    "safetensors": (".safetensors",),
    "JSON": (".json",),
    "CSV": (".csv", ".tsv", ".txt"),
}
