"""A recurrent encoder that reads the source both ways. Source: Bahdanau et al. 2015, section 3.2, arXiv:1409.0473."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.attention.dropout import Dropout
from core.models.embedding import Embedding
from core.models.encoder import AbstractEncoder, Memory
from core.shapes import States, Tokens, Valid

CELLS: dict[str, type[nn.GRU] | type[nn.LSTM]] = {"gru": nn.GRU, "lstm": nn.LSTM}


class RecurrentEncoder(AbstractEncoder):
    """A stack of bidirectional layers; each direction has half the width.

    Args:
        cell: of CELLS; width: features of a state, an even number; layers: how many.
        embedding: from tokens to vectors; dropout: share dropped after each layer while training.
    """

    def __init__(self, cell: str, width: int, layers: int, embedding: Embedding, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.embedding = embedding
        self.layers = nn.ModuleList(
            CELLS[cell](width, width // 2, bidirectional=True, batch_first=True) for _ in range(layers)
        )
        self.dropout = Dropout(dropout)

    def forward(self, source: Tokens | States, valid: Valid) -> Memory:
        """Encode; pads stand at the right."""
        states: States = self.embedding(source, torch.arange(valid.shape[1]).expand_as(valid))
        after = []
        for layer in self.layers:
            states = self.dropout(both_ways(layer, states, valid))
            after.append(states)
        return Memory(states, valid, tuple(after))


def both_ways(
    layer: nn.GRU | nn.LSTM, states: Float[Tensor, "batch time features"], valid: Valid
) -> Float[Tensor, "batch time width"]:
    """A bidirectional layer's states, forward beside backward, zeros in padding.

    Pads stand at the right: who reads forward meets them last, who reads backward is given them last.
    """
    time = torch.arange(valid.shape[1]).expand_as(valid)
    turned = torch.where(valid, valid.sum(dim=1, keepdim=True) - 1 - time, time)  # each row's own way round
    forward, backward = layer.all_weights
    there = _read(layer, forward, states)
    back = _in_order(turned, _read(layer, backward, _in_order(turned, states)))
    return torch.cat([there, back], dim=-1) * valid[..., None].to(states.dtype)


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
