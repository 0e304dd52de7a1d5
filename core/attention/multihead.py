"""Multi-head attention: several attentions beside each other, joined by W_O.

Source: Vaswani et al. 2017, section 3.2.2, arXiv:1706.03762. The only parameters are W_q, W_k, W_v and W_o, without
offsets, as the lecture draws them.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from core.attention.attention import Attention
from core.attention.multiplicative import ScaledDotProduct
from core.errors import SettingError
from core.shapes import Heads, Mask, States


class KeysValues(NamedTuple):
    """Keys (as the score prepared them) and values of every head."""

    key: Heads
    value: Heads

    def append(self, later: "KeysValues") -> "KeysValues":
        """These and later ones, along time: how a decoder's cache grows."""
        return KeysValues(torch.cat([self.key, later.key], dim=2), torch.cat([self.value, later.value], dim=2))

    def select(self, rows: Tensor) -> "KeysValues":
        """The keys and values of these rows, in this order."""
        return KeysValues(self.key.index_select(0, rows), self.value.index_select(0, rows))


class MultiHeadAttention(nn.Module):
    """Heads that share a model's width.

    Args:
        width: features of the model; heads: how many; width must be a multiple of heads.
        dropout: share of weights dropped while training.

    Raises:
        SettingError: width is not a multiple of heads.
    """

    def __init__(self, width: int, heads: int, *, dropout: float = 0.0) -> None:
        super().__init__()
        if width % heads:
            raise SettingError(
                f"width={width} cannot be shared by heads={heads}: choose a width that is a multiple of heads"
            )
        self.heads = heads
        self.w_query = nn.Linear(width, width, bias=False)
        self.w_key = nn.Linear(width, width, bias=False)
        self.w_value = nn.Linear(width, width, bias=False)
        self.w_output = nn.Linear(width, width, bias=False)
        self.attention = Attention(ScaledDotProduct(), dropout=dropout)
        for projection in (self.w_query, self.w_key, self.w_value, self.w_output):
            nn.init.xavier_uniform_(projection.weight)

    def prepare(self, states: States) -> KeysValues:
        """Keys and values of states that will be looked at: once per source, or once per new token."""
        return KeysValues(
            self.attention.score.prepare(self._split(self.w_key(states))), self._split(self.w_value(states))
        )

    def forward(self, states: States, looked_at: KeysValues, mask: Mask | None = None) -> States:
        """Let every state look.

        Args:
            states: what looks.
            looked_at: what `prepare` gave.
            mask: True where a query may look.
        """
        context = self.attention(self._split(self.w_query(states)), *looked_at, mask).context
        joined: Tensor = self.w_output(context.transpose(1, 2).flatten(2))  # batch query head·dim
        return joined

    def _split(self, states: States) -> Heads:
        return states.unflatten(-1, (self.heads, -1)).transpose(1, 2)  # batch head time dim
