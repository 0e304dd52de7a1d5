"""What holds for every normalizer: rows, exact zeros, empty rows, gradients."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.attention.normalizers import NORMALIZERS, block
from core.errors import ShapeError

SIZES = st.tuples(*(st.integers(1, 4) for _ in range(4)))


@pytest.mark.parametrize("normalizer", NORMALIZERS.values(), ids=NORMALIZERS)
@settings(max_examples=60, deadline=None)
@given(sizes=SIZES, seed=st.integers(0, 999), scale=st.sampled_from([1.0, 50.0, 1e4]))
def test_rows_sum_to_one_masked_entries_are_exactly_zero_and_empty_rows_are_zeros(normalizer, sizes, seed, scale):
    chance = torch.Generator().manual_seed(seed)
    scores = torch.randn(*sizes, generator=chance) * scale
    mask = torch.rand(*sizes, generator=chance) < 0.6
    weights = normalizer(block(scores, mask), mask)
    assert (weights >= 0).all() and (weights[~mask] == 0).all()
    sums, empty = weights.sum(-1), ~mask.any(-1)
    assert (sums[empty] == 0).all()
    torch.testing.assert_close(sums[~empty], torch.ones_like(sums[~empty]), atol=1e-6, rtol=0)


@pytest.mark.parametrize("normalizer", NORMALIZERS.values(), ids=NORMALIZERS)
def test_an_empty_row_gives_no_gradient_and_poisons_none(normalizer):
    scores = torch.randn(1, 1, 2, 3, requires_grad=True)
    mask = torch.tensor([[[[True, True, False], [False, False, False]]]])
    (normalizer(block(scores, mask), mask) * torch.arange(3.0)).sum().backward()
    assert torch.isfinite(scores.grad).all()
    assert (scores.grad[0, 0, 1] == 0).all() and scores.grad[0, 0, 0].abs().sum() > 0


@pytest.mark.parametrize("normalizer", NORMALIZERS.values(), ids=NORMALIZERS)
@given(seed=st.integers(0, 99), pads=st.integers(1, 5))
@settings(max_examples=20, deadline=None)
def test_padding_changes_no_weight(normalizer, seed, pads):
    scores = torch.randn(2, 3, 4, 5, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    mask = torch.ones(1, 1, 1, 5, dtype=torch.bool)
    longer, wide = torch.nn.functional.pad(scores, (0, pads), value=9.0), torch.nn.functional.pad(mask, (0, pads))
    weights = normalizer(block(longer, wide), wide)
    torch.testing.assert_close(weights[..., :5], normalizer(block(scores, mask), mask), atol=1e-10, rtol=0)
    assert (weights[..., 5:] == 0).all()


def test_a_mask_that_does_not_fit_is_named_with_both_shapes():
    with pytest.raises(ShapeError, match=r"\(1, 1, 1, 4\) does not broadcast to scores \(1, 1, 2, 3\)"):
        block(torch.zeros(1, 1, 2, 3), torch.ones(1, 1, 1, 4, dtype=torch.bool))
