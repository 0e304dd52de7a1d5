"""Scenes that are drawn: rectangles in two colors, and handwritten digits on a canvas, each thing with its box.

Rectangles lie in different quarters of the picture, which makes them easy to tell apart. Digits lie anywhere; their boxes
may overlap a little, never much.
"""

from collections.abc import Callable, Iterator
from random import Random

import torch

from core.data.boxes import BoxedPicture, BoxedPictures, middles, overlaps
from core.data.digits import DIGITS, Digits, digits

_SMALL, _LARGE = 24, 32  # rows and columns of a picture: rectangles, digits
_COLORS = torch.tensor([[0.9, 0.25, 0.1], [0.1, 0.45, 0.9]])
_MOST, _EDGE = 3, (5, 10)  # things on a picture; columns and rows of a rectangle
_LARGER = 2  # times that a digit is enlarged
_TOUCH = 0.1  # intersection over union that two digits may have
_KEPT = 1400  # digits to draw training scenes from; held-out ones use the others


def rectangles(train: int = 2000, held_out: int = 200) -> BoxedPictures:
    """One to three rectangles, red or blue, each in a quarter of its own, on a background with a little noise.

    Args:
        train, held_out: how many pictures.
    """
    return BoxedPictures(
        ("red", "blue"),
        tuple(_scenes("train", train, _rectangles)),
        tuple(_scenes("held out", held_out, _rectangles)),
    )


def placed_digits(train: int = 4000, held_out: int = 200) -> BoxedPictures:
    """One to three digits, white on black, twice as large as they were written.

    Held-out scenes are made of digits that stand on no training scene: other writers' as well as other places.

    Args:
        train, held_out: how many pictures.
    """
    known = digits()
    parts = Digits(known.pictures[:_KEPT], known.labels[:_KEPT]), Digits(known.pictures[_KEPT:], known.labels[_KEPT:])
    drawn = [
        tuple(_scenes(f"digits {name}", count, lambda name, rng, part=part: _digits(name, rng, part)))
        for name, count, part in zip(("train", "held out"), (train, held_out), parts)
    ]
    return BoxedPictures(DIGITS, *drawn)


def _scenes(name: str, count: int, draw: Callable[[str, Random], BoxedPicture]) -> Iterator[BoxedPicture]:
    rng = Random(name)
    for number in range(count):
        yield draw(str(number + 1), rng)


def _rectangles(name: str, rng: Random) -> BoxedPicture:
    half, labels, edges = _SMALL // 2, [], []
    noise = torch.Generator().manual_seed(rng.getrandbits(40))
    pixels = 0.92 + 0.04 * torch.rand(3, _SMALL, _SMALL, generator=noise)
    for quarter in rng.sample(range(4), rng.randint(1, _MOST)):
        width, height = rng.randint(*_EDGE), rng.randint(*_EDGE)
        left, top = (
            half * (quarter % 2) + rng.randint(0, half - width),
            half * (quarter // 2) + rng.randint(0, half - height),
        )
        color = rng.randrange(len(_COLORS))
        pixels[:, top : top + height, left : left + width] = _COLORS[color][:, None, None]
        labels.append(color)
        edges.append([left, top, left + width, top + height])
    boxes = middles(torch.tensor(edges, dtype=torch.float32) / _SMALL)
    return BoxedPicture(name, pixels, boxes, torch.tensor(labels))


def _digits(name: str, rng: Random, known: Digits) -> BoxedPicture:
    ink, labels, edges = torch.zeros(_LARGE, _LARGE), list[int](), torch.zeros(0, 4)
    for _ in range(rng.randint(1, _MOST)):
        chosen = rng.randrange(len(known.labels))
        digit = known.pictures[chosen].repeat_interleave(_LARGER, 0).repeat_interleave(_LARGER, 1)
        left, top = (rng.randint(0, _LARGE - len(digit)) for _ in range(2))
        dark = digit.nonzero()
        low, high = dark.min(0).values, dark.max(0).values + 1  # the box is around the ink, not around the picture
        edge = torch.tensor([[left + low[1], top + low[0], left + high[1], top + high[0]]], dtype=torch.float32)
        if len(edges) and float(overlaps(edges, edge)[0].max()) > _TOUCH:
            continue
        place = ink[top : top + len(digit), left : left + len(digit)]
        place.copy_(torch.maximum(place, digit))
        labels.append(int(known.labels[chosen]))
        edges = torch.cat([edges, edge])
    return BoxedPicture(name, ink.expand(3, -1, -1).clone(), middles(edges / _LARGE), torch.tensor(labels))
