"""Add & norm: where the norm stands around a residual connection.

Post-norm is the original block, x ← LN(x + f(x)) (Vaswani et al. 2017); pre-norm is x ← x + f(LN(x)) with one more
norm after the whole stack (Xiong et al. 2020, arXiv:2002.04745). Which norm it is (norms.py) is put in.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable

from torch import Tensor, nn

from core.attention.dropout import Dropout
from core.models.norm import AbstractNorm, Real
from core.shapes import States, Valid


class Unchanged(nn.Identity):
    """Nothing, where a norm might stand."""

    def forward(self, states: States, valid: Real | None = None) -> States:
        """As they are."""
        return states


_UNCHANGED = Unchanged()


class AbstractResidual(nn.Module, ABC):
    """A connection around a sublayer; every kind is made with (norm, dropout).

    Attributes:
        before: what the sublayer is given; after: what becomes of the sum. Identities where there is nothing to do.
    """

    def __init__(self, norm: AbstractNorm, dropout: float) -> None:
        super().__init__()
        self.norm, self.dropout = norm, Dropout(dropout)

    @property
    @abstractmethod
    def before(self) -> nn.Module:
        """From the states to what the sublayer is given."""

    @property
    @abstractmethod
    def after(self) -> nn.Module:
        """From the sum to the new states."""

    def forward(self, states: States, sublayer: Callable[[States], States], valid: Valid | None = None) -> States:
        """The states, changed by the sublayer.

        Args:
            valid: which of them are tokens and no padding; None: all.
        """
        changed: Tensor = self.after(self.joined(states, self.dropout(sublayer(self.before(states, valid)))), valid)
        return changed

    def joined(self, states: States, change: States) -> States:
        """What came, and what the sublayer made of it."""
        return states + change

    @staticmethod
    @abstractmethod
    def after_stack(norm: Callable[[], AbstractNorm]) -> nn.Module:
        """What must follow the last block.

        Args:
            norm: makes one.
        """


class PostNorm(AbstractResidual):
    """LN(x + f(x)): the sum is normalized."""

    @property
    def before(self) -> nn.Module:
        """Nothing."""
        return _UNCHANGED

    @property
    def after(self) -> nn.Module:
        """The norm."""
        return self.norm

    @staticmethod
    def after_stack(norm: Callable[[], AbstractNorm]) -> nn.Module:
        """Nothing: the last block already ends in a norm."""
        return Unchanged()


class PreNorm(AbstractResidual):
    """x + f(LN(x)): the way through is never normalized."""

    @property
    def before(self) -> nn.Module:
        """The norm."""
        return self.norm

    @property
    def after(self) -> nn.Module:
        """Nothing."""
        return _UNCHANGED

    @staticmethod
    def after_stack(norm: Callable[[], AbstractNorm]) -> nn.Module:
        """One norm for the sum of all blocks."""
        return norm()


class BareNorm(PreNorm):
    """f(LN(x)): no way around the sublayer, for the picture that shows why there is one."""

    def joined(self, states: States, change: States) -> States:
        """The change alone."""
        return change


RESIDUALS: dict[str, type[AbstractResidual]] = {"pre": PreNorm, "post": PostNorm, "bare": BareNorm}
