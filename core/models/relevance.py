"""Each label by itself: an encoder, the mean of what it read, and a score for every label.

With a sigmoid on each score the labels are judged independently of each other (binary relevance); with a softmax over all of
them it is the classifier that chooses one.
"""

from jaxtyping import Float
from torch import Tensor, nn

from core.models.encoder import AbstractEncoder
from core.models.set_reader import mean_of_items
from core.shapes import Source, Valid

Scores = Float[Tensor, "batch label"]


class Relevance(nn.Module):
    """A score for every label of a text.

    Args:
        encoder: reads the text; width: of its states; labels: how many there are.

    Source: binary relevance: Tsoumakas & Katakis 2007.
    """

    def __init__(self, encoder: AbstractEncoder, width: int, labels: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.output = nn.Linear(width, labels)

    def forward(self, source: Source, valid: Valid) -> Scores:
        """Scores, as logits."""
        read = self.encoder(source, valid)
        scores: Scores = self.output(mean_of_items(read.states, read.valid))
        return scores
