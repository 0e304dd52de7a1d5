"""Figures as files: what they say of themselves comes back from every kind, an edit is found out, harm is refused."""

import io
import json
import re
import zlib
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader, PdfWriter

from core.errors import DataError, SettingError
from core.figures import pictures
from core.figures.attention import MapView, Reading, about_map, map_figure
from core.figures.export import heads_picture
from core.figures.opening import LARGEST_FILE, open_figure
from core.figures.pictures import FIGURE_EXPORTS, KEYWORD, NAMESPACE, Figure
from core.figures.provenance import LARGEST, Origin, Provenance
from core.recording.matrix import AttentionMatrix, Site

SCRIPTS = ("发财", "مرحبا", "नमस्ते", "क्षत्रिय", "Straße", "шар", "😀", "한국어", "ไทย")
MARKUP = (
    "<script>alert(1)</script>",
    "&amp;",
    "\"quoted\" 'so'",
    "]]>",
    "--><metadata>",
    "</desc>",
    "=1+1",
    "\n\t\x00\x7f",
    "\ud800",
)
WHOLE = Provenance(
    "attention map", "a title", Origin("demo/one", "0123abcd", 4000, 7), "attention",
    {"run": "demo/one", "source": "a b", "head": "2"}, "rows are outputs", "decoder.layers.1.cross", 1, 2, "head",
    "a b", "c d", SCRIPTS, MARKUP, {"name": "beam", "width": 4, "length_norm": "mean"},
    ({"site": "decoder.layers.1.cross", "head": 0}, {"site": "x", "head": 1, "step": 2, "row": [0.5, 0.5]}),
)  # fmt: skip
KINDS = list(FIGURE_EXPORTS)
SIMPLE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><title>t</title><rect width="9" height="9"/></svg>'
)


def matrix(queries: tuple[str, ...] = SCRIPTS, keys: tuple[str, ...] = MARKUP, heads: int = 3) -> AttentionMatrix:
    weights = np.random.default_rng(1).dirichlet(np.ones(len(keys)), (heads, len(queries))).astype(np.float32)
    return AttentionMatrix(Site("decoder", 1, "cross", "decoder.layers.1.cross"), weights, queries, keys)


def drawn(about: Provenance = WHOLE) -> Figure:
    return Figure(SIMPLE, about)


# ---------------------------------------------------------------- what comes back
@pytest.mark.parametrize("kind", KINDS)
def test_every_field_comes_back_from_every_kind(kind):
    view = MapView(matrix(), 2, "max over heads")
    figure = map_figure(view, WHOLE)
    found = open_figure(FIGURE_EXPORTS[kind](figure))
    assert found.about == WHOLE and found.edited == () and found.warning is None
    plain = found.about.to_dict()
    assert plain["queries"] == list(SCRIPTS) and plain["keys"] == list(MARKUP)
    assert (plain["run"], plain["model_hash"], plain["step"], plain["seed"]) == ("demo/one", "0123abcd", 4000, 7)


@settings(max_examples=30, deadline=None)
@given(words=st.lists(st.text(max_size=20), min_size=1, max_size=6), kind=st.sampled_from([".svg", ".png", ".pdf"]))
def test_any_text_comes_back(words, kind):
    about = replace(WHOLE, title=words[0], source=words[0], queries=tuple(words), query={"source": words[0]})
    found = open_figure(FIGURE_EXPORTS[kind](drawn(about)))
    assert found.about == about and not found.edited


def test_a_map_says_which_head_it_shows_and_a_reduction_has_none():
    reading = Reading(Origin("demo/one", "ab", 1, 2), "text", "forced", "attention", {"run": "demo/one"})
    head = about_map(MapView(matrix(), 1, "head"), reading)
    assert (head.site, head.layer, head.head, head.reduction) == ("decoder.layers.1.cross", 1, 1, "head")
    assert (head.source, head.target, head.origin.seed) == ("text", "forced", 2)
    assert head.direction == "rows = target (queries), columns = source (keys)" and "head 2" in head.title
    assert about_map(MapView(matrix(), 1, "mean over heads"), reading).head is None
    with pytest.raises(SettingError, match="mean over heads"):
        MapView(matrix(), 0, "median")


def test_tokens_that_look_like_markup_are_text():
    raw = FIGURE_EXPORTS[".svg"](map_figure(MapView(matrix(MARKUP, SCRIPTS), 0, "head"), WHOLE))
    root = ElementTree.fromstring(raw)
    assert not [one for one in root.iter() if one.tag.rpartition("}")[2] == "script"]
    assert len(list(root.iter("{http://www.w3.org/2000/svg}metadata"))) == 1
    labels = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "&amp;" in labels and "<script>alert…" in labels
    assert "source: a b" in next(root.iter("{http://www.w3.org/2000/svg}desc")).text


