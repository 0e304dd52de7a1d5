"""Stochastic beam search: samples without replacement, by their laws."""

from collections import Counter

import numpy as np
import pytest
from scipy.stats import chisquare

from core.decoding.chance import gumbel
from core.decoding.frontier import Rules
from core.decoding.hypothesis import Status
from core.decoding.stochastic import StochasticBeamSearch
from core.decoding.trees.tree import fold
from tests.decoding.test_search import run
from tests.doubles import BEGIN, END, Markov, RandomTable

A, B = 2, 3
#         END  BEGIN   a     b
SHORT = [[1.0, 0.0, 0.0, 0.0], [0.2, 0.0, 0.5, 0.3], [1.0, 0.0, 0.0, 0.0], [0.6, 0.0, 0.4, 0.0]]
OUTPUTS = {(END,): 0.2, (A, END): 0.5, (B, END): 0.18, (B, A, END): 0.12}


@pytest.mark.parametrize("seed", range(20))
def test_samples_are_distinct(seed):
    found = [
        tuple(node.tokens()) for node in run(StochasticBeamSearch(width=6, seed=seed), RandomTable(4, seed)).finished
    ]
    assert len(set(found)) == len(found) <= 6


def test_asked_for_more_than_there_are_it_gives_all():
    found = {tuple(node.tokens()) for node in run(StochasticBeamSearch(width=9), Markov(SHORT)).finished}
    assert found == set(OUTPUTS)


def drawn(width: int, times: int) -> list[list[tuple[int, ...]]]:
    found = []
    for seed in range(times):
        last = run(StochasticBeamSearch(width=width, seed=seed), Markov(SHORT))
        found.append([tuple(node.tokens()) for node in last.finished])
    return found


def test_the_first_of_a_sample_is_an_ordinary_sample_and_the_second_one_without_it():
    samples = drawn(2, 3000)
    first = Counter(sample[0] for sample in samples)
    assert chisquare([first[o] for o in OUTPUTS], [3000 * p for p in OUTPUTS.values()]).pvalue > 1e-3
    # the second, given the first: the law without it, renormalized
    expected = {o: sum(p * OUTPUTS[o] / (1 - p) for other, p in OUTPUTS.items() if other != o) for o in OUTPUTS}
    second = Counter(sample[1] for sample in samples)
    assert chisquare([second[o] for o in OUTPUTS], [3000 * p for p in expected.values()]).pvalue > 1e-3


@pytest.mark.parametrize("seed", range(10))
def test_perturbed_scores_are_those_of_perturbing_every_output_from_the_top(seed):
    """The largest G below a prefix is the prefix' own; the noise is a function of its numbers, and replays."""
    search, table = StochasticBeamSearch(width=3, seed=seed), RandomTable(3, seed)
    last = run(search, table)
    for frontier in last.history[1:]:
        for parent in frontier.previous.live:
            below = [node for node in frontier.born if node.parent is parent]
            own = parent.rank_score if parent.parent else 0.0
            assert max(node.rank_score for node in below) == pytest.approx(own, abs=1e-9)
            assert all(node.rank_score == pytest.approx(node.logp + node.parts["noise"]) for node in below)
    noise = gumbel(seed, last.rules.item, 0, 1, table.vocabulary)[0]
    law = table.distribution((BEGIN,)).double().numpy()
    with np.errstate(invalid="ignore"):
        order = np.argsort(-(law + noise))
    first = [node for node in last.history[1].born if node.status in (Status.LIVE, Status.EXPANDED, Status.FINISHED)]
    assert {node.token for node in first} == set(order[:3].tolist())


def test_one_that_ended_may_lose_its_place_and_the_tree_says_so():
    lost = 0
    for seed in range(60):
        last = run(StochasticBeamSearch(width=2, seed=seed), RandomTable(3, seed))
        tree = fold([last], [str(n) for n in range(7)], {})
        assert len(tree.finished()) == len(last.finished) <= 2
        lost += any("came to rank higher" in reason for reason in tree.nodes["reason"])
    assert lost > 0


def test_another_source_draws_otherwise():
    def outputs(item: int):
        rules = Rules(END, (BEGIN,), 5, 4, item=item)
        search, table = StochasticBeamSearch(width=2), RandomTable(4, 1)
        frontier = search.start(table, [7, END], rules)
        while not search.done(frontier):
            frontier = search.advance(table, frontier)
        return [node.tokens() for node in frontier.finished]

    assert outputs(1) == outputs(1) and any(outputs(1) != outputs(item) for item in range(2, 6))
