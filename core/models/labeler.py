"""A label for each token: the lecture's N → N. An encoder, and the same linear map at every position."""

from jaxtyping import Float
from torch import Tensor, nn

from core.models.parts import embedding_of
from core.models.transformer_encoder import TransformerEncoder
from core.models.transformer_settings import TransformerSettings
from core.shapes import Tokens, Valid


class Labeler(nn.Module):
    """A Transformer's encoder that labels what it reads.

    Args:
        settings: sizes and choices of the encoder; vocabulary: number of tokens; labels: number of labels.
    """

    def __init__(self, settings: TransformerSettings, vocabulary: int, labels: int) -> None:
        super().__init__()
        self.encoder = TransformerEncoder(settings, embedding_of(settings, vocabulary))
        self.output = nn.Linear(settings.width, labels)

    def forward(self, tokens: Tokens, valid: Valid) -> Float[Tensor, "batch time label"]:
        """Scores of every label at every position."""
        scores: Tensor = self.output(self.encoder(tokens, valid).states)
        return scores
