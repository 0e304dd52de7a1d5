"""Scores: what they are to each other, and that they do not depend on how many queries ask at once."""

import math

import pytest
import torch

from core.attention import additive
from core.attention.multiplicative import DotProduct, ScaledDotProduct
from core.attention.scores import SCORES

DIM = 6


def vectors(count: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.randn(2, 3, count, DIM, generator=torch.Generator().manual_seed(count), dtype=dtype)


@pytest.mark.parametrize(("dtype", "close"), [(torch.float64, 1e-10), (torch.float32, 1e-5)])
def test_a_dot_is_a_scaled_dot_times_the_root_of_the_dimension(dtype, close):
    query, key = vectors(4, dtype), vectors(5, dtype)
    assert torch.allclose(DotProduct()(query, key), ScaledDotProduct()(query, key) * math.sqrt(DIM), atol=close)


@pytest.mark.parametrize("name", SCORES)
def test_queries_in_pieces_get_the_scores_they_get_together(name):
    """A decoder asks one query at a time; the additive score's memory is kept small by asking in pieces."""
    score = SCORES[name](DIM).double()
    query, prepared = vectors(7), score.prepare(vectors(5))
    pieces = [score(piece, prepared) for piece in query.split([1, 4, 2], dim=2)]
    assert torch.allclose(torch.cat(pieces, dim=2), score(query, prepared), atol=1e-10)


def test_the_additive_score_is_its_formula_pair_by_pair():
    score = SCORES["additive"](DIM).double()
    query, key = vectors(4), vectors(5)
    together = score(query, score.prepare(key))
    for at in range(4):
        for to in range(5):
            inner = torch.tanh(score.w_query(query[:, :, at]) + score.w_key(key[:, :, to]))
            assert torch.allclose(together[:, :, at, to], inner @ score.v, atol=1e-10)


@pytest.mark.parametrize("together", [1, 2 * 3 * 5 * DIM * 2, 2 * 3 * 5 * DIM * 7 - 1])
def test_the_additive_score_lays_out_a_few_queries_at_a_time_with_the_same_scores_and_gradients(monkeypatch, together):
    score = SCORES["additive"](DIM).double()
    query, key = vectors(7).requires_grad_(), vectors(5).requires_grad_()
    at_once = score(query, score.prepare(key))
    gradients = torch.autograd.grad(at_once.square().sum(), [query, key, *score.parameters()])
    laid = []
    compare = type(score)._compare
    monkeypatch.setattr(additive, "TOGETHER", together)
    monkeypatch.setattr(type(score), "_compare", lambda one, *given: laid.append(given[0]) or compare(one, *given))
    in_pieces = score(query, score.prepare(key))
    assert len(laid) > 1 and max(part.shape[2] for part in laid) == max(together // (2 * 3 * 5 * DIM), 1)
    torch.testing.assert_close(in_pieces, at_once, atol=1e-10, rtol=0)
    for found, expected in zip(
        torch.autograd.grad(in_pieces.square().sum(), [query, key, *score.parameters()]), gradients
    ):
        torch.testing.assert_close(found, expected, atol=1e-9, rtol=0)
