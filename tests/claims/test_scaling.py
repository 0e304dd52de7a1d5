"""Scaling: entropies by hand and in order, and that the claim shows."""

import math

import pytest
import torch

from core.attention.multiplicative import DotProduct, ScaledDotProduct
from core.claims.experiment import run
from core.claims.scaling import DIMS, Scaling, entropy, reversals


def test_each_token_is_asked_for_the_one_at_its_place_from_the_end():
    batch = reversals(torch.Generator().manual_seed(1), batch=3)
    assert [row[::-1] for row in batch.labels.tolist()] == batch.tokens.tolist() and batch.asked.all()


def test_unscaled_weights_lose_their_entropy_with_the_dimension_and_scaled_ones_keep_it():
    generator = torch.Generator().manual_seed(2)
    unscaled, scaled = ([entropy(kind(), dim, generator) for dim in DIMS] for kind in (DotProduct, ScaledDotProduct))
    assert unscaled == sorted(unscaled, reverse=True) and unscaled[-1] < 0.1 < 0.5 < unscaled[0]
    assert min(scaled) > 0.8 and max(scaled) - min(scaled) < 0.05


def test_the_scaled_product_is_the_product_over_the_root_of_the_dimension():
    query, key = (
        torch.randn(1, 1, count, 24, dtype=torch.float64, generator=torch.Generator().manual_seed(count))
        for count in (3, 5)
    )
    assert torch.allclose(ScaledDotProduct()(query, key) * math.sqrt(24), DotProduct()(query, key), atol=1e-10)


@pytest.mark.slow
def test_unscaled_products_learn_less():
    finding = run(Scaling(), [0])
    assert finding.verdict == "shown" and finding.effect - finding.baseline >= 0.3
