"""A convolutional encoder: every layer sees a few neighbours further. Source: Gehring et al. 2017, arXiv:1705.03122.

Layers of gated convolutions (section 3.2): a convolution gives twice the width, and one half says how much of the other
passes (GLU, Dauphin et al. 2017, arXiv:1612.08083). The sum with the residual is multiplied by √½, so that the variance
hardly grows (section 3.4). Weights start with a variance of 4·(1 − dropout) / (kernel · width) (section 3.5). The
paper's weight normalization is left out: it changes how fast the model learns, not what it can say.
"""

import math

import torch
from torch import nn

from core.attention.dropout import Dropout
from core.models.embedding import Embedding
from core.models.encoder import AbstractEncoder, Memory
from core.shapes import States, Tokens, Valid


class GatedConvolution(nn.Module):
    """One layer: a token's state from its neighbours', gated, beside what it was.

    Args:
        width: features of a state.
        kernel: neighbours that are seen, the token among them; of an even number one more lies behind it.
        dropout: share of features dropped before the convolution while training.
    """

    def __init__(self, width: int, kernel: int, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.before, self.behind = (kernel - 1) // 2, kernel // 2
        self.convolution = nn.Conv1d(width, 2 * width, kernel)
        nn.init.normal_(self.convolution.weight, std=math.sqrt(4 * (1 - dropout) / (kernel * width)))
        nn.init.constant_(self.convolution.bias, 0.0)
        self.dropout = Dropout(dropout)

    def forward(self, states: States, valid: Valid) -> States:
        """The next layer's states; to the convolution, padding is zeros, as what lies beyond the ends is."""
        seen = self.dropout(states).masked_fill(~valid[..., None], 0.0).transpose(1, 2)  # batch width time
        around = nn.functional.pad(seen, (self.before, self.behind))
        gated = nn.functional.glu(self.convolution(around), dim=1).transpose(1, 2)  # batch time width
        return (states + gated) * math.sqrt(0.5)


class ConvolutionalEncoder(AbstractEncoder):
    """A stack of gated convolutions over embedded tokens; `layers` of them see layers · (kernel − 1) + 1 tokens.

    Args:
        width: features of a state; layers: how many.
        kernel: tokens that one layer sees.
        embedding: from tokens to vectors, positions included: beyond its borders a convolution knows no places.
        dropout: share of features dropped before each layer while training.
    """

    def __init__(self, width: int, layers: int, kernel: int, embedding: Embedding, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.embedding = embedding
        self.layers = nn.ModuleList(GatedConvolution(width, kernel, dropout=dropout) for _ in range(layers))

    def forward(self, source: Tokens | States, valid: Valid) -> Memory:
        """Encode: positions are counted over real tokens, so left padding moves nothing; pads end as zeros."""
        positions = (torch.cumsum(valid, dim=1) - 1).clamp(min=0)
        states: States = self.embedding(source, positions)
        pads, after = ~valid[..., None], []
        for layer in self.layers:
            states = layer(states, valid)
            after.append(states.masked_fill(pads, 0.0))
        return Memory(after[-1], valid, tuple(after))
