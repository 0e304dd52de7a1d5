"""Pascal VOC: boxes to the pixel, what is mended or left out is counted, and no file, however broken, ends in a traceback."""

import io
from collections.abc import Callable

import numpy as np
import pytest
import torch
from PIL import Image

from core.data.boxes import corners
from core.data.pascal_voc import MOST_BOXES, read_annotation, read_files, read_folder
from core.data.picture_file import MOST_PIXELS, read_picture
from core.errors import DataError
from tests.real_data import real

SIZE = (16, 12)


def annotation(
    *boxes: tuple[float, float, float, float], name: str = "a.png", size: tuple[int, int] = (40, 30)
) -> bytes:
    things = "".join(
        f"<object><name>cell</name><bndbox><xmin>{x}</xmin><ymin>{y}</ymin><xmax>{x2}</xmax><ymax>{y2}</ymax></bndbox></object>"
        for x, y, x2, y2 in boxes
    )
    return (
        f"<annotation><filename>{name}</filename><size><width>{size[0]}</width><height>{size[1]}</height></size>{things}"
        "</annotation>"
    ).encode()


def picture(mode: str = "RGB", size: tuple[int, int] = (40, 30), kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.new(mode, size).save(stream, kind)
    return stream.getvalue()


def files(**contents: bytes) -> dict[str, Callable[[], bytes]]:
    """By names whose last underscore stands for the dot; two good pictures beside them, so that something can be used."""
    good = {"y_xml": annotation((1, 1, 40, 30), name="y.png"), "y_png": picture()}
    good |= {"z_xml": annotation((3, 4, 8, 9), name="z.png"), "z_png": picture()}
    held_out = {"ImageSets/val.txt": lambda: b"z\n"}
    return {
        name[::-1].replace("_", ".", 1)[::-1]: lambda one=one: one for name, one in {**good, **contents}.items()
    } | held_out


def test_a_box_is_counted_from_1_with_both_ends_inside_and_moves_with_the_picture():
    read = read_files(files(), SIZE)
    assert read.classes == ("cell",) and read.told == () and read.shape == (3, 12, 16) and read.most == 1
    assert [one.name for one in read.train] == ["y"] and [one.name for one in read.held_out] == ["z"]
    torch.testing.assert_close(corners(read.train[0].boxes), torch.tensor([[0.0, 0.0, 1.0, 1.0]]))
    torch.testing.assert_close(corners(read.held_out[0].boxes), torch.tensor([[2 / 40, 3 / 30, 8 / 40, 9 / 30]]))


@pytest.mark.parametrize(
    ("boxes", "kept", "said"),
    [
        ([(30, 20, 60, 50)], [[29 / 40, 19 / 30, 1, 1]], "1 boxes that reach outside their picture, cut off at its edge"),
        ([(0, 0, 10, 10)], [[0, 0, 10 / 40, 10 / 30]], None),  # counted from 0: one pixel is no mistake
        ([(50, 5, 60, 9), (1, 1, 4, 3)], [[0, 0, 4 / 40, 3 / 30]], "1 boxes outside their picture, left out"),
        ([(9, 9, 4, 9), (5, 9, 4, 9)], [], "2 boxes without an area, left out"),
        ([], [], None),
        ([(1, 1, 4, 3)] * (MOST_BOXES + 1), None, f"1 pictures with more than {MOST_BOXES} boxes, left out"),
    ],
)  # fmt: skip
def test_boxes_that_cannot_be_are_cut_off_or_left_out_and_counted(boxes, kept, said):
    read = read_files(files(a_xml=annotation(*boxes), a_png=picture()), SIZE)
    mine = [one for one in read.train if one.name == "a"]
    if kept is None:
        assert not mine
    else:
        torch.testing.assert_close(corners(mine[0].boxes), torch.tensor(kept, dtype=torch.float32).view(-1, 4))
    assert [line for line in read.told if said is None or not line.startswith(said)] == []


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"a_xml": b"<annotation>", "a_png": picture()}, "a.xml is no XML"),
        ({"a_xml": b"", "a_png": picture()}, "a.xml is no XML"),
        ({"a_xml": annotation((1, 1, 2, 2)).replace(b"<xmin>1", b"<xmin>one"), "a_png": picture()}, "bndbox/xmin is 'one'"),
        ({"a_xml": annotation((1, 1, 2, 2)).replace(b"<xmin>1", b"<xmin>1e99"), "a_png": picture()}, "bndbox/xmin is '1e99'"),
        ({"a_xml": annotation((1, 1, 2, 2)).replace(b"<xmin>1</xmin>", b""), "a_png": picture()}, "bndbox/xmin is ''"),
        ({"a_xml": annotation((1, 1, 2, 2)).replace(b"cell", b" "), "a_png": picture()}, "an object has no name"),
        ({"a_xml": annotation((1, 1, 2, 2)), "a_png": picture()[:60]}, "a.png cannot be unpacked, it is damaged or cut off"),
        ({"a_xml": annotation((1, 1, 2, 2)), "a_png": b"words"}, "a.png is no picture of the kinds that are read"),
        ({"a_xml": annotation((1, 1, 2, 2))}, "1 annotations without their picture, left out: a.xml"),
        ({"a_png": picture()}, "1 pictures without an annotation, left out: a.png"),
        ({"b/y_png": picture()}, "1 pictures of the name of another one, left out: y.png"),
        ({"a_xml": annotation((1, 1, 2, 2), size=(20, 15)), "a_png": picture()}, "1 pictures of another size than their annotation"),
    ],
)  # fmt: skip
def test_a_broken_file_is_named_and_the_rest_is_used(broken, said):
    read = read_files(files(**broken), SIZE)
    assert {"y", "z"} <= {one.name for one in (*read.train, *read.held_out)}
    unpaired = "1 pictures without an annotation, left out: a.png"  # whose annotation cannot be read
    assert said in read.told[0] and set(read.told[1:]) <= {unpaired}


