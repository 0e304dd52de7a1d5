"""One image through a convolution and through the attention that is one, for whoever wants to see both.

Everything is in double precision, so that the difference is that of the two mechanisms and not of rounding. Kernels and
images are small and named; anybody's own numbers do as well. Source: Cordonnier et al. 2020, arXiv:1911.03584.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import nn

from core.attention.convolution import QuadraticRelativeAttention
from core.errors import InputError
from core.language import mark, tr
from core.recording.recorder import Recorder

SIDE = 12  # rows and columns of the images here
SIZES = (1, 3, 5)  # of kernels
PADDINGS = (mark("same"), mark("valid"))


@dataclass(frozen=True, eq=False)
class Twin:
    """Both outputs, and where the heads of one query look.

    Attributes:
        output: of the convolution; attended: of the attention; difference: |output − attended|; each [row, column].
        worst: the largest difference; worst_at_border: among outputs whose window reaches over the image, 0 without any.
        query: row and column of the output that is looked at.
        taps: the kernel; centres: how far down and right each head looks, one head a tap.
        weights: of that query, [head, row, column] over the image and the zeros around it.
        border: rows of zeros around the image; center: where the query stands among the keys.
    """

    output: np.ndarray
    attended: np.ndarray
    difference: np.ndarray
    worst: float
    worst_at_border: float
    query: tuple[int, int]
    taps: np.ndarray
    centres: tuple[tuple[int, int], ...]
    weights: np.ndarray = field(repr=False)
    border: int
    center: tuple[int, int]


def twin(image: np.ndarray, taps: np.ndarray, alpha: float, padding: str, query: tuple[int, int] = (0, 0)) -> Twin:
    """Run both.

    Args:
        image: [row, column], any finite numbers; taps: a kernel, square and of odd size.
        alpha: how sharply heads look, above 0.
        padding: of PADDINGS: zeros around the image, or none and a smaller output.
        query: row and column of an output; one outside is moved to the nearest.

    Raises:
        InputError: numbers that are none, or an image smaller than the kernel.
        SettingError: an alpha of 0 or less.
    """
    size, border = len(taps), len(taps) // 2 if padding == "same" else 0
    if min(image.shape) < size or not np.isfinite(image).all() or not np.isfinite(taps).all():
        raise InputError(
            tr("an image of at least {size} × {size} finite numbers is needed, and a kernel of finite ones", size=size)
        )
    convolution = nn.Conv2d(1, 1, size, padding=border, bias=False).double()
    with torch.no_grad():
        convolution.weight.copy_(torch.from_numpy(taps)[None, None])
        given = torch.tensor(image, dtype=torch.float64)[None, None]
        attention = QuadraticRelativeAttention.from_conv(convolution, alpha).double()
        output = convolution(given)[0, 0].numpy()
        with Recorder(attention) as recorder:
            attended = attention(given)[0, 0].numpy()
    row, column = (min(max(at, 0), side - 1) for at, side in zip(query, output.shape))
    (path,) = recorder.paths
    of_query = recorder.tensor(path)[0, :, row * output.shape[1] + column].numpy()  # head key
    difference = np.abs(output - attended)
    inner = slice(border, -border or None)
    at_border = difference.copy()
    at_border[inner, inner] = 0
    return Twin(
        output, attended, difference, float(difference.max()), float(at_border.max()), (row, column), taps,
        tuple((down - size // 2, right - size // 2) for down in range(size) for right in range(size)),
        of_query.reshape(-1, *(side + 2 * border for side in image.shape)), border,
        (row + size // 2, column + size // 2),
    )  # fmt: skip


def _blur(size: int) -> np.ndarray:
    """The mean of a field and its neighbours."""
    return np.full((size, size), 1 / size**2)


def _one(size: int) -> np.ndarray:
    taps = np.zeros((size, size))
    taps[size // 2, size // 2] = 1
    return taps


def _edges(size: int) -> np.ndarray:
    """How much brighter it is at the right."""
    slope = np.tile(np.arange(size) - size // 2, (size, 1)).astype(float)
    return slope / max(1.0, float(np.abs(slope).sum() / 2))


def _random(size: int) -> np.ndarray:
    """Drawn from a normal distribution, always the same."""
    return torch.randn(size, size, generator=torch.Generator().manual_seed(5), dtype=torch.float64).numpy() / size


def _outline(size: int) -> np.ndarray:
    """What differs from its surroundings."""
    return _one(size) - _blur(size) if size > 1 else _one(size)


def _sharpen(size: int) -> np.ndarray:
    """The image and its outline."""
    return 2 * _one(size) - _blur(size)


KERNELS: Mapping[str, Callable[[int], np.ndarray]] = {
    mark("outline"): _outline,
    mark("blur"): _blur,
    mark("sharpen"): _sharpen,
    mark("edges"): _edges,
    mark("random"): _random,
}


def _drawn(*lines: str) -> np.ndarray:
    return np.array([[float(letter == "#") for letter in line] for line in lines])


_RING = _drawn(*["#" * SIDE, *["#" + "." * (SIDE - 2) + "#"] * (SIDE - 2), "#" * SIDE])
_LETTER = _drawn(
    "............", ".....##.....", "....####....", "....#..#....", "...##..##...", "...#....#...",
    "..########..", "..########..", "..#......#..", ".##......##.", ".#........#.", "............",
)  # fmt: skip
IMAGES: Mapping[str, np.ndarray] = {
    mark("letter"): _LETTER,
    mark("frame at the border"): _RING,
    mark("one pixel"): np.pad(np.ones((1, 1)), ((5, SIDE - 6), (6, SIDE - 7))),
    mark("one corner"): np.pad(np.ones((1, 1)), ((0, SIDE - 1), (0, SIDE - 1))),
    mark("noise"): torch.rand(SIDE, SIDE, generator=torch.Generator().manual_seed(3), dtype=torch.float64).numpy(),
    mark("empty"): np.zeros((SIDE, SIDE)),
}
