"""Pictures with one label each: from IDX files as MNIST's, or from a folder with a folder of pictures for each label."""

import gzip
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from core.data.parallel_text import read_bytes
from core.data.picture_file import ENDINGS, read_picture
from core.errors import DataError
from core.language import tr

MOST_PICTURES = 100_000
_LARGEST = 1 << 30  # bytes of an unpacked file; one that claims more is not ours
_PICTURES, _LABELS = 0x803, 0x801


@dataclass(frozen=True, eq=False)
class LabelledPictures:
    """Grey pictures of one size.

    Attributes:
        pixels: 0…1, ink or light as the file has it; labels: of each; remarks: what was left out, in words.
    """

    pixels: Float[Tensor, "picture row column"]
    labels: tuple[str, ...]
    remarks: tuple[str, ...] = ()


def read_idx(pictures: Path, labels: Path) -> LabelledPictures:
    """Two IDX files, packed by gzip or not, as LeCun, Cortes & Burges keep MNIST.

    Raises:
        DataError: another kind of file, cut off, or as many labels as there are no pictures.
    """
    shown, named = _idx(pictures, _PICTURES, 3), _idx(labels, _LABELS, 1)
    if len(shown) != len(named):
        raise DataError(
            tr(
                "{name} has {count:,} pictures and {name2} {count2:,} labels: take a pair",
                name=pictures.name,
                count=len(shown),
                name2=labels.name,
                count2=len(named),
            )
        )
    return LabelledPictures(torch.from_numpy(shown / np.float32(255)), tuple(map(str, named.tolist())))


def read_folders(folder: Path, side: int) -> LabelledPictures:
    """A folder that holds a folder for each label, with JPEG or PNG files of any size and colors.

    Args:
        side: rows and columns that all are brought to.

    Raises:
        DataError: no such folder, or no picture in it.
    """
    if not folder.is_dir():
        raise DataError(
            tr("there is no folder {folder}; check the path (it is taken from {cwd})", folder=folder, cwd=Path.cwd())
        )
    pixels, labels, broken = list[Tensor](), list[str](), list[str]()
    for path in _files(folder):
        try:
            read = read_picture(read_bytes(path, tr("a picture")), path.name, (side, side))
        except DataError as error:
            broken.append(str(error))
            continue
        pixels.append(read.pixels.mean(0))
        labels.append(path.parent.name)
    if not pixels:
        why = tr("; the first: {broken}", broken=broken[0]) if broken else ""
        raise DataError(
            tr(
                "{folder} has no picture that can be read: put JPEG or PNG files into a folder for each label{why}",
                folder=folder,
                why=why,
            )
        )
    told = (
        (tr("{count:,} pictures left out; the first: {broken}", count=len(broken), broken=broken[0]),) if broken else ()
    )
    return LabelledPictures(torch.stack(pixels), tuple(labels), told)


def _files(folder: Path) -> Sequence[Path]:
    found = sorted(path for path in folder.glob("*/*") if path.suffix.lower() in ENDINGS)
    if len(found) > MOST_PICTURES:
        raise DataError(
            tr(
                "{folder} has {count:,} pictures; at most {most_pictures:,} are read: take a part",
                folder=folder,
                count=len(found),
                most_pictures=MOST_PICTURES,
            )
        )
    return found


def _idx(path: Path, kind: int, axes: int) -> np.ndarray:
    data = read_bytes(path, tr("pictures or labels in the IDX format of MNIST"))
    if data[:2] == b"\x1f\x8b":
        unpack = zlib.decompressobj(wbits=31)
        try:
            data = unpack.decompress(data, _LARGEST)
        except (zlib.error, gzip.BadGzipFile) as error:
            raise DataError(
                tr("{name} cannot be unpacked: {error}; copy it again", name=path.name, error=error)
            ) from error
    head = 4 * (1 + axes)
    if len(data) < head:
        raise DataError(
            tr("{name} is no IDX file: it has {count} bytes; see the format of MNIST", name=path.name, count=len(data))
        )
    magic, *shape = struct.unpack(f">{1 + axes}I", data[:head])
    if magic != kind:
        wanted = "pictures" if kind == _PICTURES else "labels"
        raise DataError(
            tr(
                "{name} is no IDX file of {wanted}: it begins with {magic:#x}, not {kind:#x}",
                name=path.name,
                wanted=wanted,
                magic=magic,
                kind=kind,
            )
        )
    count = int(np.prod(shape, dtype=object))
    if len(data) - head != count:
        raise DataError(
            tr(
                "{name} says that it holds {count:,} values and has {count2:,}: it was cut off",
                name=path.name,
                count=count,
                count2=len(data) - head,
            )
        )
    return np.frombuffer(data, np.uint8, count, head).reshape(shape)
