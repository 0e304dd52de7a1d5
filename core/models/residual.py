"""Add & norm: where the layer norm stands around a residual connection.

Post-norm is the original block, x ← LN(x + f(x)) (Vaswani et al. 2017); pre-norm is x ← x + f(LN(x)) with one more
norm after the whole stack (Xiong et al. 2020, arXiv:2002.04745).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable

from torch import Tensor, nn

from core.attention.dropout import Dropout
from core.shapes import States


class AbstractResidual(nn.Module, ABC):
    """A connection around a sublayer; every kind is made with (width, dropout)."""

    @abstractmethod
    def forward(self, states: States, sublayer: Callable[[States], States]) -> States:
        """The states, changed by the sublayer."""

    @staticmethod
    @abstractmethod
    def after_stack(width: int) -> nn.Module:
        """What must follow the last block."""


class PostNorm(AbstractResidual):
    """LN(x + f(x)): the sum is normalized."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.norm, self.dropout = nn.LayerNorm(width), Dropout(dropout)

    def forward(self, states: States, sublayer: Callable[[States], States]) -> States:
        """Add, then normalize."""
        changed: Tensor = self.norm(states + self.dropout(sublayer(states)))
        return changed

    @staticmethod
    def after_stack(width: int) -> nn.Module:
        """Nothing: the last block already ends in a norm."""
        return nn.Identity()


class PreNorm(AbstractResidual):
    """x + f(LN(x)): the way through is never normalized."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.norm, self.dropout = nn.LayerNorm(width), Dropout(dropout)

    def forward(self, states: States, sublayer: Callable[[States], States]) -> States:
        """Normalize, change, add."""
        changed: Tensor = states + self.dropout(sublayer(self.norm(states)))
        return changed

    @staticmethod
    def after_stack(width: int) -> nn.Module:
        """One norm for the sum of all blocks."""
        return nn.LayerNorm(width)


RESIDUALS: dict[str, type[AbstractResidual]] = {"pre": PreNorm, "post": PostNorm}
