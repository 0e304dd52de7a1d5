"""Labels of a set from fully connected layers alone: each item with a window of items around it, all with the same weights.

A window of 0 gives equal items equal labels, wherever they stand; one that covers the longest set has parameters for every
place of it. One label for all is read from the mean over the windows. Source: Lee 2021, "Self-attention", the steps before it.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.data.vector_sets import Entrance, SetBatch
from core.models.set_reader import LabelScores, mean_of_items


class SetWindow(nn.Module):
    """y_i = f([x_(i−w); …; x_(i+w)]), with zeros beyond the ends.

    Args:
        window: items seen on each side; width: features of an item; inner: of the layer between.
        entrance: how sets enter, and what is asked.
    """

    def __init__(self, window: int, width: int, inner: int, entrance: Entrance) -> None:
        super().__init__()
        words = entrance.words
        self.window = window
        self.enter = nn.Linear(entrance.features, width) if words is None else nn.Embedding(len(words), width)
        self.inner = nn.Linear((2 * window + 1) * width, inner)
        self.output = nn.Linear(inner, len(entrance.labels))
        self.each = entrance.output == "each"

    def forward(self, batch: SetBatch) -> LabelScores:
        """Scores of every label, of each item or of all."""
        scores: Tensor = self.output(self.summary(batch))
        return scores

    def summary(self, batch: SetBatch) -> Float[Tensor, "batch *item inner"]:
        """What the labels are read from."""
        states = self.enter(batch.content) * batch.valid[..., None]
        around = nn.functional.pad(states, (0, 0, self.window, self.window)).unfold(1, 2 * self.window + 1, 1)
        seen = torch.relu(self.inner(around.flatten(2)))
        return seen if self.each else mean_of_items(seen, batch.valid)
