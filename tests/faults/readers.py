"""Every reader of what comes from outside, with good files to begin from: what the mutations are done to.

A reader takes bytes and does what a page or a command would do with the file: not only opens it, but draws on what it says.
"""

import contextlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from core.adapters.dumps import read_dump
from core.adapters.labels import Captions, cuts_of, label, seconds_of
from core.adapters.recordings.reading import read_recordings
from core.attention import worksheet
from core.data import audio, conversations, documents, question_answers, transcripts
from core.data.brackets import read_treebank
from core.data.conllu import read_conllu
from core.data.graphs import read_collection, read_graph
from core.data.image_sets import read_idx
from core.data.labelled_text import read_labelled
from core.data.linked_sentences import read_linked, split_middle
from core.data.parallel_text import decode, read_table, read_two_files
from core.data.pascal_voc import read_files
from core.data.polarity import read_labelled_table
from core.decoding.stepper import Stepper
from core.decoding.trees.histories import from_beam_history
from core.decoding.trees.packed import read_npz, write_npz
from core.decoding.trees.saved import digest as tree_digest
from core.decoding.trees.saved import read_dict
from core.decoding.trees.tree import DecodingTree, fold
from core.errors import AttentionLabError
from core.figures import provenance
from core.figures.opening import open_figure
from core.figures.pictures import FIGURE_EXPORTS, Figure
from core.figures.tree_files import to_csv, to_dot, to_html
from core.lessons.reading import read_lesson
from core.lessons.shelves import find
from core.models import table_rows
from core.recording.edit import Edit
from core.runs import sessions
from core.runs.catalog import SEARCHES
from core.runs.recipes import read_recipe
from tests.adapters import generated
from tests.adapters.written import WRITERS, soft
from tests.doubles import END, RandomTable, rules
from tests.faults import good_texts
from tests.faults.run_files import exported, imported, laid_down, resumed, sealed

Read = Callable[[bytes, Path], Any]


@dataclass(frozen=True)
class Reader:
    """Attributes:
    seeds: good files; read: what is done with one, in an empty folder; share: of the mutations.
    seal: puts right the fingerprints that a file carries of itself, so that damage is met behind them.
    """

    seeds: Callable[[], list[bytes]]
    read: Read
    share: int = 1
    seal: Callable[[bytes], bytes] = bytes


def _file(read: Callable[[Path], Any], name: str = "x.txt") -> Read:
    def from_file(data: bytes, folder: Path) -> Any:
        path = folder / name
        path.write_bytes(data)
        return read(path)

    return from_file


def _halves(read: Callable[[Path, Path], Any]) -> Read:
    """Two files from one, parted where a line of === stands."""

    def from_files(data: bytes, folder: Path) -> Any:
        first, _, second = data.partition(b"\n===\n")
        paths = folder / "one.txt", folder / "two.txt"
        for path, half in zip(paths, (first, second)):
            path.write_bytes(half)
        return read(*paths)

    return from_files


# ---------------------------------------------------------------- maps and recordings
def _maps() -> list[bytes]:
    map_, heads = soft(5, 7), np.stack([soft(5, 7, at) for at in range(3)])
    labelled = json.dumps({"step": 10, "layer": 1, "weights": map_.tolist(), "source": list("abcdefg")}).encode()
    return [write(one) for write in WRITERS.values() for one in (map_, heads)] + [labelled, b",a,b\nx,0.5,0.5\ny,1,0\n"]


def _look(data: bytes, folder: Path) -> None:
    for one in read_dump([("map_10.bin", data)]).maps[:3]:
        label(one, Captions("a b c d e", "rows", None, 2.0))


def _recorded(data: bytes, folder: Path) -> None:
    for recording in read_recordings([("cross.bin", data)])[:2]:
        recording.opened(recording.crowd.all[0])


# ---------------------------------------------------------------- figures
def _figures() -> list[bytes]:
    about = provenance.Provenance(
        "attention map", "a title", provenance.Origin("demo/one", "0123abcd", 4000, 7), "attention",
        {"run": "demo/one", "source": "a b"}, site="decoder.layers.1.cross", layer=1, head=2, queries=("a", "b"), keys=("c",),
        edits=({"site": "decoder.layers.1.cross", "head": 0},), search={"name": "beam", "width": 4},
    )  # fmt: skip
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="9" height="9"/></svg>'
    return [write(Figure(drawing, about)) for write in FIGURE_EXPORTS.values()]


