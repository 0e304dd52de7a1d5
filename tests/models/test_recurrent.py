"""Recurrent layers against PyTorch's own: padded sources read both ways, and one step of a cell."""

import pytest
import torch
from torch import nn

from core.models.build import build
from core.models.recurrent_cell import STEPS
from core.models.recurrent_encoder import CELLS
from core.models.recurrent_settings import RecurrentSettings
from core.seeds import Seeds
from tests.laws.models import LETTERS


@pytest.mark.parametrize("cell", CELLS)
def test_a_padded_source_is_read_as_pytorch_reads_a_packed_one_and_pads_are_zeros(cell):
    settings = RecurrentSettings(cell=cell, layers=2, width=6)
    encoder = build(settings, LETTERS, LETTERS, Seeds(3)).encoder.double()
    lengths = torch.tensor([3, 7, 1, 5])
    valid = torch.arange(7) < lengths[:, None]
    source = torch.randint(6, len(LETTERS), (4, 7), generator=torch.Generator().manual_seed(1)) * valid
    states = encoder.embedding(source, torch.zeros_like(source))
    for layer in encoder.layers:
        packed = nn.utils.rnn.pack_padded_sequence(states, lengths, batch_first=True, enforce_sorted=False)
        states, _ = nn.utils.rnn.pad_packed_sequence(layer(packed)[0], batch_first=True)
    found = encoder(source, valid).states
    torch.testing.assert_close(found, states, atol=1e-12, rtol=0)
    assert (found[~valid] == 0).all()


@pytest.mark.parametrize("cell", CELLS)
def test_a_step_with_its_input_multiplied_beforehand_is_pytorchs_step(cell):
    chance = torch.Generator().manual_seed(2)
    layer = CELLS[cell](5, 4, batch_first=True).double()
    inputs, *parts = (torch.randn(3, n, generator=chance, dtype=torch.float64) for n in (5, 4, 4))
    parts = tuple(parts[: 1 if cell == "gru" else 2])
    wide = tuple(part[None] for part in parts)
    _, expected = layer(inputs[:, None], wide[0] if cell == "gru" else wide)
    ((w_input, w_hidden, b_input, b_hidden),) = layer.all_weights
    asked, own = nn.functional.linear(inputs, w_input, b_input), nn.functional.linear(parts[0], w_hidden, b_hidden)
    found = STEPS[type(layer)](asked, own, parts)
    for one, other in zip(found, expected if cell == "lstm" else (expected,)):
        torch.testing.assert_close(one, other[0], atol=1e-12, rtol=0)
