"""FLOATER by hand: a law whose solution is the sinusoid, the order of the solver, and a path that is kept."""

from itertools import pairwise

import pytest
import torch

from core.attention.absolute import sinusoids
from core.attention.floater import Floater, solve
from core.errors import InputError

WIDTH, COUNT = 8, 50


def generator_matrix() -> torch.Tensor:
    """M with p' = Mp for the sinusoid: a block [[0, ω], [−ω, 0]] per pair of sine and cosine."""
    matrix = torch.zeros(WIDTH, WIDTH, dtype=torch.float64)
    for pair in range(WIDTH // 2):
        speed = 10000.0 ** (-2 * pair / WIDTH)
        matrix[2 * pair, 2 * pair + 1], matrix[2 * pair + 1, 2 * pair] = speed, -speed
    return matrix


def error(steps: int) -> float:
    exact = sinusoids(torch.arange(COUNT), WIDTH, torch.float64)
    matrix = generator_matrix()
    return (solve(lambda time, point: matrix @ point, exact[0], COUNT, steps) - exact).abs().max().item()


def test_a_linear_law_draws_the_sinusoid_and_errors_fall_sixteenfold_with_half_the_step():
    errors = [error(steps) for steps in (1, 2, 4, 8)]
    assert errors == pytest.approx([0.34, 0.025, 0.0016, 0.0001], rel=0.1)
    for coarse, fine in pairwise(errors[1:]):
        assert 14 < coarse / fine < 18
    assert error(32) < 1e-6


def test_the_law_is_told_the_time():
    path = solve(lambda time, point: torch.full_like(point, 3 * time**2), torch.zeros(2, dtype=torch.float64), 4)
    assert path.tolist() == [[0, 0], [1, 1], [8, 8], [27, 27]]  # exact: Runge–Kutta is Simpson's rule here
    floater = made()
    assert not torch.allclose(floater.law(0.0, floater.start), floater.law(5.0, floater.start))


def made() -> Floater:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(2)
        return Floater(6, 0).double()


def test_a_path_for_fewer_positions_is_the_beginning_of_one_for_more():
    floater = made()
    torch.testing.assert_close(floater.path(9), floater.path(18)[:9], atol=0, rtol=0)


def test_a_kept_path_is_the_computed_one_also_after_it_was_prolonged_and_after_weights_changed():
    floater, places = made().eval(), torch.tensor([[3, 0, 7, 20]])
    with torch.no_grad():
        for wanted in (places[:, :2], places, places[:, :1]):
            torch.testing.assert_close(floater(wanted)[0], floater.path(21)[wanted[0]], atol=1e-12, rtol=0)
        before = floater(places)
        floater.start += 1.0
        assert (floater(places) - before).abs().amax(dim=-1).min() > 1e-3
        floater.load_state_dict(made().state_dict())
        torch.testing.assert_close(floater(places), before, atol=1e-12, rtol=0)


def test_every_parameter_of_the_path_is_learned_and_few_serve_any_length():
    floater = made()
    floater(torch.tensor([[0, 4, 11]])).square().sum().backward()
    assert all(one.grad is not None and one.grad.abs().sum() > 0 for one in floater.parameters())
    assert floater(torch.tensor([[300]])).isfinite().all()


def test_a_place_before_the_beginning_is_refused_and_no_place_is_no_path():
    with pytest.raises(InputError, match="position -1 is before the beginning of the path; count from 0"):
        made()(torch.tensor([[2, -1]]))
    assert made()(torch.zeros(2, 0, dtype=torch.long)).shape == (2, 0, 6)
