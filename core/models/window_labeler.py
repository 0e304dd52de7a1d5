"""A label for each token from a window of tokens around it: the lecture's fully connected network, before attention.

A window of 0 sees one token and cannot tell its two uses apart; one that covers the longest text must know that length
and has parameters for every place in it. Source: Lee 2021, "Self-attention", the step before it.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.errors import SettingError
from core.language import tr
from core.shapes import Tokens, Valid


class WindowLabeler(nn.Module):
    """y_i = f([x_(i−w); …; x_(i+w)]), with zeros beyond the ends: the same network at every position.

    Args:
        window: tokens seen on each side; parameters grow with it.
        width: features of a token; inner: of the layer between.
        vocabulary, labels: number of tokens and of labels.

    Raises:
        SettingError: a negative window.
    """

    def __init__(self, window: int, *, width: int, inner: int, vocabulary: int, labels: int) -> None:
        super().__init__()
        if window < 0:
            raise SettingError(tr("window={window} is negative: choose 0 for the token alone, or more", window=window))
        self.window = window
        self.embedding = nn.Embedding(vocabulary, width)
        self.inner = nn.Linear((2 * window + 1) * width, inner)
        self.output = nn.Linear(inner, labels)

    def forward(self, tokens: Tokens, valid: Valid) -> Float[Tensor, "batch time label"]:
        """Scores of every label at every position."""
        states = self.embedding(tokens) * valid[..., None]
        around = nn.functional.pad(states, (0, 0, self.window, self.window)).unfold(1, 2 * self.window + 1, 1)
        seen = around.flatten(2)  # batch time width·place
        scores: Tensor = self.output(torch.relu(self.inner(seen)))
        return scores
