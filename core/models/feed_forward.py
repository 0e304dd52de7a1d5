"""The feed-forward part of a Transformer block: the same two-layer network at every position.

Source: Vaswani et al. 2017, section 3.3: ReLU(x W₁ + b₁) W₂ + b₂.
"""

from torch import Tensor, nn

from core.attention.dropout import RectifiedDropout
from core.shapes import States


class FeedForward(nn.Module):
    """Widen, cut below zero, narrow.

    Args:
        width: features of the model; inner: features between; dropout: share of inner ones dropped while training.
    """

    def __init__(self, width: int, inner: int, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.widen = nn.Linear(width, inner)
        self.narrow = nn.Linear(inner, width)
        self.dropout = RectifiedDropout(dropout)

    def forward(self, states: States) -> States:
        """The same function at every position."""
        changed: Tensor = self.narrow(self.dropout(self.widen(states)))
        return changed
