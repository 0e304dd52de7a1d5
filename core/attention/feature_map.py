"""Self-attention over the places of a feature map: the layer of the Self-Attention GAN.

    β_ji = softmax over i of f(x_i)ᵀ g(x_j),    o_j = v(Σ_i β_ji h(x_i)),    y = γ o + x,    γ = 0 at first

f, g, h and v are 1 × 1 convolutions, f, g and h from C channels to C / 8 (at least one), v back to C. Place j looks, so g makes
queries and f keys; the scores are not divided by √dim. As γ begins at 0, a network with the layer begins as the one without it,
and takes up far places as it learns. Every place looks at every place: the map of weights is N × N.

What is looked at may be pooled: keys and values are the largest of squares of places, channel by channel, so the map is N × N/4 with
squares of 2 × 2. The paper's equations have it not, its published code does (brain-research/self-attention-gan, non_local.py).
Source: Zhang et al. 2019, section 3, arXiv:1805.08318.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.attention.attention import Attention
from core.attention.multiplicative import DotProduct

FeatureMap = Float[Tensor, "batch channel row column"]
_NARROWER = 8  # times fewer channels are looked with than there are


class FeatureMapAttention(nn.Module):
    """Places that look at all places, added to what they were by γ.

    Args:
        channels: of the map, at least one.
        pooled: rows and columns of the squares that are looked at as one place; 1 pools nothing. Squares at the lower and right
            edges may be smaller.

    Attributes:
        gamma: how much of what was looked at is added, a scalar.
        attention: its taps show scores and weights, one head, places row by row.
    """

    def __init__(self, channels: int, pooled: int = 1) -> None:
        super().__init__()
        narrow = max(1, channels // _NARROWER)
        self.f, self.g, self.h = (nn.Conv2d(channels, narrow, 1) for _ in range(3))
        self.v = nn.Conv2d(narrow, channels, 1)
        self.pool = nn.MaxPool2d(pooled, ceil_mode=True) if pooled > 1 else nn.Identity()
        self.attention = Attention(DotProduct())
        self.gamma = nn.Parameter(torch.zeros(()))

    def forward(self, states: FeatureMap) -> FeatureMap:
        """γ o + x; the same to the bit while γ is 0 and the states are finite."""
        maps = (self.g(states), self.pool(self.f(states)), self.pool(self.h(states)))
        query, key, value = (one.flatten(2).mT.unsqueeze(1) for one in maps)  # [batch, 1, place, dim]
        heard = self.attention(query, self.attention.prepare(key), value).context
        # laid out as the states are, or convolutions that read the sum would round otherwise
        mixed = heard.squeeze(1).mT.contiguous().unflatten(2, states.shape[2:])  # [batch, dim, row, column]
        return self.gamma * self.v(mixed) + states
