"""Monotonic attention against the process it stands for: by hand, by the loop, by chance, and where others break."""

import math
from itertools import pairwise

import pytest
import torch

from core.attention.dropout import give_chance
from core.attention.history import History
from core.attention.masks import valid_keys
from core.attention.monotonic import (
    Energy,
    Monotonic,
    NormedAdditive,
    carried,
    expected_stops,
    hard_stops,
)
from core.errors import ShapeError

LENGTHS = (1, 2, 11, 400, 2000)


def chance(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def probabilities(queries: int, keys: int, seed: int = 1) -> torch.Tensor:
    """Stopping probabilities of every size, some of them 0 and 1 but for rounding."""
    return torch.sigmoid(6 * torch.randn(queries, keys, generator=chance(seed), dtype=torch.float64) - 3)


def begun(keys: int) -> torch.Tensor:
    return torch.eye(1, keys, dtype=torch.float64)[0]


def looped(stop: torch.Tensor) -> torch.Tensor:
    """The definition, key by key."""
    last, rows = begun(stop.shape[1]).tolist(), []
    for row in stop.tolist():
        reach, before, now = 0.0, 0.0, []
        for at, p in enumerate(row):
            reach = (1 - before) * reach + last[at]
            before = p
            now.append(p * reach)
        last = now
        rows.append(now)
    return torch.tensor(rows, dtype=torch.float64)


def unrolled(stop: torch.Tensor) -> torch.Tensor:
    """Ours, query after query."""
    last, rows = begun(stop.shape[1]).to(stop.dtype), []
    for row in stop:
        last = expected_stops(row[None, None, None], last[None, None, None])[0, 0, 0]
        rows.append(last)
    return torch.stack(rows)


def closed(stop: torch.Tensor, *, inclusive: bool = False, least: float = 0.0) -> torch.Tensor:
    """The form with a quotient of products that other programs use."""
    passing = 1 - stop
    product = (
        passing.cumprod(1) if inclusive else torch.nn.functional.pad(passing, (1, 0), value=1.0).cumprod(1)[:, :-1]
    )
    last, rows = begun(stop.shape[1]).to(stop.dtype), []
    for row, through in zip(stop, product):
        last = row * through * (last / through.clamp(min=least)).cumsum(0)
        rows.append(last)
    return torch.stack(rows)


def test_two_queries_by_hand():
    stop = torch.tensor([[0.5, 0.5, 1.0], [0.2, 0.5, 0.5]], dtype=torch.float64)
    first = [0.5, 0.25, 0.25]
    # the second scans on from each: key 0 with 0.5; key 1 with 0.8 · 0.5 + 0.25; key 2 with 0.5 of that + 0.25
    second = [0.2 * 0.5, 0.5 * 0.65, 0.5 * (0.5 * 0.65 + 0.25)]
    assert unrolled(stop)[0].tolist() == pytest.approx(first) and unrolled(stop)[1].tolist() == pytest.approx(second)


@pytest.mark.parametrize("keys", LENGTHS)
def test_it_is_the_loop_in_double_precision_and_in_single_precision_at_every_length(keys):
    stop = probabilities(20, keys)
    true = looped(stop)
    assert torch.allclose(unrolled(stop), true, atol=1e-12)
    single = unrolled(stop.float())
    assert single.isfinite().all() and torch.allclose(single.double(), true, atol=1e-5)


def test_the_closed_form_is_the_loop_while_its_product_lasts_and_breaks_in_single_precision():
    stop = probabilities(5, 11).clamp(0.05, 0.9)
    assert torch.allclose(closed(stop), looped(stop), atol=1e-12)
    assert (closed(stop, inclusive=True) - looped(stop)).abs().max() > 0.1  # a known mistake
    long = probabilities(20, 400)
    broken = closed(long.float(), least=1e-10)
    assert (broken.double() - looped(long)).abs().max() > 0.2  # what doubling is for


def test_gradients_are_those_of_differences_also_at_probabilities_of_zero_and_one():
    stop = probabilities(1, 9)[0]
    stop[2], stop[5] = 0.0, 1.0
    last = torch.rand(9, generator=chance(), dtype=torch.float64)
    assert torch.autograd.gradcheck(carried, (stop.clone().requires_grad_(), last.clone().requires_grad_()))
    rows = [one.clone()[None, None, None].requires_grad_() for one in (stop, last)]
    assert torch.autograd.gradcheck(expected_stops, rows)


def test_at_two_thousand_keys_in_single_precision_gradients_are_those_of_double_precision():
    found = []
    for dtype in (torch.float32, torch.float64):
        energies = (4 * torch.randn(30, 2000, generator=chance(), dtype=torch.float64) - 4).to(dtype).requires_grad_()
        rows = unrolled(torch.sigmoid(energies))
        (rows * torch.linspace(0, 1, 2000, dtype=dtype)).sum().backward()
        assert energies.grad.isfinite().all() and energies.grad.abs().max() > 1e-3
        found.append(energies.grad.double())
    torch.testing.assert_close(*found, atol=1e-5, rtol=0)


def test_the_expectation_is_the_mean_of_many_runs_of_the_hard_process():
    runs, (queries, keys) = 200_000, (4, 6)
    stop = probabilities(queries, keys, seed=3).clamp(0.1, 0.8)
    last, generator = begun(keys).expand(runs, keys), chance(7)
    for row, expected in zip(stop, unrolled(stop)):
        coins = (torch.rand(runs, keys, generator=generator, dtype=torch.float64) < row).double()
        last = hard_stops(coins[:, None, None], last[:, None, None])[:, 0, 0]
        error = (expected * (1 - expected) / runs).sqrt()
        assert ((last.mean(0) - expected).abs() <= 5 * error + 1e-12).all()
    assert 0.0 < float(last.sum()) < runs  # some have left the source, and they stay away


def test_where_chance_has_nothing_to_say_the_expectation_is_the_process():
    coins = torch.randint(2, (50, 1, 1, 9), generator=chance()).double()
    last = begun(9)[None, None, None]
    for row in coins:
        expected, hard = expected_stops(row[None], last), hard_stops(row[None], last)
        assert torch.equal(expected, hard)
        last = hard if hard.any() else last


def test_the_hard_process_stops_where_a_scan_written_as_one_does_and_never_goes_back():
    stop = probabilities(40, 13, seed=5).reshape(8, 5, 13)
    for rows in stop:
        last, at, places = begun(13)[None, None, None], 0, []
        for row in rows:
            last = hard_stops(row[None, None, None], last)
            at = next((key for key in range(at, 13) if row[key] >= 0.5), math.inf)
            assert last[0, 0, 0].nonzero().flatten().tolist() == ([] if at == math.inf else [at])
            if at == math.inf:
                break
            places.append(at)
        assert all(one <= two for one, two in pairwise(places))


def attention(noise: float = 0.0) -> Monotonic:
    torch.manual_seed(2)
    return Monotonic(Energy(NormedAdditive(4, 5, 6)), noise=noise).double()


def asked(queries: int = 6, keys: int = 7) -> tuple[torch.Tensor, torch.Tensor]:
    make = {"generator": chance(4), "dtype": torch.float64}
    return 4 * torch.randn(2, 1, queries, 4, **make), 4 * torch.randn(2, 1, keys, 5, **make)


@pytest.mark.parametrize("training", [True, False])
def test_queries_one_by_one_and_reordered_between_two_are_those_asked_together(training):
    monotonic = attention().train(training)
    monotonic.score.offset.data.fill_(0.1)
    query, key = asked()
    prepared = monotonic.prepare(key)
    whole = monotonic(query, prepared, key)
    history, order = monotonic.begin(prepared), torch.tensor([0, 1])
    for at in range(query.shape[2]):
        turned = torch.tensor([1, 0])
        history, order = history.select(turned), order[turned]
        one, history = monotonic.follow(query[order, :, at : at + 1], prepared[order], key[order], None, history)
        torch.testing.assert_close(one.weights[:, :, 0], whole.weights[order, :, at], atol=1e-12, rtol=0)
        torch.testing.assert_close(one.context[:, :, 0], whole.context[order, :, at], atol=1e-12, rtol=0)
    assert whole.weights.any() and (whole.weights.sum(-1) <= 1 + 1e-9).all()


@pytest.mark.parametrize("training", [True, False])
def test_padded_keys_are_passed_over_on_either_side(training):
    monotonic = attention().train(training)
    query, key = asked()
    alone = monotonic(query, monotonic.prepare(key), key).weights
    for sides in ((0, 3), (2, 0)):
        wide = torch.nn.functional.pad(key, (0, 0, *sides), value=9.0)
        valid = torch.nn.functional.pad(torch.ones(2, 7, dtype=torch.bool), sides)
        weights = monotonic(query, monotonic.prepare(wide), wide, valid_keys(valid)).weights
        torch.testing.assert_close(weights[..., valid[0]], alone, atol=1e-12, rtol=0)
        assert (weights[..., ~valid[0]] == 0).all()


def test_energies_have_the_size_and_the_offset_that_are_learned():
    score, (query, key) = NormedAdditive(4, 5, 6).double(), asked()
    energy = Energy(score).double()
    inner = torch.tanh(score.w_query(query[0, 0, 2]) + score.w_key(key[0, 0, 3]))
    expected = score.size * (inner @ (score.v / score.v.norm())) + energy.offset
    assert energy(query, energy.prepare(key))[0, 0, 2, 3].item() == pytest.approx(expected.item(), abs=1e-10)


def test_noise_is_added_while_training_only_and_from_the_generator_that_was_given():
    monotonic, (query, key) = attention(noise=1.0), asked()
    prepared = monotonic.prepare(key)
    quiet = monotonic.eval()(query, prepared, key).weights
    assert torch.equal(quiet, attention(noise=0.0).eval()(query, prepared, key).weights)
    monotonic.train()
    with pytest.raises(ShapeError, match="noise has no generator to draw from; call give_chance"):
        monotonic(query, prepared, key)
    world, drawn = torch.get_rng_state(), []
    for seed in (1, 1, 2):
        give_chance(monotonic, chance(seed))
        drawn.append(monotonic(query, prepared, key).weights)
    assert torch.equal(drawn[0], drawn[1]) and not torch.equal(drawn[0], drawn[2])
    assert torch.equal(torch.get_rng_state(), world)
    assert not torch.allclose(drawn[0], attention(noise=0.0).train()(query, prepared, key).weights)


def test_noise_is_gaussian_with_the_deviation_that_was_asked_for():
    noise = attention(noise=2.0).noise.train()
    give_chance(noise, chance())
    found, count = noise(torch.zeros(100_000, dtype=torch.float64)), 100_000
    assert not noise.eval()(torch.zeros(3)).any()
    assert abs(found.mean().item()) < 5 * 2 / math.sqrt(count)
    assert found.std().item() == pytest.approx(2.0, abs=5 * 2 / math.sqrt(2 * count))
    assert (found.abs() < 2).double().mean().item() == pytest.approx(0.6827, abs=5 * 0.47 / math.sqrt(count))


def test_who_has_left_the_source_looks_at_nothing_and_does_not_come_back():
    monotonic = attention().eval()
    query, key = asked()
    prepared = monotonic.prepare(key)
    gone = History(*(torch.zeros(2, 1, 1, 7, dtype=torch.float64) for _ in range(3)))
    attended, after = monotonic.follow(query, prepared, key, None, gone)
    assert not attended.weights.any() and not attended.context.any() and not after.stops.any()
