"""A recurrent encoder that reads the source both ways. Source: Bahdanau et al. 2015, section 3.2, arXiv:1409.0473."""

import torch
from torch import nn

from core.attention.dropout import Dropout
from core.models.embedding import TokenEmbedding
from core.models.encoder import AbstractEncoder, Memory
from core.models.recurrent_settings import RecurrentSettings
from core.shapes import States, Tokens, Valid

CELLS: dict[str, type[nn.GRU] | type[nn.LSTM]] = {"gru": nn.GRU, "lstm": nn.LSTM}


class RecurrentEncoder(AbstractEncoder):
    """A stack of bidirectional layers; each direction has half the width.

    Args:
        settings: sizes and choices; embedding: from tokens to vectors.
    """

    def __init__(self, settings: RecurrentSettings, embedding: TokenEmbedding) -> None:
        super().__init__()
        self.embedding = embedding
        cell = CELLS[settings.cell]
        width = settings.width
        self.layers = nn.ModuleList(
            cell(width, width // 2, bidirectional=True, batch_first=True) for _ in range(settings.layers)
        )
        self.dropout = Dropout(settings.dropout)

    def forward(self, source: Tokens, valid: Valid) -> Memory:
        """Encode; packing keeps both directions from reading pads."""
        states: States = self.embedding(source, torch.zeros_like(source))
        lengths = valid.sum(dim=1)
        for layer in self.layers:
            packed = nn.utils.rnn.pack_padded_sequence(states, lengths, batch_first=True, enforce_sorted=False)
            states, _ = nn.utils.rnn.pad_packed_sequence(
                layer(packed)[0], batch_first=True, total_length=source.shape[1]
            )
            states = self.dropout(states)
        return Memory(states, valid)
