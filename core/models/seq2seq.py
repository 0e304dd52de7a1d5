"""An encoder and a decoder: a distribution over target sequences, trained in batches and stepped by searches."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Int
from torch import Tensor, nn

from core.data.batch import Batch, pad_sources
from core.data.tree_tokens import TreeTokens
from core.data.vocabulary import Vocabulary
from core.devices import CPU, placed, where
from core.models.decoder import AbstractDecoder, RowState
from core.models.encoder import AbstractEncoder
from core.precision import full, passing
from core.shapes import Logits
from core.step_model import DecoderState, Step


class Seq2Seq(nn.Module):
    """Encoder and decoder; also the step model that every search knows.

    Args:
        encoder, decoder: the two halves.
        vocabulary: the target's, for the numbers of <begin>, <end>, what is never generated, brackets, and whether a target
            is a set.
    """

    def __init__(self, encoder: AbstractEncoder, decoder: AbstractDecoder, vocabulary: Vocabulary) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.begin = vocabulary.begin
        self.end = vocabulary.end
        self.never_generated = vocabulary.never_generated
        self.trees = TreeTokens.of(vocabulary.tokens)
        self.distinct = vocabulary.distinct

    def forward(self, batch: Batch) -> Logits:
        """Scores of the next token at every target position, under the gold prefix."""
        with passing(batch.source.device):
            logits: Tensor = self.decoder(batch.target_in, self.encoder(batch.source, batch.source_valid))
        return full(logits)

    @torch.no_grad()
    def start(self, sources: Sequence[Sequence[int]]) -> DecoderState:
        """Encode sources (numbers, <end> included); one slot each."""
        device, (source, valid) = where(self), pad_sources(sources)
        with placed(device):
            rows = self.decoder.start(self.encoder(source.to(device), valid.to(device)))
        return Slots(rows, len(sources), 1, device)

    @torch.no_grad()
    def step(self, tokens: Int[Tensor, "item slot"], state: "Slots") -> Step:
        """Feed one token per slot; natural log-probabilities of the next, on the CPU wherever the model is."""
        with placed(state.device):
            logits, rows = self.decoder.step(tokens.flatten().to(state.device), state.rows)
        log_probs = torch.log_softmax(logits, dim=-1).unflatten(0, tuple(tokens.shape))
        return Step(log_probs.cpu(), Slots(rows, *tokens.shape, state.device))


@dataclass(frozen=True)
class Slots:
    """A decoder's state, which knows rows only, as items and slots.

    Attributes:
        rows: item after item; items, slots: how many; device: where the rows are.
    """

    rows: RowState
    items: int
    slots: int
    device: torch.device = CPU

    def select(self, parents: Int[Tensor, "item slot"], items: Int[Tensor, " item"] | None = None) -> "Slots":
        """Other rows of the same state."""
        first = torch.arange(self.items) if items is None else items
        with placed(self.device):
            rows = self.rows.select((first[:, None] * self.slots + parents).flatten().to(self.device))
        return Slots(rows, *parents.shape, self.device)
