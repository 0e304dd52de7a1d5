"""The settings of the convolutional network that self-attention over patches is held against."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import nn

from core.data.vector_sets import Entrance, SetBatch
from core.errors import SettingError
from core.language import tr
from core.models.set_reader import LabelScores
from core.models.set_settings import AbstractSetSettings
from core.models.vision import KERNEL
from core.settings import setting


class SetConvolution(nn.Module):
    """Patches put together again, two convolutions with a pool of 2 × 2 after the first, a linear map from all places.

    Args:
        width: features of every place; entrance: how pictures enter, and what is asked.

    Raises:
        SettingError: sets that stand in no grid.
    """

    def __init__(self, width: int, entrance: Entrance) -> None:
        super().__init__()
        if entrance.grid is None or entrance.output != "one":
            raise SettingError(tr("model=convolution reads pictures with one label each: choose model=attention"))
        self.grid, self.side = entrance.grid, int(entrance.features**0.5)
        self.first = nn.Conv2d(1, width, KERNEL, padding="same")
        self.second = nn.Conv2d(width, width, KERNEL, padding="same")
        rows, columns = (count * self.side for count in self.grid)
        self.output = nn.Linear(width * (rows // 4) * (columns // 4), len(entrance.labels))

    def forward(self, batch: SetBatch) -> LabelScores:
        """Scores of every label."""
        rows, columns = self.grid
        cut = batch.content.unflatten(-1, (self.side, self.side)).unflatten(1, (rows, columns))
        pixels = cut.transpose(2, 3).flatten(1, 2).flatten(2, 3)[:, None]  # batch channel row column
        seen = nn.functional.max_pool2d(torch.relu(self.first(pixels)), 2)
        seen = nn.functional.max_pool2d(torch.relu(self.second(seen)), 2)
        scores: LabelScores = self.output(seen.flatten(1))
        return scores


@dataclass(frozen=True)
class ConvolutionSettings(AbstractSetSettings):
    """Two convolutions: what is near belongs together, and the same everywhere; patches play no part."""

    name: ClassVar[str] = "convolution"
    summary: ClassVar[str] = "convolutional network: two layers that see what is near, the same everywhere"

    width: int = setting(16, low=2, high=512, step=8, help="features of every place")

    def make(self, entrance: Entrance) -> SetConvolution:
        """See above."""
        return SetConvolution(self.width, entrance)