def test_other_programs_find_what_it_is_of():
    png = Image.open(io.BytesIO(FIGURE_EXPORTS[".png"](drawn()))).text
    assert png["Title"] == "a title" and "weights: 0123abcd" in png["Description"]
    assert json.loads(png[KEYWORD])["keys"] == list(MARKUP)
    pdf = PdfReader(io.BytesIO(FIGURE_EXPORTS[".pdf"](drawn())))
    assert pdf.metadata.title == "a title" and "beam width=4" in pdf.metadata.subject
    assert (float(pdf.pages[0].mediabox.width), float(pdf.pages[0].mediabox.height)) == (30, 15)  # points


# ---------------------------------------------------------------- the picture
def ink(svg: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(FIGURE_EXPORTS[".png"](Figure(svg, WHOLE)))).convert("L"))


def test_letters_of_every_script_are_drawn_and_words_differ():
    shown = []
    for word in ("财富", "发现", "مرحبا", "سلام", "नमस्ते", "विद्या", "Straße", "шар", "日本", "한국"):
        svg = heads_picture([matrix((word,), ("",), 1)], "")
        shown.append(ink(svg)[200:, :170])
        assert (shown[-1] < 128).sum() > 40, f"{word} is not drawn"
    assert len({one.tobytes() for one in shown}) == len(shown), "two words look the same: boxes for missing letters"


def test_a_png_and_a_pdf_show_what_the_svg_shows():
    svg = SIMPLE.replace('height="9"/>', 'height="9" fill="#2f6f9f"/>')
    for kind, zoom in ((".png", 2), (".pdf", 4)):
        raw = FIGURE_EXPORTS[kind](Figure(svg, WHOLE))
        image = Image.open(io.BytesIO(raw)) if kind == ".png" else PdfReader(io.BytesIO(raw)).pages[0].images[0].image
        assert image.size == (40 * zoom, 20 * zoom)
        assert image.convert("RGB").getpixel((4 * zoom, 4 * zoom)) == (0x2F, 0x6F, 0x9F)
        assert image.convert("RGB").getpixel((20 * zoom, 4 * zoom)) == (255, 255, 255)


def test_a_very_large_drawing_gets_fewer_dots_and_is_whole(monkeypatch):
    monkeypatch.setattr(pictures, "_MOST", 720_000)
    svg = SIMPLE.replace('width="40" height="20"', 'width="9000" height="8000"')
    image = Image.open(io.BytesIO(FIGURE_EXPORTS[".png"](Figure(svg, WHOLE))))
    assert (image.width, image.height) == (900, 800)


def test_without_a_font_it_says_so_instead_of_leaving_letters_out(monkeypatch):
    # a renderer without that font: some machines have another that stands in for it
    monkeypatch.setattr(pictures, "_rendered", lambda *args: Image.new("RGB", (30, 30), "white"))
    pictures._sans_serif.cache_clear()
    with pytest.raises(SettingError, match=r"no font to draw letters with.*take the \.svg"):
        FIGURE_EXPORTS[".png"](drawn())
    pictures._sans_serif.cache_clear()


# ---------------------------------------------------------------- what was edited
def png_with(text: str, color: str = "white") -> bytes:
    inside, file = PngInfo(), io.BytesIO()
    inside.add_itxt(KEYWORD, text)
    Image.new("RGB", (4, 4), color).save(file, "PNG", pnginfo=inside)
    return file.getvalue()


def pdf_with(change) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(FIGURE_EXPORTS[".pdf"](drawn())))
    change(writer)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def test_an_edited_word_is_found_out_and_what_stands_there_is_used():
    raw = FIGURE_EXPORTS[".svg"](drawn()).replace(b'"layer": 1', b'"layer": 0')
    found = open_figure(raw)
    assert found.edited == ("what it says",) and found.about == replace(WHOLE, layer=0)
    assert "was edited after it was saved (what it says)" in found.warning


def test_an_edited_picture_is_found_out():
    svg = FIGURE_EXPORTS[".svg"](drawn())
    assert open_figure(svg.replace(b'height="9"', b'height="8"')).edited == ("its picture",)
    png = FIGURE_EXPORTS[".png"](drawn())
    seal = Image.open(io.BytesIO(png)).text[KEYWORD]
    assert open_figure(png_with(seal)).edited == ("its picture",)
    attached = PdfReader(io.BytesIO(FIGURE_EXPORTS[".pdf"](drawn()))).attachments["figure.json"][0]
    shown = pdf_with(
        lambda writer: writer.pages[0]["/Resources"]["/XObject"]["/Figure"].set_data(b"\0" * (160 * 80 * 3))
    )
    assert open_figure(shown).edited == ("its picture",) and json.loads(attached)["picture"]


def test_a_png_packed_anew_is_not_edited():
    png = Image.open(io.BytesIO(FIGURE_EXPORTS[".png"](drawn())))
    inside, file = PngInfo(), io.BytesIO()
    inside.add_itxt(KEYWORD, png.text[KEYWORD], zip=True)
    png.save(file, "PNG", pnginfo=inside, compress_level=1)
    assert not open_figure(file.getvalue()).edited


