"""Attention over the places of a map: nothing at first, by hand, rows that sum to one, and how far convolutions see without it."""

import pytest
import torch
from torch import nn

from core.attention.feature_map import FeatureMapAttention
from core.claims.feature_map_attention import PATCH, SIDE, WIDTH, CornerJudge
from core.recording.recorder import Recorder, attention_paths, site_of


def random_map(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(7))


def seeded(make):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(11)
        return make()


def test_at_first_what_goes_is_what_came_and_what_reads_it_cannot_tell():
    states, layer = random_map(2, 16, 5, 3), seeded(lambda: FeatureMapAttention(16))
    after = seeded(lambda: nn.Conv2d(16, 4, 3, padding=1))
    assert torch.equal(layer(states), states) and torch.equal(after(layer(states)), after(states))


def test_gamma_learns_at_the_first_step_and_all_else_once_it_is_not_zero():
    layer = seeded(lambda: FeatureMapAttention(16))
    for gamma, others in ((0.0, False), (0.5, True)):
        layer.zero_grad()
        with torch.no_grad():
            layer.gamma.fill_(gamma)
        layer(random_map(2, 16, 4, 4)).square().sum().backward()
        assert layer.gamma.grad is not None and layer.gamma.grad != 0
        weights = [part.weight.grad for part in (layer.f, layer.g, layer.h, layer.v)]
        assert all(bool(grad.abs().max() > 0) == others for grad in weights)


def test_three_places_by_hand():
    layer = FeatureMapAttention(1)  # one channel is looked with: an eighth of one, and at least one
    with torch.no_grad():
        for part, factor in ((layer.f, 1.0), (layer.g, 2.0), (layer.h, 3.0), (layer.v, 0.5)):
            part.weight.fill_(factor)
            part.bias.zero_()
        layer.gamma.fill_(0.1)
    found = layer(torch.tensor([[[[0.0, 1.0, -1.0]]]])).flatten()
    # place 2 scores the three keys 2·(0, 1, −1); e² = 7.389, e⁻² = 0.135: 0.5·3·(7.389 − 0.135) / 8.524 = 1.2765
    assert found.tolist() == pytest.approx([0.0, 1 + 0.12765, -1 - 0.12765], abs=1e-4)


def with_gamma(pooled: int, gamma: float = 0.7) -> FeatureMapAttention:
    layer = seeded(lambda: FeatureMapAttention(16, pooled))
    with torch.no_grad():
        layer.gamma.fill_(gamma)
    return layer


def recorded(layer: FeatureMapAttention, states: torch.Tensor) -> torch.Tensor:
    with Recorder(nn.ModuleDict({"encoder": layer})) as recorder:
        layer(states)
    return recorder.tensor(recorder.paths[0])


def test_pooled_by_one_it_is_the_layer_of_the_paper_s_equations():
    layer, states = with_gamma(1), random_map(2, 16, 4, 6)
    flat = [part(states).flatten(2) for part in (layer.f, layer.g, layer.h)]
    beta = torch.einsum("bci,bcj->bji", flat[0], flat[1]).softmax(2)  # place j looks at i
    heard = torch.einsum("bji,bci->bcj", beta, flat[2]).unflatten(2, (4, 6))
    assert torch.allclose(layer(states), 0.7 * layer.v(heard) + states, atol=1e-5)
    assert recorded(layer, states).shape == (2, 1, 24, 24)


def test_pooled_by_two_the_map_is_a_quarter_as_wide_and_agrees_where_squares_are_of_one_kind():
    small = random_map(2, 16, 2, 3)
    states = small.repeat_interleave(2, 2).repeat_interleave(2, 3)  # four equal places a square: nothing is lost
    square, wide = (recorded(with_gamma(pooled), states) for pooled in (1, 2))
    assert square.shape == (2, 1, 24, 24) and wide.shape == (2, 1, 24, 6)
    summed = square.unflatten(3, (2, 2, 3, 2)).sum((4, 6)).flatten(3)
    assert torch.allclose(wide, summed, atol=1e-5)
    assert torch.allclose(with_gamma(2)(states), with_gamma(1)(states), atol=1e-5)
    assert not torch.allclose(with_gamma(2)(random_map(2, 16, 4, 6)), with_gamma(1)(random_map(2, 16, 4, 6)), atol=1e-3)


def test_pooled_keys_are_the_largest_of_each_channel_and_edges_have_smaller_squares():
    layer, states = with_gamma(2), random_map(1, 16, 5, 3)
    with Recorder(nn.ModuleDict({"encoder": layer}), level="full") as recorder:
        layer(states)
    (path,) = recorder.paths
    weights, key = recorder.tensor(path), recorder.tensor(path, "tap_key")
    assert weights.shape == (1, 1, 15, 6) and torch.allclose(weights.sum(3), torch.ones(1, 1, 15), atol=1e-5)
    whole = layer.f(states)[0]
    assert torch.equal(key[0, 0, 0], whole[:, :2, :2].amax((1, 2))) and torch.equal(key[0, 0, 5], whole[:, 4, 2])


def test_the_rows_are_distributions_over_all_places_and_who_looks_stands_in_the_rows():
    judge = seeded(lambda: CornerJudge(FeatureMapAttention(WIDTH))).eval()
    with Recorder(judge, level="full") as recorder:
        judge(random_map(2, 3, SIDE, SIDE))
    (path,) = attention_paths(judge)
    weights = recorder.tensor(path)
    assert site_of(path).stack == "encoder" and weights.shape == (2, 1, SIDE**2, SIDE**2)
    assert torch.allclose(weights.sum(3), torch.ones(2, 1, SIDE**2), atol=1e-5) and (weights >= 0).all()
    query, key = recorder.tensor(path, "tap_query"), recorder.tensor(path, "tap_key")
    assert torch.allclose(weights, (query @ key.mT).softmax(3), atol=1e-6)


def seen_from(judge: CornerJudge, row: int, column: int) -> torch.Tensor:
    """Which places of the picture what one place says depends on, by the support of its gradient."""
    picture = random_map(1, 3, SIDE, SIDE).requires_grad_()
    judge.places(picture)[0, row, column].backward()
    assert picture.grad is not None
    return picture.grad[0].abs().amax(0) > 0


def test_without_attention_a_place_sees_two_places_around_it_and_with_it_both_corners():
    near = seeded(lambda: CornerJudge(nn.Identity()))
    within = torch.zeros(SIDE, SIDE, dtype=torch.bool)
    within[6:11, 3:8] = True
    assert not (seen_from(near, 8, 5) & ~within).any() and seen_from(near, 8, 5).sum() > 9
    for row in range(SIDE):
        for column in (0, 7, SIDE - 1):
            seen = seen_from(near, row, column)
            assert not (seen[:PATCH, :PATCH].any() and seen[-PATCH:, -PATCH:].any())
    far = seeded(lambda: CornerJudge(FeatureMapAttention(WIDTH)))
    assert not (seen_from(far, 0, 0)[-PATCH:, -PATCH:]).any()  # γ is 0
    with torch.no_grad():
        far.encoder["middle"].gamma.fill_(0.5)
    assert seen_from(far, 0, 0)[-PATCH:, -PATCH:].all()
