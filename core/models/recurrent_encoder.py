"""A recurrent encoder that reads the source both ways. Source: Bahdanau et al. 2015, section 3.2, arXiv:1409.0473."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.attention.dropout import Dropout
from core.models.embedding import TokenEmbedding
from core.models.encoder import AbstractEncoder, Memory
from core.shapes import States, Tokens, Valid

CELLS: dict[str, type[nn.GRU] | type[nn.LSTM]] = {"gru": nn.GRU, "lstm": nn.LSTM}


class RecurrentEncoder(AbstractEncoder):
    """A stack of bidirectional layers; each direction has half the width.

    Args:
        cell: of CELLS; width: features of a state, an even number; layers: how many.
        embedding: from tokens to vectors; dropout: share dropped after each layer while training.
    """

    def __init__(self, cell: str, width: int, layers: int, embedding: TokenEmbedding, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.embedding = embedding
        self.layers = nn.ModuleList(
            CELLS[cell](width, width // 2, bidirectional=True, batch_first=True) for _ in range(layers)
        )
        self.dropout = Dropout(dropout)

    def forward(self, source: Tokens, valid: Valid) -> Memory:
        """Encode. Pads stand at the right: who reads forward meets them last, who reads backward is given them last."""
        time = torch.arange(source.shape[1]).expand_as(source)
        states: States = self.embedding(source, time)
        turned = torch.where(valid, valid.sum(dim=1, keepdim=True) - 1 - time, time)  # each row's own way round
        real = valid[..., None].to(states.dtype)
        after = []
        for layer in self.layers:
            forward, backward = layer.all_weights
            there = _read(layer, forward, states)
            back = _in_order(turned, _read(layer, backward, _in_order(turned, states)))
            states = self.dropout(torch.cat([there, back], dim=-1) * real)
            after.append(states)
        return Memory(states, valid, tuple(after))


def _read(
    layer: nn.GRU | nn.LSTM, weights: list[Tensor], states: Float[Tensor, "batch time width"]
) -> Float[Tensor, "batch time half"]:
    """One direction of a layer from the left to the right, its state zero before the first token."""
    first = states.new_zeros(1, len(states), layer.hidden_size)
    rest = (True, 1, 0.0, layer.training, False, True)  # offsets, layers, dropout, training, both ways, batch first
    if isinstance(layer, nn.LSTM):
        return torch.lstm(states, (first, first), weights, *rest)[0]
    return torch.gru(states, first, weights, *rest)[0]


def _in_order(
    order: Int[Tensor, "batch time"], states: Float[Tensor, "batch time features"]
) -> Float[Tensor, "batch time features"]:
    return states.gather(1, order[..., None].expand_as(states))
