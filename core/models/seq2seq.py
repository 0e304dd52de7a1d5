"""An encoder and a decoder: a distribution over target sequences, trained in batches and stepped by searches."""

from collections.abc import Sequence

import torch
from jaxtyping import Int
from torch import Tensor, nn

from core.data.batch import Batch, pad
from core.data.vocabulary import Vocabulary
from core.models.decoder import AbstractDecoder
from core.models.encoder import AbstractEncoder
from core.shapes import Logits
from core.step_model import DecoderState, Step


class Seq2Seq(nn.Module):
    """Encoder and decoder; also the step model that every search knows.

    Args:
        encoder, decoder: the two halves.
        vocabulary: the target's, for the numbers of <begin>, <end> and what is never generated.
    """

    def __init__(self, encoder: AbstractEncoder, decoder: AbstractDecoder, vocabulary: Vocabulary) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.begin = vocabulary.begin
        self.end = vocabulary.end
        self.never_generated = vocabulary.never_generated

    def forward(self, batch: Batch) -> Logits:
        """Scores of the next token at every target position, under the gold prefix."""
        logits: Tensor = self.decoder(batch.target_in, self.encoder(batch.source, batch.source_valid))
        return logits

    @torch.no_grad()
    def start(self, sources: Sequence[Sequence[int]]) -> DecoderState:
        """Encode sources (numbers, <end> included); one row each."""
        state: DecoderState = self.decoder.start(self.encoder(*pad(sources)))
        return state

    @torch.no_grad()
    def step(self, tokens: Int[Tensor, " row"], state: DecoderState) -> Step:
        """Feed one token per row; natural log-probabilities of the next."""
        logits, after = self.decoder.step(tokens, state)
        return Step(torch.log_softmax(logits, dim=-1), after, {})
