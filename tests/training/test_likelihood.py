"""Teacher forcing and label smoothing against their target distributions, written out."""

import pytest
import torch

from core.data.vocabulary import PAD
from core.training.likelihood import SMOOTHINGS, Likelihood


def target_distribution(kind: str, gold: int, vocabulary: int, epsilon: float) -> torch.Tensor:
    wanted = torch.zeros(vocabulary, dtype=torch.float64)
    if kind == "uniform":
        wanted += epsilon / vocabulary
    elif kind == "others":
        wanted += epsilon / (vocabulary - 1)
        wanted[gold] = 0
    else:
        wanted += epsilon / (vocabulary - 2)
        wanted[[gold, PAD]] = 0
    wanted[gold] += 1 - epsilon
    return wanted


@pytest.mark.parametrize("kind", SMOOTHINGS)
@pytest.mark.parametrize("epsilon", [0.0, 0.1, 0.5])
def test_every_kind_of_smoothing_is_cross_entropy_against_its_own_distribution_and_so_is_its_gradient(kind, epsilon):
    chance = torch.Generator().manual_seed(1)
    logits = torch.randn(5, 7, generator=chance, dtype=torch.float64).mul(3).requires_grad_()
    gold, valid = torch.tensor([1, 6, 3, 2, 0]), torch.tensor([True, True, False, True, False])
    wanted = torch.stack([target_distribution(kind, token, 7, epsilon) for token in gold.tolist()])
    assert wanted[valid].sum(1).tolist() == pytest.approx([1.0] * 3)
    expected = -(wanted * torch.log_softmax(logits, -1)).sum(1)[valid].mean()
    (slope,) = torch.autograd.grad(expected, logits)
    found, _ = Likelihood(epsilon, kind).weigh(logits, gold, valid)
    assert found.item() == pytest.approx(expected.item(), abs=1e-12)
    found.backward()
    torch.testing.assert_close(logits.grad, slope, atol=1e-12, rtol=0)
    assert (logits.grad[~valid] == 0).all()


def test_the_uniform_kind_is_pytorchs():
    logits, gold = torch.randn(5, 9), torch.tensor([0, 3, 8, 8, 1])
    theirs = torch.nn.functional.cross_entropy(logits, gold, label_smoothing=0.2)
    torch.testing.assert_close(Likelihood(0.2).weigh(logits, gold, torch.ones(5, dtype=torch.bool))[0], theirs)


def test_a_token_that_was_thought_impossible_has_a_large_loss_and_not_an_infinite_one():
    logits = torch.tensor([[0.0, 200.0, -300.0], [1e4, 0.0, 0.0]], requires_grad=True)
    loss, _ = Likelihood().weigh(logits, torch.tensor([2, 0]), torch.tensor([True, True]))
    assert loss.item() == pytest.approx(250.0)
    loss.backward()
    assert logits.grad.tolist() == [[0.0, 0.5, -0.5], [0.0, 0.0, 0.0]]


def test_a_token_is_right_where_no_other_has_a_larger_logit_and_pads_are_not_counted():
    logits = torch.tensor([[0.0, 2.0, 1.0], [3.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 5.0, 0.0]])
    gold, valid = torch.tensor([1, 2, 2, 1]), torch.tensor([True, True, True, False])
    assert Likelihood().weigh(logits, gold, valid)[1].item() == pytest.approx(2 / 3)
    for count in range(1, 200):
        sure = torch.ones(count, 1)
        everything = torch.ones(count, dtype=torch.bool)
        assert Likelihood().weigh(sure, torch.zeros(count, dtype=torch.long), everything)[1].item() == 1.0


def test_a_loss_is_differentiated_once_and_says_so_the_second_time():
    logits = torch.randn(2, 3, requires_grad=True)
    loss, _ = Likelihood().weigh(logits, torch.tensor([1, 2]), torch.tensor([True, True]))
    loss.backward(retain_graph=True)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()
