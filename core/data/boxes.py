"""Pictures with boxes around things, and how two boxes lie to each other.

A box is (column of the middle, row of the middle, width, height), in parts of the picture's width and height, 0…1; that is
what a detector learns and what travels. Corners (left, top, right, bottom) are what overlaps are computed from.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from core.errors import ShapeError
from core.language import tr

Boxes = Float[Tensor, "*object 4"]
Paired = Float[Tensor, "*#object 4"]
Picture = Float[Tensor, "channel row column"]


@dataclass(frozen=True)
class BoxedPicture:
    """A picture, and what is on it.

    Attributes:
        name: of its file, or its number among those that were drawn.
        pixels: 0…1; boxes: middle and size; labels: what each box is around, as a number of the classes.
    """

    name: str
    pixels: Picture
    boxes: Float[Tensor, "object 4"]
    labels: Int[Tensor, " object"]

    def __post_init__(self) -> None:
        if len(self.boxes) != len(self.labels):
            raise ShapeError(
                tr(
                    "{name}: {count} boxes and {count2} labels; expected as many",
                    name=self.name,
                    count=len(self.boxes),
                    count2=len(self.labels),
                )
            )


@dataclass(frozen=True)
class BoxedPictures:
    """Pictures of one size to learn from, and others to be judged by.

    Attributes:
        classes: what can be on them; train, held_out: the pictures; told: what was mended or left out, a sentence each.
    """

    classes: tuple[str, ...]
    train: tuple[BoxedPicture, ...]
    held_out: tuple[BoxedPicture, ...]
    told: tuple[str, ...] = ()

    @property
    def most(self) -> int:
        """Boxes on the fullest picture."""
        return max((len(one.boxes) for one in (*self.train, *self.held_out)), default=0)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, rows and columns of every picture."""
        channels, rows, columns = self.train[0].pixels.shape
        return channels, rows, columns


def stacked(pictures: Sequence[BoxedPicture]) -> Float[Tensor, "batch channel row column"]:
    """The pixels of pictures of one size."""
    return torch.stack([one.pixels for one in pictures])


def corners(boxes: Boxes) -> Boxes:
    """Left, top, right and bottom of boxes given by middle and size.

    >>> corners(torch.tensor([0.5, 0.5, 0.25, 0.5])).tolist()
    [0.375, 0.25, 0.625, 0.75]
    """
    middle, size = boxes[..., :2], boxes[..., 2:]
    return torch.cat([middle - size / 2, middle + size / 2], dim=-1)


def middles(edges: Boxes) -> Boxes:
    """Middle and size of boxes given by corners: the way back."""
    low, high = edges[..., :2], edges[..., 2:]
    return torch.cat([(low + high) / 2, high - low], dim=-1)


def overlaps(one: Paired, other: Paired) -> tuple[Float[Tensor, "*object"], Float[Tensor, "*object"]]:
    """How far boxes cover each other, pair by pair; the shapes broadcast.

    Args:
        one, other: corners.

    Returns:
        Intersection over union, 0…1, and its generalized form, −1…1: less the share of the smallest box around both that
        neither covers, so that boxes apart are told how far (Rezatofighi et al. 2019, arXiv:1902.09630). Boxes without an
        area overlap nothing.
    """
    both = _area(torch.maximum(one[..., :2], other[..., :2]), torch.minimum(one[..., 2:], other[..., 2:]))
    either = _area(one[..., :2], one[..., 2:]) + _area(other[..., :2], other[..., 2:]) - both
    around = _area(torch.minimum(one[..., :2], other[..., :2]), torch.maximum(one[..., 2:], other[..., 2:]))
    least = torch.finfo(one.dtype).tiny
    share = both / either.clamp(min=least)
    return share, share - (around - either) / around.clamp(min=least)


def _area(low: Float[Tensor, "*#object 2"], high: Float[Tensor, "*#object 2"]) -> Float[Tensor, "*object"]:
    return (high - low).clamp(min=0).prod(dim=-1)