def _figure(data: bytes, folder: Path) -> None:
    opened = open_figure(data)
    assert isinstance(opened.about.told + opened.about.place + str(opened.warning), str)
    for edit in opened.about.edits:
        Edit.from_dict(edit)


# ---------------------------------------------------------------- trees and sessions
def _grown() -> DecodingTree:
    last = Stepper(RandomTable(4, 1), SEARCHES["beam"](width=2, length_norm="mean"), [7, END], rules(4)).finish()
    header = {
        "strategy": "beam",
        "source": "a",
        "logp": -1.5,
        "model": "demo/m",
        "settings": {"width": 2},
        "output": "b",
    }
    return fold([last], ["a", "b", "c", "d", "e", "f"], header)


def _tree(tree: DecodingTree) -> None:
    for end in tree.finished():
        tree.text(end)
    for write in (to_csv, to_dot, to_html):
        write(tree.parts)


def _sealed_tree(data: bytes) -> bytes:
    try:
        body = json.loads(data)
        return json.dumps({**body, "digest": tree_digest(read_dict(body))}).encode()
    except Exception:  # it cannot be sealed, so it is met as it is
        return data


def _sessions() -> list[bytes]:
    branch = sessions.Branch((7, 8), 6, SEARCHES["beam"](width=3))
    session = sessions.Session("a b", SEARCHES["sampling"].from_dict({"draws": 3, "seed": 1}), (branch,), 1)
    saved = sessions.SavedSession("demo/one", "0123", 10, session)
    return [saved.to_file(_grown()).encode()]


def _session(data: bytes, folder: Path) -> None:
    saved, tree = sessions.SavedSession.from_file(data)
    assert sessions.SavedSession.from_dict(saved.to_dict()) == saved
    _tree(tree)


def _sealed_session(data: bytes) -> bytes:
    try:
        body = json.loads(data)
        body.pop("digest", None)
        return json.dumps({**body, "digest": sessions._digest(body)}).encode()
    except (ValueError, AttributeError, TypeError, RecursionError):
        return data


def _links() -> list[bytes]:
    whole = sessions.SavedSession.from_file(_sessions()[0])[0].to_link().encode()
    sheet = worksheet.pack(worksheet.sheet([[1, 0], [0, 1]])).encode()
    return [whole, sheet, table_rows.pack({(): {"a": 0.5, "b": 0.5}, ("a",): {"b": 1.0}}).encode()]


def _link(data: bytes, folder: Path) -> None:
    """As an address may say it: every reader of links is asked."""
    text, refused = data.decode("utf-8", "replace"), []
    for read in (sessions.SavedSession.from_link, worksheet.unpack, table_rows.unpack):
        try:
            read(text)
        except AttentionLabError as error:
            refused.append(error)
    if len(refused) == 3:
        raise refused[0]


# ---------------------------------------------------------------- sounds and pictures
def _sounds() -> list[bytes]:
    wave = np.sin(np.arange(4000) / 9).astype(np.float32)
    return [audio.write_wav(audio.Sound(wave)), audio.write_wav(audio.Sound(wave[:900], 8000))]


def _hear(data: bytes, folder: Path) -> None:
    with contextlib.suppress(AttentionLabError):  # one of the two readers may refuse what the other takes
        seconds_of(data, "x.wav")
    audio.log_mel(audio.read_wav(data, "x.wav"))


def _picture(kind: str, mode: str = "RGB") -> bytes:
    stream = io.BytesIO()
    Image.new(mode, (40, 30)).save(stream, kind)
    return stream.getvalue()


_BOX = b"""<annotation><filename>a.png</filename><size><width>40</width><height>30</height></size>
<object><name>cell</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>20</xmax><ymax>9</ymax></bndbox></object></annotation>"""


def _boxes(data: bytes, folder: Path) -> None:
    """The damaged file as an annotation, or as the picture, beside two good pairs."""
    own = {"a.xml": _BOX, "a.png": _picture("PNG")} | {"a.xml" if data[:1] in b"< " else "a.png": data}
    good = {
        f"{name}.{end}": body
        for name in "yz"
        for end, body in (("xml", _BOX.replace(b"a.png", b"%s.png" % name.encode())), ("png", _picture("PNG")))
    }
    read_files({name: lambda body=body: body for name, body in {**good, **own}.items()}, (16, 12))


