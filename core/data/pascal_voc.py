"""Pictures with boxes in the form of Pascal VOC: an XML file for each picture, the pictures as JPEG or PNG.

A box is four numbers of pixels counted from 1, both ends inside (Everingham et al. 2010): xmin=1, xmax=640 is all of a
picture of 640 columns. What cannot be used is left out and counted; the rest is used.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from random import Random
from typing import NamedTuple
from xml.etree import ElementTree
from xml.parsers import expat

import torch

from core.data.boxes import BoxedPicture, BoxedPictures, Boxes, Picture, middles
from core.data.picture_file import ENDINGS, ReadPicture, read_picture
from core.errors import DataError
from core.language import tr

MOST_FILES = 20_000
MOST_BYTES = 50_000_000  # of one file
MOST_BOXES = 300  # on one picture: more queries than that no detector of this size has
_HELD_OUT = 0.2  # of the pictures, where no list says which
_NAMED = 3  # files that a sentence names
Reads = Mapping[str, Callable[[], bytes]]  # by the file's path: its content when asked
Edges = tuple[float, float, float, float]  # left, top, right, bottom, in parts of the picture


class Noted(NamedTuple):
    """One annotation: the picture's file, the size it was annotated at (0 where not said), and its boxes."""

    picture: str
    columns: int
    rows: int
    boxes: tuple[tuple[str, Edges], ...]


class _Usable(NamedTuple):
    """A picture, its boxes and the word of each."""

    name: str
    pixels: Picture
    boxes: Boxes
    labels: list[str]


@dataclass
class _Told:
    """What was left out or mended, by what it was: how often, and the first files."""

    counts: Counter[str]
    files: dict[str, list[str]]

    def note(self, what: str, name: str, count: int = 1) -> None:
        """One more."""
        self.counts[what] += count
        names = self.files.setdefault(what, [])
        if name not in names:
            names.append(name)

    def sentences(self) -> tuple[str, ...]:
        """For people."""
        return tuple(
            f"{count:,} {what}: {', '.join(self.files[what][:_NAMED])}{' …' if len(self.files[what]) > _NAMED else ''}"
            for what, count in self.counts.items()
        )


def read_folder(folder: Path, size: tuple[int, int]) -> BoxedPictures:
    """Read a folder as VOC has it: Annotations, JPEGImages, and lists in ImageSets; others work if names agree.

    Args:
        size: columns and rows to bring every picture to; boxes move with it.

    Raises:
        DataError: there is no such folder, it has too many files, or nothing in it can be used.
    """
    if not folder.is_dir():
        raise DataError(
            tr("{folder} is no folder; name one with annotations (.xml) and pictures (.jpg, .png)", folder=folder)
        )
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".xml", ".txt", *ENDINGS))
    return read_files({path.relative_to(folder).as_posix(): path.read_bytes for path in paths}, size)


def read_files(files: Reads, size: tuple[int, int]) -> BoxedPictures:
    """Read annotations and pictures by the names of their files; see `read_folder`.

    Held out are the pictures that a list val.txt or test.txt names, else every fifth by chance, always the same ones.
    """
    if len(files) > MOST_FILES:
        raise DataError(
            tr(
                "{count:,} files are too many; at most {most_files:,} are read: take a part of them",
                count=len(files),
                most_files=MOST_FILES,
            )
        )
    told = _Told(Counter(), {})
    found = list(_pictures(files, size, told))
    classes = tuple(sorted({label for one in found for label in one.labels}))
    if not classes:
        said = "; ".join(told.sentences())
        raise DataError(
            tr(
                "no picture with a box was found in {count:,} files{rest}; expected annotations "
                "(.xml, Pascal VOC) and the pictures they name (.jpg, .png)",
                count=len(files),
                rest=f" ({said})" if said else "",
            )
        )
    pictures = [
        BoxedPicture(name, pixels, boxes, torch.tensor([classes.index(label) for label in labels]).long())
        for name, pixels, boxes, labels in found
    ]
    train, held_out = _split(pictures, _listed(files))
    if not any(len(one.boxes) for one in train) or not held_out:
        raise DataError(
            tr(
                "{count} usable pictures cannot be parted into some with boxes to learn from and some to be judged by: "
                "add pictures",
                count=len(pictures),
            )
        )
    return BoxedPictures(classes, train, held_out, told.sentences())


def read_annotation(content: bytes, name: str) -> Noted:
    """One XML file; boxes are as it says, in parts of the picture where it says the size, else in pixels.

    Raises:
        DataError: no XML, a document type (which could make other texts of it), or no number where one is needed.
    """
    root = _tree(content, name)
    picture = (root.findtext("filename") or "").strip()
    columns, rows = (int(_number(root, f"size/{part}", name, 0.0)) for part in ("width", "height"))
    boxes = []
    for thing in root.iter("object"):
        label = (thing.findtext("name") or "").strip()
        if not label:
            raise DataError(tr("{name}: an object has no name; every object needs one", name=name))
        low = [_number(thing, f"bndbox/{side}min", name) - 1 for side in "xy"]  # counted from 1, both ends inside
        high = [_number(thing, f"bndbox/{side}max", name) for side in "xy"]
        boxes.append((label, (low[0], low[1], high[0], high[1])))
    return Noted(picture, columns, rows, tuple(boxes))


