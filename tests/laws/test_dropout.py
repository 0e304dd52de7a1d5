"""What holds for dropout's chance: no bias, no memory between places, sites and steps, nothing but the generator's.

How far a count may stray is not guessed. Of N independent draws with probability p the share found has a standard error of
√(p(1−p)/N), the mean of what is kept (scaled by 1/(1−p)) one of √(p/((1−p)N)), a correlation of 0 one of 1/√N. Five of
them are allowed: by chance alone one comparison in 1.7 million is further off, and there are a few thousand here. Seeds
are fixed, so what passes once passes always.
"""

from math import sqrt

import numpy as np
import pytest
import torch
from torch import nn

from core.attention.dropout import Dropout, RectifiedDropout, give_chance
from core.seeds import Seeds

SHARES = (0.0001, 0.05, 0.1, 0.3, 0.5, 0.9)
FAR = 5  # standard errors
LEVELS = 65_536  # a share is a multiple of one of these
AHEAD = 65_536  # so many are drawn at once
every_share = pytest.mark.parametrize("share", SHARES)


def used(share: float) -> float:
    """The share that is really dropped."""
    return round(share * LEVELS) / LEVELS


def sites(share: float, count: int, seed: int = 1) -> tuple[nn.ModuleList, torch.Generator]:
    """Dropouts of one model, and the generator of all of them."""
    model, generator = nn.ModuleList(Dropout(share) for _ in range(count)).train(), torch.Generator().manual_seed(seed)
    give_chance(model, generator)
    return model, generator


def kept(share: float, *shape: int, seed: int = 1) -> torch.Tensor:
    """What one dropout makes of ones, in double precision."""
    (site,), _ = sites(share, 1, seed)
    return site(torch.ones(*shape, dtype=torch.float64))


def correlation(one: torch.Tensor, other: torch.Tensor) -> float:
    return float(torch.corrcoef(torch.stack([one.flatten(), other.flatten()]))[0, 1])


@every_share
def test_the_share_that_is_dropped_is_the_one_that_was_asked_for(share):
    assert abs(used(share) - share) <= 0.5 / LEVELS < 1e-4
    found = kept(share, 1 << 22)
    count = found.numel()
    dropped = float((found == 0).double().mean())
    assert abs(dropped - used(share)) <= FAR * sqrt(used(share) * (1 - used(share)) / count)
    assert abs(float(found.mean()) - 1.0) <= FAR * sqrt(used(share) / (1 - used(share)) / count)


class EveryNumber:
    """Instead of chance: all numbers of 16 bits, each once."""

    def random_raw(self, draws: int) -> np.ndarray:
        return np.arange(LEVELS, dtype=np.uint16).view(np.uint64)[:draws]


@every_share
def test_of_all_numbers_there_are_as_many_drop_as_the_share_says(share, monkeypatch):
    (site,), _ = sites(share, 1)
    site(torch.ones(1))
    monkeypatch.setattr(site.chance, "_numbers", EveryNumber())
    assert int((site(torch.ones(LEVELS)) == 0).sum()) == round(share * LEVELS)


@every_share
def test_what_is_kept_is_scaled_so_that_the_mean_stays_exactly(share):
    values = kept(share, 200_000).unique().tolist()
    assert values[0] == 0.0 and len(values) == 2
    assert values[1] * (1 - used(share)) == pytest.approx(1.0, rel=1e-15)


