"""A figure as a file: SVG, PNG or PDF, each with what the figure says of itself inside. Needs no browser.

SVG: `<metadata>` with JSON in a namespace of ours, and `<desc>` for people. PNG: a text chunk (iTXt) named attention-lab,
and Title and Description. PDF: an attached file figure.json, title and subject. `opening.py` reads all three.
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from html import escape
from math import sqrt

import resvg_py
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, NumberObject

from core.errors import SettingError
from core.figures.alignment import legible
from core.figures.letters import LATIN
from core.figures.provenance import Provenance, digest, sealed
from core.language import tr

NAMESPACE = "urn:attention-lab:figure:1"
KEYWORD, ATTACHED = "attention-lab", "figure.json"
_SCREEN, _PRINT = 2.0, 4.0  # dots of a PNG and of a PDF for each unit of the drawing: 192 and 384 an inch
_MOST = 24_000_000  # dots of a picture: 72 MB while it is drawn, what readers of PDF unpack; what is larger gets fewer dots a unit
_SIZE = re.compile(r'^<svg[^>]* width="([\d.]+)" height="([\d.]+)"')


@dataclass(frozen=True)
class Figure:
    """A drawing and what it says of itself.

    Attributes:
        svg: with its own size and title; about: what goes into the file with it.
    """

    svg: str
    about: Provenance


def to_svg(figure: Figure) -> bytes:
    """The drawing as it is, to be scaled and edited."""
    whole = figure.svg.encode("utf-8", "replace")
    seal = escape(sealed(figure.about, digest(whole)), quote=False)
    inside = f'<metadata><figure xmlns="{NAMESPACE}">{seal}</figure></metadata><desc>{escape(_lines(figure.about.told))}</desc>'
    at = whole.index(b">") + 1  # behind the root's own tag, whose attributes hold no text of anybody's
    return whole[:at] + inside.encode() + whole[at:]


def to_png(figure: Figure) -> bytes:
    """The drawing in dots, 192 to the inch."""
    image, zoom = _drawn(figure.svg, _SCREEN)
    inside = PngInfo()
    inside.add_itxt(KEYWORD, sealed(figure.about, pixels(image)))
    inside.add_itxt("Title", legible(figure.about.title))
    inside.add_itxt("Description", _lines(figure.about.told))
    file = io.BytesIO()
    image.save(file, "PNG", pnginfo=inside, dpi=(96 * zoom, 96 * zoom))
    return file.getvalue()


def to_pdf(figure: Figure) -> bytes:
    """One page of the drawing's size, in dots, 384 to the inch, without loss."""
    image, zoom = _drawn(figure.svg, _PRINT)
    wide, tall = (size * 0.75 / zoom for size in image.size)  # 72 points an inch, 96 units of a drawing
    writer = PdfWriter()
    page = writer.add_blank_page(wide, tall)
    dots = DecodedStreamObject()
    dots.set_data(image.tobytes())
    dots.update({
        NameObject("/Type"): NameObject("/XObject"), NameObject("/Subtype"): NameObject("/Image"),
        NameObject("/Width"): NumberObject(image.width), NameObject("/Height"): NumberObject(image.height),
        NameObject("/ColorSpace"): NameObject("/DeviceRGB"), NameObject("/BitsPerComponent"): NumberObject(8),
    })  # fmt: skip
    drawing = DecodedStreamObject()
    drawing.set_data(f"q {wide:.3f} 0 0 {tall:.3f} 0 0 cm /Figure Do Q".encode())
    shown = DictionaryObject({NameObject("/Figure"): writer._add_object(dots.flate_encode())})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): shown})
    page[NameObject("/Contents")] = writer._add_object(drawing)
    writer.add_attachment(ATTACHED, sealed(figure.about, pixels(image)).encode())
    writer.add_metadata({"/Title": legible(figure.about.title), "/Subject": _lines(figure.about.told)})
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


FIGURE_EXPORTS: dict[str, Callable[[Figure], bytes]] = {".svg": to_svg, ".png": to_png, ".pdf": to_pdf}


def pixels(image: Image.Image) -> str:
    """Digest of a picture in dots, whichever way a file packs them."""
    return digest(f"{image.width}×{image.height} ".encode() + image.convert("RGB").tobytes())


def _drawn(svg: str, zoom: float) -> tuple[Image.Image, float]:
    """The drawing in dots, and how many there are for a unit: as many as asked for, fewer where it is very large."""
    found = _SIZE.search(svg)
    assert found, "a drawing says its size in its first tag"
    zoom = min(zoom, sqrt(_MOST / (float(found[1]) * float(found[2]))))
    return _rendered(svg, zoom, _sans_serif()), zoom


def _rendered(svg: str, zoom: float, family: str) -> Image.Image:
    dots = resvg_py.svg_to_bytes(svg_string=svg, zoom=zoom, background="white", sans_serif_family=family)
    return Image.open(io.BytesIO(dots)).convert("RGB")


@cache
def _sans_serif() -> str:
    """The first font of ours that this machine has; the renderer knows no default and would leave letters out."""
    letter = '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="30"><text y="20" font-family="sans-serif">H</text></svg>'
    for family in LATIN:
        if _rendered(letter, 1.0, family).convert("L").getextrema()[0] < 128:
            return family
    raise SettingError(
        tr(
            "no font to draw letters with: none of {latin} is on this machine; install one of them, or take the .svg",
            latin=", ".join(LATIN),
        )
    )


def _lines(text: str) -> str:
    """Lines as every file can hold them."""
    return "\n".join(map(legible, text.split("\n")))
