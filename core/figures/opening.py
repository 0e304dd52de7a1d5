"""What a figure says of itself, read back from an SVG, PNG, PDF or HTML file that may have come from anywhere.

Nothing is unpickled, drawn or followed: of an SVG only the text of our own element is read, entities are refused before
they are expanded; of a PNG its text, and its dots to see whether they were edited; of a PDF an attached file by its name.
"""

import io
import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from PIL import Image
from pypdf import PdfReader

from core.errors import DataError
from core.figures.drawn.html_view import BEGIN, END
from core.figures.pictures import ATTACHED, KEYWORD, NAMESPACE, pixels
from core.figures.provenance import LARGEST, Provenance, digest, seal
from core.language import mark, tr

LARGEST_FILE = 50_000_000  # bytes
_MOST_DOTS = 100_000_000
_NOTHING = mark(
    "says nothing of itself: it is no figure of Attention Lab, or another program has left out what was inside; "
    "take the file as it was saved"
)


@dataclass(frozen=True)
class OpenedFigure:
    """A figure that was opened.

    Attributes:
        about: what it says of itself, as it stands now.
        edited: what has changed since it was saved: "what it says", "its picture"; empty where nothing has.
    """

    about: Provenance
    edited: tuple[str, ...] = ()

    @property
    def warning(self) -> str | None:
        """What was edited and what is used all the same; None where nothing was."""
        if not self.edited:
            return None
        return tr(
            "this figure was edited after it was saved ({edited}); what it says now is used, and "
            "the view is drawn anew from the model, so nothing is taken from the picture",
            edited=self.parts,
        )

    @property
    def parts(self) -> str:
        """What was edited, in words."""
        return tr(" and ").join(tr(part) for part in self.edited)


def open_figure(raw: bytes) -> OpenedFigure:
    """Read a figure's description; its kind is told by its first bytes.

    Raises:
        DataError: not a figure of ours, too large, damaged, or made to do harm.
    """
    if len(raw) > LARGEST_FILE:
        raise DataError(
            tr(
                "the file has {count:,} bytes; a figure has at most {largest_file:,}",
                count=len(raw),
                largest_file=LARGEST_FILE,
            )
        )
    for first, name, read in _KINDS:
        if raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(first):
            text, picture = read(raw)
            return _checked(name, text, picture)
    raise DataError(tr("this file is no figure: a figure is an .svg, .png, .pdf or .html that was saved here"))


def _checked(name: str, text: str | None, picture: str) -> OpenedFigure:
    if not text:
        raise DataError(tr("this {name} {nothing}", name=name, nothing=tr(_NOTHING)))
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(
            tr("what this figure says of itself is damaged: it is no JSON; save the figure again")
        ) from error
    about = Provenance.from_dict(body)
    sealed = {
        mark("what it says"): body.pop("digest", None) == seal(body),
        mark("its picture"): body.get("picture") == picture,
    }
    return OpenedFigure(about, tuple(what for what, same in sealed.items() if not same))


def _of_svg(raw: bytes) -> tuple[str | None, str]:
    """The text of our element, and the digest of all around it."""
    kept: list[str] = []
    depth = 0  # 1 inside our element; whatever stands in it is no text of ours

    def begin(name: str, attributes: Any) -> None:
        nonlocal depth
        depth += depth > 0 or name == f"{NAMESPACE} figure"

    def end(name: str) -> None:
        nonlocal depth
        depth -= depth > 0

    def take(text: str) -> None:
        if depth == 1:
            kept.append(text)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, take
    parser.EntityDeclHandler = parser.ExternalEntityRefHandler = _refuse
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        raise DataError(
            tr(
                "this SVG is damaged: {ErrorString} in line {lineno}",
                ErrorString=expat.ErrorString(error.code),
                lineno=error.lineno,
            )
        ) from error
    text = "".join(kept)
    if len(text) > LARGEST:
        raise _too_long("SVG", len(text))
    before, _, rest = raw.partition(b"<metadata>")
    return text, digest(before + rest.partition(b"</desc>")[2])


def _refuse(*declared: Any) -> int:
    raise DataError(
        tr("this SVG declares entities, which a figure never needs and which can be made to do harm; it is not read")
    )


def _of_png(raw: bytes) -> tuple[str | None, str]:
    """The text chunk, and the digest of the dots."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit is ours, and said in our words
            image = Image.open(io.BytesIO(raw), formats=("PNG",))
            if image.width * image.height > _MOST_DOTS:
                raise DataError(
                    tr(
                        "this PNG has {width:,}×{height:,} dots; a figure has fewer",
                        width=image.width,
                        height=image.height,
                    )
                )
            image.load()
            text = image.info.get(KEYWORD)
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise DataError(
            tr("this PNG is damaged or too large to be a figure: {error}", error=str(error)[:120])
        ) from error
    if isinstance(text, str) and len(text) > LARGEST:
        raise _too_long("PNG", len(text))
    return text if isinstance(text, str) else None, pixels(image)


def _of_pdf(raw: bytes) -> tuple[str | None, str]:
    """The attached file, and the digest of the page's picture."""
    try:
        reader = PdfReader(io.BytesIO(raw))
        attached = reader.attachments.get(ATTACHED) if ATTACHED in reader.attachments else None
        if not attached:
            return None, ""
        if len(attached[0]) > LARGEST:
            raise _too_long("PDF", len(attached[0]))
        shown = reader.pages[0]["/Resources"]["/XObject"]["/Figure"]
        size = int(shown["/Width"]), int(shown["/Height"])
        if size[0] * size[1] > _MOST_DOTS:
            raise DataError(
                tr(
                    "this PDF holds a picture of {size:,}×{size2:,} dots; a figure has fewer",
                    size=size[0],
                    size2=size[1],
                )
            )
        return attached[0].decode("utf-8"), pixels(Image.frombytes("RGB", size, shown.get_data()))
    except DataError:
        raise
    except Exception as error:  # a broken PDF may break its reader anywhere
        raise DataError(
            tr("this PDF is damaged or no figure: {name}; save the figure again", name=type(error).__name__)
        ) from error


def _of_html(raw: bytes) -> tuple[str | None, str]:
    """The text of our element, and the digest of all around it: the numbers, and the scripts, which nobody runs here."""
    before, _, rest = raw.partition(BEGIN)
    text, _, after = rest.partition(END)
    if len(text) > LARGEST:
        raise _too_long(tr("HTML file"), len(text))
    return text.decode("utf-8", "replace"), digest(before + after)


def _too_long(name: str, length: int) -> DataError:
    return DataError(
        tr(
            "what this {name} says of itself has {length:,} characters; a figure says at most {largest:,}",
            name=name,
            length=length,
            largest=LARGEST,
        )
    )


_KINDS: tuple[tuple[bytes, str, Callable[[bytes], tuple[str | None, str]]], ...] = (
    (b"\x89PNG\r\n\x1a\n", "PNG", _of_png), (b"%PDF-", "PDF", _of_pdf), (b"<!doctype html>", mark("HTML file"), _of_html),
    (b"<", "SVG", _of_svg),
)  # fmt: skip
