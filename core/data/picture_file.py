"""One picture from a file of any kind and size: checked before it is unpacked, brought to three colors and a given size."""

import io
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError

from core.data.boxes import Picture
from core.errors import DataError
from core.language import tr

KINDS = ("JPEG", "PNG")
ENDINGS = (".jpg", ".jpeg", ".png")
MOST_PIXELS = 40_000_000  # more than any camera of a class; a small file can say that it is much larger


class ReadPicture(NamedTuple):
    """What a file held: the pixels at the size asked for, 0…1, and how many columns and rows it had."""

    pixels: Picture
    columns: int
    rows: int


def read_picture(content: bytes, name: str, size: tuple[int, int]) -> ReadPicture:
    """Unpack a picture, whatever its colors: grey, palette and transparent ones become three colors, on white.

    Args:
        content: of the file; name: for messages; size: columns and rows to bring it to.

    Raises:
        DataError: the file is no picture, is cut off, or says that it is larger than can be.
    """
    try:
        with Image.open(io.BytesIO(content), formats=KINDS) as image:
            columns, rows = image.size
            if columns * rows > MOST_PIXELS:
                raise DataError(
                    tr(
                        "{name} has {columns:,} × {rows:,} pixels; at most {most_pixels:,} are read: make it smaller",
                        name=name,
                        columns=columns,
                        rows=rows,
                        most_pixels=MOST_PIXELS,
                    )
                )
            shrunk = _colored(image).resize(size, Image.Resampling.BOX, reducing_gap=None)
            pixels = np.asarray(shrunk, dtype=np.float32) / 255.0
    except UnidentifiedImageError as error:
        raise DataError(
            tr("{name} is no picture of the kinds that are read: {kinds}", name=name, kinds=", ".join(KINDS))
        ) from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(
            tr("{name} cannot be unpacked, it is damaged or cut off: {error}", name=name, error=error)
        ) from error
    return ReadPicture(torch.from_numpy(pixels).permute(2, 0, 1).contiguous(), columns, rows)


def _colored(image: Image.Image) -> Image.Image:
    """In three colors; 16 bits of grey are brought to 8, for a plain conversion would make them white."""
    if image.mode.startswith("I") or image.mode == "F":
        grey = np.asarray(image, dtype=np.float64)
        span = 65535.0 if grey.max(initial=0.0) > 255 else 255.0
        image = Image.fromarray((grey.clip(0, span) / span * 255).astype(np.uint8))
    if "A" in image.getbands() or "transparency" in image.info:
        clear = image.convert("RGBA")
        white = Image.new("RGBA", clear.size, "white")
        white.alpha_composite(clear)
        return white.convert("RGB")
    return image.convert("RGB")
