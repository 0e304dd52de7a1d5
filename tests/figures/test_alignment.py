"""The SVG of an alignment map: well-formed whatever the tokens are, with labels, path and marks where they belong."""

import base64
import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from core.figures.alignment import picture
from core.recording.alignment import AlignmentMap, Axes, Mark, Place

SVG = "{http://www.w3.org/2000/svg}"


def drawn(rows: int, columns: int, keys: tuple[str, ...] | None = None, **more) -> ElementTree.Element:
    weights = np.eye(rows, columns, dtype=np.float32)
    one = AlignmentMap(weights, Place("attn", head=1), (rows, columns))
    labels = keys or tuple(f"k{at}" for at in range(columns))
    axes = Axes(tuple(f"q{at}" for at in range(rows)), labels, "output frames", "source tokens")
    return ElementTree.fromstring(picture(one, axes, "attn · head 2", **more))


def texts(svg: ElementTree.Element) -> list[str]:
    return [one.text or "" for one in svg.iter(f"{SVG}text")]


def test_it_has_its_labels_its_path_and_its_marks():
    path = [(0, 0), (1, 1), (2, 2), (3, 2)]
    svg = drawn(4, 3, path=path, marks=[Mark(0, 3, 3, "1", "stuck"), Mark(1, 1, 1, "2", "skipped")])
    assert {"attn · head 2", "q0", "q3", "k0", "k2", "1", "2"} <= set(texts(svg))
    line = next(one for one in svg.iter(f"{SVG}polyline") if one.get("class") == "path")
    points = [tuple(map(float, point.split(","))) for point in line.get("points", "").split()]
    image = next(svg.iter(f"{SVG}image"))
    left, top, width, height = (float(image.get(name, "")) for name in ("x", "y", "width", "height"))
    expected = [(left + (c + 0.5) * width / 3, top + (r + 0.5) * height / 4) for r, c in path]
    np.testing.assert_allclose(points, expected, atol=0.1)
    told = [one.text for one in svg.iter(f"{SVG}title")]
    assert {"1 stuck", "2 skipped"} <= set(told)


def test_its_pixels_are_the_weights():
    image = next(drawn(4, 3).iter(f"{SVG}image"))
    data = base64.b64decode((image.get("href") or "").partition("base64,")[2])
    pixels = np.asarray(Image.open(io.BytesIO(data)).convert("L"))
    np.testing.assert_array_equal(pixels < 100, np.eye(4, 3, dtype=bool))


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (1, 300), (2000, 400), (400, 2000), (3, 40)])
def test_any_size_is_a_picture_of_a_page_and_labels_keep_apart(rows, columns):
    svg = drawn(rows, columns)
    assert float(svg.get("width", "")) < 1100 and float(svg.get("height", "")) < 900
    places = [float(one.get("y", "")) for one in svg.iter(f"{SVG}text") if re.fullmatch(r"q\d+", one.text or "")]
    assert places and (np.diff(places) > 11.9).all()
    across = [
        float(re.findall(r"translate\(([\d.]+)", one.get("transform", ""))[0])
        for one in svg.iter(f"{SVG}text")
        if one.get("transform")
    ]
    assert (np.diff(across) > 11.9).all()


def test_tokens_that_look_like_markup_are_tokens():
    svg = drawn(2, 3, keys=("<b>&", "\x00\x1b", "财\ud800"))
    assert "<b>&" in texts(svg) and "␀␛" in texts(svg)
