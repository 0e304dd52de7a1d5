"""The fully connected network over a window: what it cannot see changes nothing, by construction."""

import pytest
import torch

from core.errors import SettingError
from core.models.window_labeler import WindowLabeler

SIZES = {"width": 4, "inner": 7, "vocabulary": 9, "labels": 5}
LENGTH = 11


def read(network: WindowLabeler, tokens: torch.Tensor) -> torch.Tensor:
    return network(tokens, torch.ones_like(tokens, dtype=torch.bool))


def exact(network: WindowLabeler) -> WindowLabeler:
    """With weights in eighths: sums have no rounding, so their order, another in each row of a product, is no matter."""
    chance = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.normal_(generator=chance).mul_(8).round_().div_(8)
    return network


def test_without_a_window_equal_tokens_get_equal_labels_to_the_bit():
    network = exact(WindowLabeler(0, **SIZES))
    scores = read(network, torch.tensor([[6, 3, 1, 6, 2, 6]]))[0]  # I saw a saw: position says nothing
    assert torch.equal(scores[0], scores[3]) and torch.equal(scores[0], scores[5])
    assert not torch.equal(scores[0], scores[1])


@pytest.mark.parametrize("window", [0, 1, 3, LENGTH])
def test_a_token_outside_the_window_changes_no_bit_and_one_inside_does(window):
    torch.manual_seed(3)  # with other weights all features that a token moves may be cut by ReLU
    network = WindowLabeler(window, **SIZES)
    tokens = torch.randint(9, (1, LENGTH), generator=torch.Generator().manual_seed(1))
    before = read(network, tokens)[0]
    for place in range(LENGTH):
        other = tokens.clone()
        other[0, place] = (other[0, place] + 1) % 9
        moved = (read(network, other)[0] != before).any(-1)
        assert moved.tolist() == [abs(at - place) <= window for at in range(LENGTH)]


def test_parameters_grow_with_the_window_and_padding_changes_nothing():
    sizes = [sum(p.numel() for p in WindowLabeler(window, **SIZES).parameters()) for window in (0, 1, 2)]
    assert sizes[2] - sizes[1] == sizes[1] - sizes[0] == 2 * 4 * 7
    network = WindowLabeler(2, **SIZES)
    tokens = torch.tensor([[1, 2, 3, 4, 8, 8]])
    valid = torch.tensor([[True] * 4 + [False] * 2])
    torch.testing.assert_close(network(tokens, valid)[:, :4], read(network, tokens[:, :4]), atol=1e-6, rtol=0)


def test_a_negative_window_is_refused():
    with pytest.raises(SettingError, match="window=-1 is negative"):
        WindowLabeler(-1, **SIZES)
