"""From tokens to vectors: a row of a table for the token, a vector added for the position.

A one-hot vector times the table is that row (the lecture's "embedding compresses one-hot"). Rows start with variance
1/width and are scaled by √width, as in Vaswani et al. 2017, section 3.4.
"""

import math

import torch
from torch import Tensor, nn

from core.attention.absolute import AbstractPositions, Positions
from core.attention.dropout import Dropout
from core.recording.tap import Tap
from core.shapes import States, Tokens


class TokenEmbedding(nn.Module):
    """Token and position to one vector.

    Args:
        vocabulary: number of tokens; width: features.
        positions: what is added for the position.
        dropout: share dropped while training.

    Attributes:
        tap_rows: where the tokens' rows of the table pass; whoever changes them there feeds what is no token.
    """

    def __init__(self, vocabulary: int, width: int, positions: AbstractPositions, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.table = nn.Embedding(vocabulary, width)
        nn.init.normal_(self.table.weight, std=1 / math.sqrt(width))
        self.positions = positions
        self.dropout = Dropout(dropout)
        self.scale = math.sqrt(width)
        self.tap_rows = Tap()

    def forward(self, tokens: Tokens, positions: Positions) -> States:
        """Vectors of tokens at their positions."""
        vectors = torch.add(self.positions(positions), self.tap_rows(self.table(tokens)), alpha=self.scale)
        dropped: Tensor = self.dropout(vectors)
        return dropped


class StateEmbedding(nn.Module):
    """States that are vectors already, and their position.

    Args:
        positions: what is added for the position; dropout: share dropped while training.
    """

    def __init__(self, positions: AbstractPositions, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.positions = positions
        self.dropout = Dropout(dropout)

    def forward(self, states: States, positions: Positions) -> States:
        """States at their positions."""
        dropped: Tensor = self.dropout(states + self.positions(positions))
        return dropped


Embedding = TokenEmbedding | StateEmbedding  # what an encoder may read with