@pytest.mark.parametrize("share", SHARES[1:])  # of a share of 0.0001 a place would be dropped twice: too few to count
def test_no_place_is_dropped_more_often_than_another(share):
    draws = 1 << 14
    (site,), _ = sites(share, 1)
    counts = sum(
        (site(torch.ones(7, 37)) == 0).double() for _ in range(draws)
    )  # 259 places, a length that fits no block
    error = sqrt(used(share) * (1 - used(share)) / draws)
    assert float((counts / draws - used(share)).abs().max()) <= FAR * error + 1 / draws  # counts are whole numbers


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_places_do_not_know_of_each_other(share):
    found = kept(share, 1 << 21)
    for apart in (1, 2, 3, 4, 5, 8, 64, 128, 1000, AHEAD // 4, AHEAD, AHEAD + 1):  # four of them come from one draw
        near = correlation(found[:-apart], found[apart:])
        assert abs(near) <= FAR / sqrt(found.numel() - apart), apart


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_the_four_numbers_of_one_draw_take_every_pattern_as_often_as_independent_ones_would(share):
    fours = (kept(share, 1 << 20, 4) == 0).long() @ torch.tensor([1, 2, 4, 8])
    found = torch.bincount(fours, minlength=16) / len(fours)
    for pattern in range(16):
        dropped = pattern.bit_count()
        expected = used(share) ** dropped * (1 - used(share)) ** (4 - dropped)
        assert abs(float(found[pattern]) - expected) <= FAR * sqrt(expected * (1 - expected) / len(fours)), pattern


@pytest.mark.parametrize("shape", [(8, 16, 128), (70_001,)])  # drawn ahead together, and each for itself
def test_sites_and_steps_do_not_know_of_each_other(shape):
    steps = 8
    model, generator = sites(0.1, 3)
    seeds, masks = Seeds(4), []
    for step in range(steps):
        generator.manual_seed(seeds.number("dropout", step))
        masks.append([site(torch.ones(shape)).flatten() for site in model])
    count = masks[0][0].numel()
    everything = torch.stack([mask for step in masks for mask in step])
    others = torch.corrcoef(everything) - torch.eye(len(everything))
    assert float(others.abs().max()) <= FAR / sqrt(count)
    assert len({mask.numpy().tobytes() for step in masks for mask in step}) == steps * 3


@pytest.mark.parametrize("shape", [(3, 5), (AHEAD - 1,), (AHEAD,), (AHEAD + 1,), (2, 3, AHEAD // 2 + 1)])
def test_any_size_is_filled_to_its_last_place(shape):
    (site,), _ = sites(0.5, 1)
    draws = torch.stack([site(torch.ones(shape)).flatten() for _ in range(40)])
    assert set(draws.unique().tolist()) == {0.0, 2.0}
    for place in (0, -1):
        assert 0 < int((draws[:, place] == 0).sum()) < 40  # 2 in 10¹² that all of them agree


def test_the_same_seed_drops_the_same_also_after_some_was_drawn_ahead_and_another_seed_drops_otherwise():
    model, generator = sites(0.3, 2)
    value = torch.ones(11, 13)

    def drawn(seed: int) -> list[torch.Tensor]:
        generator.manual_seed(seed)
        return [site(value) for site in model]

    first = drawn(7)
    model[0](value)  # leaves more behind that was drawn ahead
    same, other = drawn(7), drawn(8)
    assert all(torch.equal(a, b) for a, b in zip(first, same))
    assert not any(torch.equal(a, b) for a, b in zip(first, other))
    fresh, _ = sites(0.3, 2, seed=7)
    assert all(torch.equal(a, site(value)) for a, site in zip(first, fresh))


def test_the_global_generators_are_left_alone():
    before = torch.get_rng_state()
    kept(0.3, 1000)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("kind", [Dropout, RectifiedDropout])
def test_in_evaluation_and_with_a_share_of_zero_nothing_is_drawn_and_nothing_dropped(kind):
    value, generator = torch.rand(5, 6), torch.Generator().manual_seed(3)
    before = generator.get_state()
    for site in (kind(0.5).eval(), kind(0.0).train(), kind(0.0).eval()):
        give_chance(site, generator)
        assert torch.equal(site(value), value)  # not negative: ReLU changes nothing
    assert Dropout(0.5).eval()(value) is value
    assert torch.equal(generator.get_state(), before)


@pytest.mark.parametrize("shape", [(4, 5, 6), (3, AHEAD // 2 + 1)])
def test_a_gradient_is_scaled_and_dropped_as_its_value_was_and_cutting_first_changes_nothing(shape):
    chance = torch.Generator().manual_seed(2)
    value, outer = torch.randn(shape, generator=chance), torch.randn(shape, generator=chance)
    plain, rectified = value.clone().requires_grad_(), value.clone().requires_grad_()
    results = []
    for site, given in ((Dropout(0.3), plain), (RectifiedDropout(0.3), rectified)):
        give_chance(site.train(), torch.Generator().manual_seed(9))
        results.append(site(given) if isinstance(site, RectifiedDropout) else torch.relu(site(given)))
        results[-1].backward(outer)
    torch.testing.assert_close(results[0], results[1], atol=0, rtol=1e-6)
    torch.testing.assert_close(plain.grad, rectified.grad, atol=0, rtol=1e-6)
    factor = (results[0] / value)[value > 0]
    torch.testing.assert_close(plain.grad[value > 0], factor * outer[value > 0], atol=1e-5, rtol=1e-5)
    assert (plain.grad[value <= 0] == 0).all()
