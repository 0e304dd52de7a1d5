"""Normalizers by hand: numbers that can be followed, and the sparse ones against other ways to the same point."""

import math

import pytest
import torch

from core.attention.normalizers import NORMALIZERS, block
from core.attention.sparse import entmax15, largest, sparsemax

SCORES = torch.tensor([[[[2.0, 1.0, -1.0, 7.0]]]], dtype=torch.float64)
MASK = torch.tensor([[[[True, True, True, False]]]])


def sigma(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def soft(x: float) -> float:
    return math.log(1 + math.exp(x))


SOFT = soft(2) + soft(1) + soft(-1)
BY_HAND = {
    "relu": [2, 1, 0],
    "relu_over_n": [2 / 3, 1 / 3, 0],
    "relu_l1": [2 / 3, 1 / 3, 0],
    "sigmoid": [sigma(2 - math.log(3)), sigma(1 - math.log(3)), sigma(-1 - math.log(3))],
    "softplus_l1": [soft(2) / SOFT, soft(1) / SOFT, soft(-1) / SOFT],
    "none": [2, 1, -1],
    "identity_over_n": [2 / 3, 1 / 3, -1 / 3],
    "sparsemax": [1, 0, 0],  # 1 is exactly 1 below 2: out
    "hard": [1, 0, 0],
    "softmax": [math.exp(x) / (math.exp(2) + math.exp(1) + math.exp(-1)) for x in (2, 1, -1)],
}


@pytest.mark.parametrize("name", BY_HAND)
def test_three_scores_and_a_blocked_one_by_hand(name):
    found = NORMALIZERS[name](block(SCORES, MASK), MASK).flatten().tolist()
    assert found == pytest.approx([*BY_HAND[name], 0], abs=1e-6)  # relu_l1 divides by a millionth more


def projected(scores: torch.Tensor, *, steps: int = 200) -> torch.Tensor:
    """The nearest point of the simplex by bisection over the threshold: another way than sorting."""
    low, high = scores.max() - 1, scores.max()
    for _ in range(steps):
        middle = (low + high) / 2
        low, high = (middle, high) if (scores - middle).clamp(min=0).sum() > 1 else (low, middle)
    return (scores - low).clamp(min=0)


def halfway(scores: torch.Tensor, *, steps: int = 200) -> torch.Tensor:
    """Entmax-1.5 by bisection."""
    half = scores / 2
    low, high = half.max() - 1, half.max()
    for _ in range(steps):
        middle = (low + high) / 2
        low, high = (middle, high) if (half - middle).clamp(min=0).square().sum() > 1 else (low, middle)
    return (half - low).clamp(min=0).square()


@pytest.mark.parametrize(("rows", "slowly"), [(sparsemax, projected), (entmax15, halfway)])
def test_sorting_finds_what_bisection_finds(rows, slowly):
    scores = torch.randn(40, 7, generator=torch.Generator().manual_seed(4), dtype=torch.float64) * 1.5
    torch.testing.assert_close(rows(scores), torch.stack([slowly(row) for row in scores]), atol=1e-10, rtol=0)


def test_sparsemax_is_nearer_to_the_scores_than_any_other_point_of_the_simplex():
    chance = torch.Generator().manual_seed(5)
    scores = torch.randn(6, generator=chance, dtype=torch.float64)
    others = torch.rand(500, 6, generator=chance, dtype=torch.float64).log().neg()
    others = others / others.sum(-1, keepdim=True)
    assert ((others - scores).square().sum(-1) > (sparsemax(scores) - scores).square().sum()).all()


def test_zeros_are_exact_most_in_sparsemax_some_in_entmax_and_none_in_softmax():
    scores = torch.randn(200, 9, generator=torch.Generator().manual_seed(6), dtype=torch.float64)
    shares = [(rows(scores) == 0).double().mean().item() for rows in (sparsemax, entmax15, lambda s: s.softmax(-1))]
    assert shares[0] > shares[1] > shares[2] == 0


def test_moving_all_scores_alike_moves_no_weight_even_far_out():
    scores = torch.tensor([1e4, 1e4 - 0.5, 1e4 - 3], dtype=torch.float64)
    torch.testing.assert_close(sparsemax(scores), torch.tensor([0.75, 0.25, 0.0], dtype=torch.float64))
    torch.testing.assert_close(entmax15(scores), entmax15(scores - 1e4), atol=1e-10, rtol=0)


def test_the_gradient_of_sparsemax_spreads_over_its_support_alone():
    scores = torch.tensor([1.0, 0.8, -2.0], dtype=torch.float64, requires_grad=True)
    sparsemax(scores)[0].backward()
    assert scores.grad.tolist() == pytest.approx([0.5, -0.5, 0.0])


def test_the_largest_score_learns_by_the_gradient_of_softmax():
    scores = torch.tensor([1.0, 0.8, -2.0, -torch.inf], dtype=torch.float64, requires_grad=True)
    towards = torch.tensor([0.3, -1.0, 2.0, 5.0], dtype=torch.float64)
    (gradient,) = torch.autograd.grad(largest(scores) @ towards, scores)
    (softly,) = torch.autograd.grad(scores.softmax(-1) @ towards, scores)
    assert torch.equal(gradient, softly)
    assert gradient.abs().max() > 0.1


def test_softplus_far_below_zero_is_softmax():
    scores = torch.tensor([[[[-400.0, -401.0, -60.0 - 400]]]])
    torch.testing.assert_close(NORMALIZERS["softplus_l1"](scores), scores.softmax(-1), atol=1e-6, rtol=0)


def test_one_key_gets_all_the_weight_wherever_weights_sum_to_one():
    alone = torch.tensor([[[[-3.5]]]])
    assert {name for name, kind in NORMALIZERS.items() if kind.sums_to_one} == {
        name for name, kind in NORMALIZERS.items() if kind(alone).item() == 1
    }