def test_a_document_type_is_refused_before_it_can_grow():
    bomb = b'<!DOCTYPE a [<!ENTITY b "words">]><annotation><filename>&b;</filename></annotation>'
    with pytest.raises(DataError, match=r"x.xml declares a document type \(a\)"):
        read_annotation(bomb, "x.xml")


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "I;16"])
def test_pictures_of_every_kind_become_three_colors_of_one_size(mode):
    read = read_picture(picture(mode), "a.png", SIZE)
    assert read.pixels.shape == (3, 12, 16) and (read.columns, read.rows) == (40, 30)
    clear = mode in ("LA", "RGBA")  # of a new picture nothing is opaque, and what lies behind is white
    assert torch.equal(read.pixels, torch.full((3, 12, 16), 1.0 if clear else 0.0))


def test_sixteen_bits_of_grey_keep_their_shades():
    stream = io.BytesIO()
    Image.fromarray(np.array([[0, 32768, 65535]], np.uint16)).save(stream, "PNG")
    shades = read_picture(stream.getvalue(), "a.png", (3, 1)).pixels[0, 0]
    torch.testing.assert_close(shades, torch.tensor([0.0, 0.5, 1.0]), atol=0.01, rtol=0)


def test_a_small_file_that_says_it_is_huge_is_not_unpacked():
    with pytest.raises(DataError, match=f"at most {MOST_PIXELS:,} are read"):
        read_picture(picture("1", (10_000, 8_000)), "a.png", SIZE)


def test_without_lists_a_fifth_is_held_out_always_the_same():
    many = {f"p{at}.{end}": lambda at=at, end=end: annotation((1, 1, 9, 9), name=f"p{at}.png") if end == "xml" else picture() for at in range(10) for end in ("xml", "png")}  # fmt: skip
    once, again = read_files(many, SIZE), read_files(many, SIZE)
    assert len(once.held_out) == 2 and [one.name for one in once.held_out] == [one.name for one in again.held_out]


@pytest.mark.parametrize(
    ("given", "said"),
    [({}, "no picture with a box was found in 0 files"), ({"a.xml": lambda: b"no"}, "1 files that cannot be read"),
     ({"a.xml": lambda: annotation((1, 1, 9, 9)), "a.png": picture}, "cannot be parted")],
)  # fmt: skip
def test_nothing_usable_is_said_in_one_sentence(given, said, tmp_path):
    with pytest.raises(DataError, match=said):
        read_files(given, SIZE)
    with pytest.raises(DataError, match="is no folder"):
        read_folder(tmp_path / "missing", SIZE)


def test_real_blood_cells_are_read_whole():
    read = read_folder(real("bccd-detection"), (64, 48))
    assert (len(read.train), len(read.held_out), read.most, read.told) == (80, 20, 30, ())
    counts = [sum(int((one.labels == at).sum()) for one in (*read.train, *read.held_out)) for at in range(3)]
    assert dict(zip(read.classes, counts)) == {"Platelets": 129, "RBC": 1297, "WBC": 105}
