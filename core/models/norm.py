"""What a norm is: it keeps the size of states in bounds. Some look at one token, some at all tokens of a batch."""

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from core.errors import SettingError
from core.language import tr

Vectors = Float[Tensor, "*where width"]
Rows = Float[Tensor, "token width"]
Real = Bool[Tensor, "*where"]
EPS = 1e-5  # under every root, as in torch.nn.LayerNorm


class AbstractNorm(nn.Module, ABC):
    """A norm over the features of tokens.

    Attributes:
        over_batch: whether tokens of a training batch share a statistic, so that one token alone has none.
    """

    over_batch: ClassVar[bool] = False

    @abstractmethod
    def forward(self, states: Vectors, valid: Real | None = None) -> Vectors:
        """The states, normalized.

        Args:
            valid: which of them are tokens and no padding; None: all.
        """


class AbstractBatchNorm(AbstractNorm):
    """Statistics per feature: of the real tokens of a batch in training, of what training has gathered in evaluation.

    Attributes:
        weight, bias: γ and β.
    """

    over_batch = True

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(width)), nn.Parameter(torch.zeros(width))

    def forward(self, states: Vectors, valid: Real | None = None) -> Vectors:
        """Normalize; pads become β in training.

        Raises:
            SettingError: fewer than two real tokens in training.
        """
        if not self.training:
            return self.by_gathered(states) * self.weight + self.bias
        rows = states.flatten(0, -2) if valid is None else states[valid]
        if len(rows) < 2:
            raise SettingError(
                tr(
                    "{name} has {count} token to gather statistics from, and needs two at least: "
                    "train with larger batches, or choose the layer norm, which looks at each token alone",
                    name=type(self).__name__,
                    count=len(rows),
                )
            )
        rows = self.by_batch(rows)
        spread = rows.view_as(states) if valid is None else states.new_zeros(states.shape).index_put((valid,), rows)
        return spread * self.weight + self.bias

    @abstractmethod
    def by_batch(self, rows: Rows) -> Rows:
        """Real tokens of a training batch, normalized; what is gathered is updated."""

    @abstractmethod
    def by_gathered(self, states: Vectors) -> Vectors:
        """Tokens normalized by what training has gathered."""
