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
def test_every_kind_of_smoothing_is_cross_entropy_against_its_own_distribution(kind, epsilon):
    logits = torch.randn(4, 7, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    gold = torch.tensor([1, 6, 3, 2])
    found = Likelihood(epsilon, kind).per_token(logits, gold)
    for at, token in enumerate(gold.tolist()):
        wanted = target_distribution(kind, token, 7, epsilon)
        assert wanted.sum().item() == pytest.approx(1.0)
        assert found[at].item() == pytest.approx(-(wanted * torch.log_softmax(logits[at], -1)).sum().item(), abs=1e-10)


def test_the_uniform_kind_is_pytorchs():
    logits, gold = torch.randn(5, 9), torch.tensor([0, 3, 8, 8, 1])
    theirs = torch.nn.functional.cross_entropy(logits, gold, label_smoothing=0.2)
    torch.testing.assert_close(Likelihood(0.2).per_token(logits, gold).mean(), theirs)