# ---------------------------------------------------------------- what is no figure
def svg_with(text: str, before: str = "") -> bytes:
    inside = f'<metadata><figure xmlns="{NAMESPACE}">{text}</figure></metadata>'
    return f'{before}<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4">{inside}</svg>'.encode()


BOMB = '<!DOCTYPE svg [<!ENTITY a "ha">' + "".join(f'<!ENTITY {one} "{f"&{two};" * 10}">' for one, two in zip("bcdefghi", "abcdefgh")) + "]>"  # fmt: skip
OUTSIDE = '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def huge_png() -> bytes:
    size = (60_000).to_bytes(4, "big") * 2
    head = b"IHDR" + size + b"\x08\x02\x00\x00\x00"
    chunk = b"\0\0\0\x0d" + head + zlib.crc32(head).to_bytes(4, "big")
    return b"\x89PNG\r\n\x1a\n" + chunk + b"\0\0\0\0IDAT" + zlib.crc32(b"IDAT").to_bytes(4, "big")


def attaching(content: bytes) -> bytes:
    writer, file = PdfWriter(), io.BytesIO()
    writer.add_blank_page(10, 10)
    writer.add_attachment("figure.json", content)
    writer.write(file)
    return file.getvalue()


HOSTILE = {
    "nothing": (b"", "is no figure"),
    "text": (b"hello", "is no figure"),
    "another svg": (SIMPLE.encode(), "says nothing of itself"),
    "another png": (png_with("").replace(KEYWORD.encode(), b"attention-bla"), "damaged|says nothing"),
    "another pdf": (pdf_with(lambda writer: writer._root_object.pop("/Names")), "says nothing of itself"),
    "html": (b"<!doctype html><p>hello", "says nothing of itself"),
    "cut svg": (FIGURE_EXPORTS[".svg"](drawn())[:-20], "SVG is damaged"),
    "cut png": (FIGURE_EXPORTS[".png"](drawn())[:-60], "PNG is damaged"),
    "cut pdf": (FIGURE_EXPORTS[".pdf"](drawn())[:300], "PDF is damaged"),
    "entities": (svg_with("&i;", BOMB), "declares entities"),
    "a file from outside": (svg_with("&a;", OUTSIDE), "declares entities"),
    "too much text": (svg_with("a" * (LARGEST + 1)), r"has 2,000,001 characters"),
    "too much text in a png": (png_with("a" * (LARGEST + 1)), r"has 2,000,001 characters"),
    "too much text in a pdf": (attaching(b"a" * (LARGEST + 1)), r"has 2,000,001 characters"),
    "a wall of dots": (huge_png(), "60,000×60,000 dots|too large"),
    "no json": (png_with("{"), "is no JSON"),
    "deep json": (png_with("[" * 100_000), "is no JSON"),
    "a list": (png_with("[]"), "schema"),
    "newer": (png_with('{"schema": "attnlab/figure/2"}'), "newer Attention Lab"),
    "numbers for words": (png_with(json.dumps({**WHOLE.to_dict(), "source": 3})), "its source cannot be read"),
    "tokens that are none": (png_with(json.dumps({**WHOLE.to_dict(), "keys": [1]})), "its keys cannot be read"),
    "a step that is none": (png_with(json.dumps({**WHOLE.to_dict(), "step": True})), "its step cannot be read"),
    "edits that are none": (png_with(json.dumps({**WHOLE.to_dict(), "edits": [1]})), "its edits cannot be read"),
    "a query that is none": (png_with(json.dumps({**WHOLE.to_dict(), "query": {"run": []}})), "its query cannot be read"),
}  # fmt: skip


def test_a_figure_from_before_there_were_edits_is_read_and_people_are_told_of_them():
    old = {name: value for name, value in WHOLE.to_dict().items() if name != "edits"}
    assert open_figure(png_with(json.dumps(old))).about == replace(WHOLE, edits=())
    assert "edits: decoder.layers.1.cross head 1 off; x head 2 row set at step 2" in WHOLE.told


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_figure_gets_one_message(name):
    raw, words = HOSTILE[name]
    with pytest.raises(DataError, match=words) as error:
        open_figure(raw)
    assert "\n" not in str(error.value) and len(str(error.value)) < 300


def test_a_huge_file_is_not_even_read():
    with pytest.raises(DataError, match=re.escape(f"at most {LARGEST_FILE:,}")):
        open_figure(b"<" + bytes(LARGEST_FILE))


def test_an_arabic_label_is_laid_out_from_the_right_in_a_picture():
    """Its full stops, which come last, stand at the left; Latin ones at the right."""
    for label, side in (("سلام ......", 0), ("word ......", 1)):
        drawn = ink(heads_picture([matrix((label,), ("",), 1)], ""))[200:, :170] < 128
        columns = np.flatnonzero(drawn.any(axis=0))
        quarter = (columns[-1] - columns[0]) // 4
        ends = drawn[:, : columns[0] + quarter], drawn[:, columns[-1] - quarter :]
        tall = [int(end.any(axis=1).sum()) for end in ends]
        assert tall[side] < tall[1 - side], f"{label}: rows with ink at the left and at the right: {tall}"