# ---------------------------------------------------------------- texts
def _idx(rank: int, *sizes: int) -> bytes:
    return bytes((0, 0, 8, rank)) + b"".join(size.to_bytes(4, "big") for size in sizes) + bytes(int(np.prod(sizes)))


def _linked(data: bytes, folder: Path) -> None:
    sentences, _, links = decode(data, "x")[0].partition("\n===\n")
    read_linked(*split_middle(sentences), links)


def _spoken(table: Path) -> Any:
    (table.parent / "a.wav").write_bytes(_sounds()[1])
    return transcripts.read_transcripts(table.parent, table)


READERS: dict[str, Reader] = {
    "archives": Reader(exported, imported, 5, sealed),
    "run folders": Reader(exported, laid_down, 5),
    "resumed runs": Reader(exported, resumed, 1),
    "maps": Reader(_maps, _look, 14),
    "recordings": Reader(lambda: [form() for form in generated.FORMS.values()], _recorded, 4),
    "token lists": Reader(lambda: [b'["a", "b"]', b"a b\nc"], lambda data, _: cuts_of(decode(data, "x")[0]), 2),
    "figures": Reader(_figures, _figure, 10),
    "trees": Reader(
        lambda: [_grown().to_json().encode()], lambda data, _: _tree(DecodingTree.from_json(data)), 5, _sealed_tree
    ),
    "packed trees": Reader(
        lambda: [write_npz(_grown().parts)], lambda data, _: _tree(DecodingTree(*read_npz(data))), 4
    ),
    "beam histories": Reader(
        lambda: [good_texts.HISTORY], lambda data, _: _tree(from_beam_history(data.decode("utf-8", "replace"))), 4
    ),
    "sessions": Reader(_sessions, _session, 6, _sealed_session),
    "links": Reader(_links, _link, 5),
    "tables": Reader(
        lambda: [b'{"": {"a": 0.5, "b": 0.5}, "a": {"b": 1}}'],
        lambda data, _: table_rows.read_rows(data.decode("utf-8", "replace")),
        3,
    ),
    "sounds": Reader(_sounds, _hear, 6),
    "pictures": Reader(
        lambda: [_BOX, _picture("PNG"), _picture("JPEG"), _picture("PNG", "I;16"), _picture("PNG", "P")], _boxes, 5
    ),
    "pairs": Reader(lambda: [good_texts.PAIRS], _file(read_table), 3),
    "two files": Reader(lambda: [b"a\nb\n===\nc\nd\n"], _halves(read_two_files), 1),
    "rows": Reader(
        lambda: [good_texts.ROWS, b'{"document": "x y", "summary": "z"}\n' * 3, b'mr,ref\n"n[X]",X has Y.\n'],
        _file(documents.read_documents),
        4,
    ),
    "questions": Reader(lambda: [good_texts.SQUAD], _file(question_answers.read_questions), 3),
    "conversations": Reader(lambda: [good_texts.TALK], _file(conversations.read_conversations, "x.yml"), 4),
    "trees of sentences": Reader(lambda: [good_texts.TREES], _file(read_treebank, "x.mrg"), 3),
    "words with heads": Reader(lambda: [good_texts.CONLLU], _file(read_conllu, "x.conllu"), 3),
    "labelled": Reader(lambda: [good_texts.LABELLED], _file(read_labelled), 2),
    "polar": Reader(lambda: [good_texts.LABELLED], _file(read_labelled_table), 2),
    "graphs": Reader(lambda: [good_texts.GRAPH], _halves(read_graph), 3),
    "collections": Reader(lambda: [good_texts.GRAPHS], _file(read_collection), 3),
    "digits": Reader(lambda: [_idx(3, 2, 4, 4) + b"\n===\n" + _idx(1, 2)], _halves(read_idx), 3),
    "links of words": Reader(lambda: [b"a b ||| b a\nc d ||| d c\n===\n0-0 1p1\n0-1 1-0\n"], _linked, 3),
    "transcripts": Reader(lambda: [b"name\ttext\na.wav\tni hao\n", b"a.wav|ni hao\n"], _file(_spoken, "table.csv"), 2),
    "recipes": Reader(lambda: [good_texts.RECIPE], _file(read_recipe, "x.toml"), 5),
    "lessons": Reader(lambda: [find("masked").path.read_bytes()], lambda data, _: read_lesson(data, "x.md"), 3),
}
