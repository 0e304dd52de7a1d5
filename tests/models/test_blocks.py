"""What the papers say of the parts of a block: scaled scores, layer norm, where the norm stands."""

import math

import pytest
import torch

from core.attention.multihead import MultiHeadAttention
from core.attention.multiplicative import DotProduct, ScaledDotProduct
from core.models.build import build
from core.models.norms import LayerNorm
from core.models.residual import PreNorm
from core.models.transformer_settings import TransformerSettings
from core.seeds import Seeds
from tests.laws.models import LETTERS


def entropy_of_rows(scores: torch.Tensor) -> float:
    weights = torch.softmax(scores, -1)
    return float((-(weights * torch.log(weights + 1e-30)).sum(-1)).mean() / math.log(scores.shape[-1]))


def test_unscaled_scores_saturate_as_heads_grow_and_scaled_ones_do_not():
    chance = torch.Generator().manual_seed(1)
    plain, scaled = [], []
    for dim in (4, 16, 64, 256, 1024):
        query, key = (torch.randn(1, 1, n, dim, generator=chance) for n in (200, 64))
        plain.append(entropy_of_rows(DotProduct()(query, key)))
        scaled.append(entropy_of_rows(ScaledDotProduct()(query, key)))
    assert plain == sorted(plain, reverse=True) and plain[-1] < 0.1
    assert max(scaled) - min(scaled) < 0.05 and min(scaled) > 0.8


def test_heads_may_change_places_if_w_o_changes_with_them():
    attention = MultiHeadAttention(12, 3).double()
    states = torch.randn(1, 5, 12, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    before = attention(states, attention.prepare(states))
    order = torch.tensor([2, 0, 1])
    features = (order[:, None] * 4 + torch.arange(4)).flatten()
    with torch.no_grad():
        for weight in (attention.w_query, attention.w_key, attention.w_value):
            weight.copy_(weight[features].clone())
        attention.w_output.weight.copy_(attention.w_output.weight[:, features].clone())
    torch.testing.assert_close(attention(states, attention.prepare(states)), before, atol=1e-12, rtol=0)


def test_layer_norm_forgets_scale_and_offset_and_knows_no_other_item():
    norm = PreNorm(LayerNorm(16), 0.0).norm
    states = torch.randn(3, 4, 16, generator=torch.Generator().manual_seed(3)) * 5
    torch.testing.assert_close(norm(3 * states + 2), norm(states), atol=1e-4, rtol=0)
    assert torch.equal(norm(states)[1:2], norm(states[1:2]))


def last_gradient(norm: str, layers: int, seed: int) -> float:
    """Norm of the gradient of W₂ in the encoder's last feed-forward part, at the start."""
    settings = TransformerSettings(layers=layers, heads=4, width=64, norm=norm)
    encoder = build(settings, LETTERS, LETTERS, Seeds(seed)).encoder
    chance = torch.Generator().manual_seed(seed)
    source = torch.randint(6, len(LETTERS), (32, 20), generator=chance)
    labels = torch.randint(0, 10, (32, 20), generator=chance)
    head = torch.randn(64, 10, generator=chance) / 8
    states = encoder(source, torch.ones_like(source, dtype=torch.bool)).states
    torch.nn.functional.cross_entropy((states @ head).flatten(0, 1), labels.flatten()).backward()
    return float(encoder.layers[-1].feed_forward.narrow.weight.grad.norm())


@pytest.mark.parametrize(("norm", "low", "high"), [("pre", 0.0, 0.65), ("post", 0.9, math.inf)])
def test_depth_shrinks_the_last_gradient_with_the_norm_before_and_not_with_the_norm_after(norm, low, high):
    ratios = [last_gradient(norm, 24, seed) / last_gradient(norm, 2, seed) for seed in range(1, 9)]
    assert low <= sum(ratios) / 8 <= high
