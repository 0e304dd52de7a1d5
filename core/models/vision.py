"""Two small networks that say what is on an image: a vision Transformer, and the convolutional network it is held against.

TinyViT cuts the image into patches and lets all of them look at all: nothing in it says that neighbours belong together,
only learned positions tell where a patch was (Dosovitskiy et al. 2021, section 3.1, arXiv:2010.11929). TinyCNN has that
built in: it sees a few neighbours at a time and the same everywhere, and forgets where.
"""

import math
from collections.abc import Callable
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.errors import SettingError, ShapeError
from core.language import tr
from core.models.parts import norm_of
from core.models.residual import RESIDUALS
from core.models.transformer_encoder import EncoderLayer
from core.models.transformer_settings import TransformerSettings
from core.shapes import States

Images = Float[Tensor, "batch channel row column"]
ClassScores = Float[Tensor, "batch class"]
KERNEL = 3  # rows and columns that one convolution of TinyCNN sees


class PatchEmbedding(nn.Module):
    """Cut an image into squares side by side and map each to a vector: the same as a convolution that steps by its width.

    Args:
        channels: of an image; patch: rows and columns of a square; width: features of a vector.
    """

    def __init__(self, channels: int, patch: int, width: int) -> None:
        super().__init__()
        self.channels, self.patch = channels, patch
        self.linear = nn.Linear(channels * patch * patch, width)

    def forward(self, images: Images) -> States:
        """One vector per patch, row by row.

        Raises:
            ShapeError: an image that cannot be cut into whole patches, or with other channels.
        """
        _, channels, rows, columns = images.shape
        if channels != self.channels or rows % self.patch or columns % self.patch:
            raise ShapeError(
                tr(
                    "images {tuple} cannot be cut: expected [batch, {channels}, row, column] with rows "
                    "and columns that are multiples of patch={patch}",
                    tuple=tuple(images.shape),
                    channels=self.channels,
                    patch=self.patch,
                )
            )
        cut = nn.functional.unfold(images, self.patch, stride=self.patch)  # batch channel·patch·patch time
        vectors: Tensor = self.linear(cut.transpose(1, 2))
        return vectors


def _first(states: States) -> Float[Tensor, "batch width"]:
    """The class token, which stands first."""
    return states[:, 0]


def _mean(states: States) -> Float[Tensor, "batch width"]:
    """The mean of the patches, without the class token."""
    return states[:, 1:].mean(dim=1)


POOLS: dict[str, Callable[[States], Float[Tensor, "batch width"]]] = {"cls": _first, "mean": _mean}


class TinyViT(nn.Module):
    """Patches, one more token for the class, blocks of self-attention, and a linear map from what is pooled.

    Args:
        settings: of the blocks; the learned positions are the network's own, whatever they say.
        size: rows and columns of an image, a multiple of patch; patch: of a square.
        classes: how many; channels: of an image.
        pool: of POOLS: "cls" reads the class token, "mean" the mean of the patches.

    Raises:
        SettingError: a size that is no multiple of patch, or a pool that is not known.
    """

    def __init__(
        self,
        settings: TransformerSettings,
        *,
        size: int,
        patch: int,
        classes: int,
        channels: int = 1,
        pool: str = "cls",
    ) -> None:
        super().__init__()
        if size % patch:
            raise SettingError(
                tr(
                    "size={size} cannot be cut into patches of patch={patch}: choose a divisor of {size}",
                    size=size,
                    patch=patch,
                )
            )
        if pool not in POOLS:
            raise SettingError(
                tr("pool={pool!r} is not known; choose one of: {pools}", pool=pool, pools=", ".join(POOLS))
            )
        self.patches = PatchEmbedding(channels, patch, settings.width)
        self.class_token = nn.Parameter(torch.zeros(settings.width))
        self.positions = nn.Parameter(nn.init.normal_(torch.empty(1 + (size // patch) ** 2, settings.width), std=0.02))
        self.layers = nn.ModuleList(EncoderLayer(settings) for _ in range(settings.layers))
        self.after_stack = RESIDUALS[settings.norm].after_stack(partial(norm_of, settings))
        self.output = nn.Linear(settings.width, classes)
        self.pool = POOLS[pool]

    def forward(self, images: Images) -> ClassScores:
        """Scores of every class.

        Raises:
            ShapeError: images of another size.
        """
        patches = self.patches(images)
        first = self.class_token.expand(len(patches), 1, -1)
        if patches.shape[1] + 1 != len(self.positions):
            raise ShapeError(
                tr(
                    "images {tuple} give {shape} patches; this network has positions for {count}",
                    tuple=tuple(images.shape),
                    shape=patches.shape[1],
                    count=len(self.positions) - 1,
                )
            )
        states = torch.cat([first, patches], dim=1) + self.positions
        places = torch.arange(states.shape[1])[None]
        for layer in self.layers:
            states = layer(states, None, places)
        scores: Tensor = self.output(self.pool(self.after_stack(states)))
        return scores


def _mean_of_places(seen: Float[Tensor, "batch width row column"]) -> Float[Tensor, "batch width"]:
    """Times the root of their number: one thing among many places would else begin too small to learn from."""
    return seen.mean(dim=(2, 3)) * math.sqrt(seen.shape[2] * seen.shape[3])


def _largest_of_places(seen: Float[Tensor, "batch width row column"]) -> Float[Tensor, "batch width"]:
    """The largest of each feature, wherever it is."""
    return seen.amax(dim=(2, 3))


SUMMARIES: dict[str, Callable[[Float[Tensor, "batch width row column"]], Float[Tensor, "batch width"]]] = {
    "mean": _mean_of_places,
    "max": _largest_of_places,
}


class TinyCNN(nn.Module):
    """Two convolutions with ReLU, one summary over all places, a linear map (LeCun et al. 1989; Lin et al. 2014).

    With the mean a score is a sum of what is seen in windows of 5 × 5: such a sum cannot compare two things that lie
    further apart. With the maximum it can tell how many different things there are, still not where.

    Args:
        width: features of every place; classes: how many; channels: of an image.
        summary: of SUMMARIES: "mean" (up to a factor) or "max" over all places.

    Raises:
        SettingError: a summary that is not known.
    """

    def __init__(self, width: int, *, classes: int, channels: int = 1, summary: str = "mean") -> None:
        super().__init__()
        if summary not in SUMMARIES:
            raise SettingError(
                tr(
                    "summary={summary!r} is not known; choose one of: {summaries}",
                    summary=summary,
                    summaries=", ".join(SUMMARIES),
                )
            )
        self.first = nn.Conv2d(channels, width, KERNEL, padding="same")
        self.second = nn.Conv2d(width, width, KERNEL, padding="same")
        self.output = nn.Linear(width, classes)
        self.summary = SUMMARIES[summary]

    def forward(self, images: Images) -> ClassScores:
        """Scores of every class; images may have any size."""
        seen = torch.relu(self.second(torch.relu(self.first(images))))
        scores: Tensor = self.output(self.summary(seen))
        return scores
