"""Monotonic chunkwise attention: against its double sum, against monotonic attention, and how few keys it reads."""

import pytest
import torch

from core.attention.mocha import Mocha, chunkwise
from core.attention.monotonic import Energy, Monotonic, NormedAdditive
from core.attention.scores import SCORES

KEYS = 7


def drawn(*shape: int, seed: int = 1) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def stops(seed: int = 1) -> torch.Tensor:
    """A row of probabilities of stopping whose sum is below one."""
    return 0.9 * drawn(2, 1, 1, KEYS, seed=seed).softmax(-1)


def double_sum(alpha: list[float], scores: list[float], width: int) -> list[float]:
    """The definition."""
    weights, exp = [0.0] * KEYS, torch.tensor(scores, dtype=torch.float64).exp().tolist()
    for j in range(KEYS):
        for k in range(j, min(j + width, KEYS)):
            weights[j] += alpha[k] * exp[j] / sum(exp[max(0, k - width + 1) : k + 1])
    return weights


@pytest.mark.parametrize("width", [1, 2, 3, 7, 20])
def test_it_is_the_double_sum(width):
    alpha, scores = stops(), drawn(2, 1, 1, KEYS, seed=2)
    found = chunkwise(alpha, scores, width)
    for item in range(2):
        expected = double_sum(alpha[item, 0, 0].tolist(), scores[item, 0, 0].tolist(), width)
        assert found[item, 0, 0].tolist() == pytest.approx(expected, abs=1e-14)
    torch.testing.assert_close(found.sum(-1), alpha.sum(-1), atol=1e-14, rtol=0)


def test_a_chunk_of_one_key_gives_the_stops_to_the_bit():
    alpha = stops()
    assert torch.equal(chunkwise(alpha, drawn(2, 1, 1, KEYS), 1), alpha)


def test_large_scores_neither_overflow_nor_vanish():
    alpha = stops().float()
    for scores in (500 * drawn(2, 1, 1, KEYS).float(), -500 * drawn(2, 1, 1, KEYS).abs().float()):
        found = chunkwise(alpha, scores, 3)
        assert found.isfinite().all()
        torch.testing.assert_close(found.sum(-1), alpha.sum(-1), atol=1e-6, rtol=0)


def test_blocked_keys_get_nothing_and_gradients_are_those_of_differences():
    alpha, scores = stops(), drawn(2, 1, 1, KEYS)
    alpha[..., 5:], scores[..., 5:] = 0.0, -torch.inf
    assert (chunkwise(alpha, scores, 3)[..., 5:] == 0).all()
    inputs = (alpha[..., :5].clone().requires_grad_(), scores[..., :5].clone().requires_grad_())
    assert torch.autograd.gradcheck(lambda a, u: chunkwise(a, u, 3), inputs)
    scores = scores.requires_grad_()
    chunkwise(alpha, scores, 3).square().sum().backward()
    assert scores.grad.isfinite().all()


def pair(width: int) -> tuple[Mocha, Monotonic]:
    """Chunkwise attention, and a monotonic one with the same energies."""
    torch.manual_seed(4)
    energy = Energy(NormedAdditive(4, 4, 4))
    energy.inner.w_key.weight.data.mul_(20.0)
    energy.offset.data.zero_()
    return Mocha(energy, SCORES["additive"](4), width, noise=0.0).double(), Monotonic(energy, noise=0.0).double()


@pytest.mark.parametrize("training", [True, False])
def test_with_a_width_of_one_it_is_monotonic_attention(training):
    mocha, monotonic = pair(1)
    query, key = drawn(2, 1, 5, 4, seed=6), drawn(2, 1, KEYS, 4, seed=7)
    one = mocha.train(training)(query, mocha.prepare(key), key)
    other = monotonic.train(training)(query, monotonic.prepare(key), key)
    assert torch.equal(one.weights, other.weights) and other.weights.any()


@pytest.mark.parametrize("width", [2, 3])
def test_hard_it_reads_no_more_keys_than_a_chunk_has_and_goes_on_from_where_it_stopped(width):
    mocha, monotonic = pair(width)
    query, key = drawn(3, 1, 9, 4, seed=8), drawn(3, 1, KEYS, 4, seed=9)
    weights = mocha.eval()(query, mocha.prepare(key), key).weights
    stopped = monotonic.eval()(query, monotonic.prepare(key), key).weights
    assert 1 < int((weights > 0).sum(-1).max()) <= width
    assert torch.equal(weights.any(-1), stopped.any(-1))
    seen = stopped.any(-1)
    ends = (weights > 0).double().flip(-1).argmax(-1)[seen]  # from the right: the last key that is read
    assert torch.equal(ends, stopped.flip(-1).argmax(-1)[seen])
    torch.testing.assert_close(weights.sum(-1), stopped.sum(-1), atol=1e-12, rtol=0)


def test_reading_is_counted_by_what_can_change_the_context():
    """Values outside the chunk may be anything, NaN excepted: nothing of them is heard."""
    mocha, _ = pair(2)
    mocha.eval()
    query, key = drawn(1, 1, 4, 4, seed=8), drawn(1, 1, KEYS, 4, seed=9)
    prepared = mocha.prepare(key)
    attended = mocha(query, prepared, key)
    for at in range(4):
        read = attended.weights[0, 0, at] > 0
        changed = torch.where(read[None, None, :, None], key, 1e6)
        context = mocha(query, prepared, changed).context
        assert torch.equal(context[0, 0, at], attended.context[0, 0, at])
