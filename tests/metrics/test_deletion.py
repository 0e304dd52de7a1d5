"""The deletion test on a model that can be read: a table says which token matters."""

import itertools

import numpy as np
import pytest

from core.metrics.deletion import CHANCE, area, as_good, counts, gone, judged, ranked

TOKENS, IMPORTANT = 6, 4


def log_prob(deleted):
    """A model whose output needs one token: −5 nats without it, and a little less for every other that is gone."""
    return -5.0 * deleted[..., IMPORTANT] - 0.1 * deleted.sum(axis=-1)


def areas(orders):
    steps = counts(TOKENS)
    return area(log_prob(gone(np.array(orders), steps)), steps)


def random_orders(count=39):
    rng = np.random.default_rng(0)
    return [rng.permutation(TOKENS) for _ in range(count)]


def test_a_map_that_knows_the_important_token_is_better_than_random_and_its_reverse_is_worse():
    knows = np.full(TOKENS, 0.1)
    knows[IMPORTANT] = 0.5
    best, worst = areas([ranked(knows), ranked(-knows)])
    random = areas([*random_orders(), *random_orders(400)])[39:]
    # first: 5 nats over all but half a step, and 0.1 · (0…6) on average; last: half a step
    assert best == pytest.approx(5 * (1 - 0.5 / TOKENS) + 0.3, abs=1e-12)
    assert worst == pytest.approx(5 * 0.5 / TOKENS + 0.3, abs=1e-12)
    assert as_good(best, random) == pytest.approx(400 / TOKENS, rel=0.3)  # those that begin with it, by chance


def test_what_chance_finds_one_time_in_six_is_no_merit_but_what_it_seldom_finds_is():
    knows = np.arange(TOKENS) == IMPORTANT
    own = areas([ranked(knows.astype(float))])[0]
    assert judged(own, areas(random_orders())) == "no better"
    assert judged(own, areas([order for order in random_orders(80) if order[0] != IMPORTANT])) == "better"
    assert judged(-own, areas(random_orders())) == "worse"


def test_a_map_in_random_order_is_called_better_no_more_often_than_chance_allows():
    rng = np.random.default_rng(7)
    drawn = rng.normal(size=(2000, 40))
    better = np.mean([judged(row[0], row[1:]) == "better" for row in drawn])
    assert 0.5 * CHANCE < better < 1.5 * CHANCE


def test_all_orders_begin_and_end_alike_and_each_step_deletes_one_more():
    orders = np.array(random_orders(5))
    steps = counts(TOKENS)
    deleted = gone(orders, steps)
    assert not deleted[:, 0].any() and deleted[:, -1].all()
    assert deleted.sum(axis=-1).tolist() == [steps.tolist()] * 5
    for order, away in zip(orders, deleted):
        assert [int(np.flatnonzero(after & ~before)[0]) for before, after in itertools.pairwise(away)] == order.tolist()


def test_many_tokens_go_in_even_strides_and_the_area_is_that_of_the_same_line():
    steps = counts(1000, 7)
    assert len(steps) == 8 and (steps[0], steps[-1]) == (0, 1000) and np.ptp(np.diff(steps)) <= 1
    assert area(-steps[None] / 1000.0, steps)[0] == pytest.approx(0.5, abs=1e-12)


def test_equal_tokens_are_taken_from_the_left():
    assert ranked(np.array([0.0, 2.0, 0.0, 2.0])).tolist() == [1, 3, 0, 2]
