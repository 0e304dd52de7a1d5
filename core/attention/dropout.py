"""Dropout whose chance comes from a generator it was given, never from the global one.

Source: Srivastava et al. 2014. The training loop hands one generator to all dropouts of a model (`give_chance`) and
seeds it anew at each step, so that the number of a step is the whole state of chance.
"""

import torch
from torch import Tensor, nn

from core.errors import ShapeError


class Dropout(nn.Module):
    """Zero a share of the values while training, and scale the rest so that the mean stays.

    Args:
        share: probability of a zero, in [0, 1).
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share
        self.generator: torch.Generator | None = None

    def forward(self, value: Tensor) -> Tensor:
        """The value itself in evaluation, or where the share is 0.

        Raises:
            ShapeError: training without a generator.
        """
        if not self.training or self.share == 0.0:
            return value
        if self.generator is None:
            raise ShapeError(
                "dropout has no generator to draw from; call give_chance(model, generator) before training"
            )
        keep = torch.empty_like(value).bernoulli_(1.0 - self.share, generator=self.generator)
        return value * keep.div_(1.0 - self.share)


def give_chance(model: nn.Module, generator: torch.Generator) -> None:
    """Let every dropout of a model draw from one generator."""
    for module in model.modules():
        if isinstance(module, Dropout):
            module.generator = generator