def _pictures(files: Reads, size: tuple[int, int], told: _Told) -> Iterator[_Usable]:
    """Every picture that can be used."""
    by_name = dict[str, str]()
    for path in sorted(path for path in files if path.lower().endswith(ENDINGS)):
        if by_name.setdefault(PurePosixPath(path).name.lower(), path) != path:
            told.note(tr("pictures of the name of another one, left out"), path)
    annotated = set()
    for path in sorted(path for path in files if path.lower().endswith(".xml")):
        try:
            noted = read_annotation(_content(files, path), path)
            where = _picture_of(path, noted, by_name)
            if where is None:
                told.note(tr("annotations without their picture, left out"), path)
                continue
            annotated.add(where)
            if len(noted.boxes) > MOST_BOXES:
                told.note(tr("pictures with more than {most_boxes} boxes, left out", most_boxes=MOST_BOXES), path)
                continue
            yield _usable(noted, path, where, read_picture(_content(files, where), where, size), told)
        except DataError as error:
            told.note(tr("files that cannot be read, left out"), f"{path} ({error})")
    for where in by_name.values():
        if where not in annotated:
            told.note(tr("pictures without an annotation, left out"), where)


def _picture_of(path: str, noted: Noted, by_name: Mapping[str, str]) -> str | None:
    """The file that an annotation names, else the one of its own name."""
    stem = PurePosixPath(path).stem.lower()
    names = (PurePosixPath(noted.picture.lower().replace("\\", "/")).name, *(stem + ending for ending in ENDINGS))
    return next((by_name[name] for name in names if name in by_name), None)


def _usable(noted: Noted, path: str, where: str, picture: ReadPicture, told: _Told) -> _Usable:
    """Boxes in parts of the picture: cut off at its edges, without those that have no area there."""
    size = noted.columns or picture.columns, noted.rows or picture.rows
    if size != (picture.columns, picture.rows):
        told.note(tr("pictures of another size than their annotation says, boxes scaled"), path)
    edges, labels = list[Edges](), list[str]()
    for label, box in noted.boxes:
        low = [max(0.0, box[at]) for at in (0, 1)]
        high = [min(float(size[at]), box[at + 2]) for at in (0, 1)]
        if box[2] <= box[0] or box[3] <= box[1]:
            told.note(tr("boxes without an area, left out"), path)
        elif low[0] >= high[0] or low[1] >= high[1]:
            told.note(tr("boxes outside their picture, left out"), path)
        else:
            if min(box[:2]) < -1 or high != list(box[2:]):  # some programs count from 0, so −1 is no mistake
                told.note(tr("boxes that reach outside their picture, cut off at its edge"), path)
            edges.append((low[0] / size[0], low[1] / size[1], high[0] / size[0], high[1] / size[1]))
            labels.append(label)
    boxes = middles(torch.tensor(edges, dtype=torch.float32).view(-1, 4))
    return _Usable(PurePosixPath(where).stem, picture.pixels, boxes, labels)


def _tree(content: bytes, name: str) -> ElementTree.Element:
    """Parsed, if it has no document type: only there can entities be defined, and those can grow without end."""

    def refuse(kind: str, *_: object) -> None:
        raise DataError(
            tr("{name} declares a document type ({kind}); annotations need none: remove it", name=name, kind=kind)
        )

    check = expat.ParserCreate()
    check.StartDoctypeDeclHandler = refuse
    try:
        check.Parse(content, True)
        return ElementTree.fromstring(content)
    except (expat.ExpatError, ElementTree.ParseError, ValueError, LookupError) as error:
        raise DataError(tr("{name} is no XML: {error}", name=name, error=error)) from error


def _number(element: ElementTree.Element, path: str, name: str, default: float | None = None) -> float:
    said = (element.findtext(path) or "").strip()
    try:
        number = float(said) if said or default is None else default
    except ValueError:
        number = float("nan")
    if not abs(number) < 1e7:  # no picture has so many pixels a side; NaN is not less either
        raise DataError(
            tr("{name}: {path} is {said!r}; expected a number of pixels", name=name, path=path, said=said[:40])
        )
    return number


def _content(files: Reads, path: str) -> bytes:
    try:
        content = files[path]()
    except OSError as error:
        raise DataError(tr("{path} cannot be read: {strerror}", path=path, strerror=error.strerror)) from error
    if len(content) > MOST_BYTES:
        raise DataError(
            tr(
                "{path} has {count:,} bytes; at most {most_bytes:,} are read",
                path=path,
                count=len(content),
                most_bytes=MOST_BYTES,
            )
        )
    return content


def _listed(files: Reads) -> set[str]:
    """Names of pictures that a list holds out."""
    lists = [path for path in files if PurePosixPath(path).name.lower() in ("val.txt", "test.txt")]
    words = " ".join(_content(files, path).decode("utf-8", errors="replace") for path in lists)
    return set(words.split())


def _split(pictures: list[BoxedPicture], listed: set[str]) -> tuple[tuple[BoxedPicture, ...], tuple[BoxedPicture, ...]]:
    held = listed & {one.name for one in pictures}
    if not held:
        names = sorted(one.name for one in pictures)
        held = set(Random("held-out pictures").sample(names, round(_HELD_OUT * len(names))))
    train, held_out = ([one for one in pictures if (one.name in held) is out] for out in (False, True))
    return tuple(train), tuple(held_out)
