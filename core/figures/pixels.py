"""Weights as pixels: 256 levels in a palette, and a PNG of them without any library for pictures."""

import struct
import zlib

import numpy as np
from jaxtyping import Float, UInt8

from core.figures.theme import SERIES

_PAPER = (255, 255, 255)
_DEEP = (10, 32, 56)  # beyond the accent, so that 0.7 and 0.9 differ
_BELOW = (213, 94, 0)


def levels(
    weights: Float[np.ndarray, "row column"], high: float | None = None
) -> tuple[UInt8[np.ndarray, "row column"], list[tuple[int, int, int]]]:
    """Codes of 256 levels and the colors they mean: white is 0, the end of the scale the largest weight.

    With weights below 0, code 128 is 0, and what is below is orange.

    Args:
        high: weight at the end of the scale; the largest if None.
    """
    top = high or float(np.abs(weights).max(initial=0.0)) or 1.0
    shares = weights.astype(np.float64) / top
    accent = _color(SERIES[0])
    if (weights < 0).any():
        colors = [_between(_PAPER, _BELOW, (128 - code) / 128) for code in range(128)]
        colors += [_between(_PAPER, accent, (code - 128) / 127) for code in range(128, 256)]
        return np.clip(np.round(128 + shares * 127), 1, 255).astype(np.uint8), colors
    colors = [
        _between(_PAPER, accent, code / 160) if code < 160 else _between(accent, _DEEP, (code - 160) / 95)
        for code in range(256)
    ]
    return np.clip(np.round(shares * 255), 0, 255).astype(np.uint8), colors


def pooled(weights: Float[np.ndarray, "row column"], rows: int, columns: int) -> Float[np.ndarray, "_ _"]:
    """At most so many rows and columns: of each block the weight farthest from 0, so that no thin line is lost.

    >>> pooled(np.eye(4, dtype=np.float32), 2, 9).tolist()
    [[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]]
    """
    for axis, most in ((0, rows), (1, columns)):
        step = -(-weights.shape[axis] // most)
        if step > 1:
            starts = np.arange(0, weights.shape[axis], step)
            high = np.maximum.reduceat(weights, starts, axis=axis)
            low = np.minimum.reduceat(weights, starts, axis=axis)
            weights = np.where(-low > high, low, high)
    return weights


def png(codes: UInt8[np.ndarray, "row column"], colors: list[tuple[int, int, int]]) -> bytes:
    """A picture with a palette, one pixel a cell."""
    rows, columns = codes.shape
    lines = np.hstack([np.zeros((rows, 1), np.uint8), codes]).tobytes()  # each line begins with its filter: none
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 3, 0, 0, 0)),
        (b"PLTE", bytes(part for color in colors for part in color)),
        (b"IDAT", zlib.compress(lines, 6)),
        (b"IEND", b""),
    )
    chunks = [
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _color(text: str) -> tuple[int, int, int]:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _between(one: tuple[int, int, int], other: tuple[int, int, int], share: float) -> tuple[int, int, int]:
    mixed = [round(low + (high - low) * min(1.0, max(0.0, share))) for low, high in zip(one, other)]
    return mixed[0], mixed[1], mixed[2]
