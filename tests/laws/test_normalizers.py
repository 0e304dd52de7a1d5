"""Laws of every normalizer: what it promises holds, what it does not promise fails; blocked is exactly 0; no NaN."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.attention.normalizers import NORMALIZERS, block
from core.errors import ShapeError

SIZES = (2, 3, 4, 5)  # batch, head, query, key
EVERY = pytest.mark.parametrize("normalizer", NORMALIZERS.values(), ids=NORMALIZERS)
EXACT = {torch.float32: 1e-5, torch.float64: 1e-10}


def drawn(seed: int, scale: float = 1.0, dtype: torch.dtype = torch.float64) -> tuple[torch.Tensor, torch.Tensor]:
    """Scores and a mask that leaves some queries without keys."""
    chance = torch.Generator().manual_seed(seed)
    scores = torch.randn(*SIZES, generator=chance, dtype=torch.float64) * scale
    return scores.to(dtype), torch.rand(*SIZES, generator=chance) < 0.6


@pytest.mark.parametrize("dtype", EXACT, ids=str)
@EVERY
@given(seed=st.integers(0, 999), scale=st.sampled_from([0.1, 1.0, 40.0, 1e4]))
@settings(max_examples=30, deadline=None)
def test_blocked_is_exactly_zero_and_what_is_promised_holds(normalizer, dtype, seed, scale):
    scores, mask = drawn(seed, scale, dtype)
    weights = normalizer(block(scores, mask), mask)
    assert weights.dtype == dtype and torch.isfinite(weights).all()
    assert (weights[~mask] == 0).all()
    if normalizer.nonnegative:
        assert (weights >= 0).all()
    if normalizer.sums_to_one:
        sums = weights.sum(-1)[mask.any(-1)]
        torch.testing.assert_close(sums, torch.ones_like(sums), atol=EXACT[dtype], rtol=0)


@EVERY
def test_what_is_not_promised_does_not_hold(normalizer):
    scores, mask = drawn(1)
    weights = normalizer(block(scores, mask), mask)
    sums = weights.sum(-1)[mask.any(-1)]
    assert ((sums - 1).abs().max() < 1e-6) == normalizer.sums_to_one
    assert (weights.min() >= 0) == normalizer.nonnegative


@EVERY
def test_no_mask_is_a_mask_that_forbids_nothing(normalizer):
    scores, _ = drawn(2)
    everything = torch.ones(1, 1, 1, 1, dtype=torch.bool)
    torch.testing.assert_close(
        normalizer(scores), normalizer(block(scores, everything), everything), atol=1e-12, rtol=0
    )


@EVERY
def test_an_empty_row_gives_no_gradient_and_poisons_none(normalizer):
    scores = torch.tensor([[[[0.3, 0.1, 5.0], [1.0, 2.0, 3.0]]]], requires_grad=True)
    mask = torch.tensor([[[[True, True, False], [False, False, False]]]])
    (normalizer(block(scores, mask), mask) * torch.tensor([1.0, 2.0, 4.0])).sum().backward()
    assert torch.isfinite(scores.grad).all()
    assert (scores.grad[0, 0, 1] == 0).all() and (scores.grad[0, 0, 0, :2] != 0).all()
    assert scores.grad[0, 0, 0, 2] == 0


@EVERY
def test_gradients_are_those_of_finite_differences_or_as_declared_those_of_softmax(normalizer):
    scores, mask = drawn(3, scale=0.7)
    saturated = (scores * 30).detach().requires_grad_()
    scores.requires_grad_()
    if normalizer.own_gradient:
        torch.autograd.gradcheck(lambda given: normalizer(block(given, mask), mask), scores)
        torch.autograd.gradcheck(normalizer, saturated)
        return
    towards, _ = drawn(4)
    softmax = NORMALIZERS["softmax"]
    for asked in (scores, saturated):
        (found,) = torch.autograd.grad((normalizer(block(asked, mask), mask) * towards).sum(), asked)
        (softly,) = torch.autograd.grad((softmax(block(asked, mask), mask) * towards).sum(), asked)
        torch.testing.assert_close(found, softly, atol=1e-12, rtol=0)
    with pytest.raises(RuntimeError, match="Jacobian mismatch"):
        torch.autograd.gradcheck(normalizer, scores)


@EVERY
@given(seed=st.integers(0, 99), pads=st.integers(1, 5))
@settings(max_examples=20, deadline=None)
def test_padding_changes_no_weight_and_no_gradient(normalizer, seed, pads):
    short, mask = drawn(seed)
    longer, wide = torch.nn.functional.pad(short, (0, pads), value=9.0), torch.nn.functional.pad(mask, (0, pads))
    short.requires_grad_(), longer.requires_grad_()
    weights, padded = normalizer(block(short, mask), mask), normalizer(block(longer, wide), wide)
    torch.testing.assert_close(padded[..., :5], weights, atol=1e-10, rtol=0)
    assert (padded[..., 5:] == 0).all()
    for one in (weights, padded):
        one[..., :5].square().sum().backward()
    torch.testing.assert_close(longer.grad[..., :5], short.grad, atol=1e-10, rtol=0)
    assert (longer.grad[..., 5:] == 0).all()


@pytest.mark.parametrize("name", ["relu_over_n", "sigmoid", "identity_over_n"])
def test_n_is_the_keys_that_are_allowed_and_never_the_padded_width(name):
    scores = torch.tensor([[[[2.0, 1.0, 7.0, 7.0]]]], dtype=torch.float64)
    mask = torch.tensor([[[[True, True, False, False]]]])
    found = NORMALIZERS[name](block(scores, mask), mask)[..., :2]
    torch.testing.assert_close(found, NORMALIZERS[name](scores[..., :2]), atol=1e-12, rtol=0)
    by_width = NORMALIZERS[name](block(scores, mask))[..., :2]  # without the mask, n is the width
    assert (by_width - found).abs().min() > 0.05, "this law could not tell the two apart"


@EVERY
def test_only_an_undivided_normalizer_needs_no_look_at_the_other_scores(normalizer):
    scores = torch.tensor([[[[0.5, 0.25, -0.5]]]], dtype=torch.float64)
    moved = scores + torch.tensor([0.0, 0.0, 1.5], dtype=torch.float64)
    same = torch.equal(normalizer(scores)[..., :2], normalizer(moved)[..., :2])
    assert same == (
        normalizer in [NORMALIZERS[n] for n in ("relu", "relu_over_n", "sigmoid", "none", "identity_over_n")]
    )


def test_a_mask_that_does_not_fit_is_named_with_both_shapes():
    with pytest.raises(ShapeError, match=r"\(1, 1, 1, 4\) does not broadcast to scores \(1, 1, 2, 3\)"):
        block(torch.zeros(1, 1, 2, 3), torch.ones(1, 1, 1, 4, dtype=torch.bool))
