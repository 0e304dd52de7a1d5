"""The law that tokens are drawn from: filters against brute force, temperature, the frequencies of many draws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from core.decoding.filters import epsilon, min_p, top_k, top_p, typical
from core.decoding.frontier import Force
from core.decoding.sampling import SamplingSearch
from tests.decoding.test_search import run
from tests.doubles import END, RandomTable, rules

DISTRIBUTIONS = st.lists(st.integers(1, 6), min_size=1, max_size=9).map(lambda counts: np.array(counts) / sum(counts))


def until(probabilities: np.ndarray, ranked: list[int], p: float) -> tuple[list[int], float]:
    """The first of these tokens that together reach p, the crossing one too, and their mass; all of them at 1."""
    kept, mass = [], 0.0
    for token in ranked:
        if mass >= p and p < 1:
            break
        kept.append(token)
        mass += probabilities[token]
    return kept, mass


@given(DISTRIBUTIONS, st.integers(0, 12))
def test_top_k_keeps_exactly_k_ties_by_number(probabilities, k):
    ranked = sorted(range(len(probabilities)), key=lambda token: (-probabilities[token], token))
    assert set(np.flatnonzero(top_k(probabilities, k))) == set(ranked[: k or None])


@given(DISTRIBUTIONS, st.sampled_from([1e-8, 0.1, 0.5, 0.9, 0.999, 1.0]))
def test_top_p_keeps_the_fewest_tokens_that_reach_p_the_crossing_one_too(probabilities, p):
    ranked = sorted(range(len(probabilities)), key=lambda token: (-probabilities[token], token))
    kept, _ = until(probabilities, ranked, p)
    assert set(np.flatnonzero(top_p(probabilities, p))) == set(kept)


@given(DISTRIBUTIONS, st.floats(0, 1))
def test_min_p_always_keeps_the_most_probable(probabilities, share):
    kept = min_p(probabilities, share)
    assert kept[probabilities.argmax()] and (kept == (probabilities >= share * probabilities.max())).all()


@given(DISTRIBUTIONS, st.sampled_from([1e-8, 0.1, 0.5, 0.9, 1.0]))
def test_typical_keeps_the_fewest_tokens_nearest_to_the_entropy(probabilities, p):
    entropy = -(probabilities * np.log(probabilities)).sum()
    ranked = sorted(range(len(probabilities)), key=lambda token: (abs(-np.log(probabilities[token]) - entropy), token))
    kept, mass = until(probabilities, ranked, p)
    found = np.flatnonzero(typical(probabilities, p))
    assert len(found) == len(kept) and probabilities[found].sum() == pytest.approx(mass)  # two may be equally near


@given(DISTRIBUTIONS, st.floats(0, 1))
def test_epsilon_keeps_what_is_probable_enough_and_never_nothing(probabilities, least):
    kept = epsilon(probabilities, least)
    assert kept[probabilities.argmax()]
    others = np.arange(len(kept)) != probabilities.argmax()
    assert (kept[others] == (probabilities >= least)[others]).all()


def test_filters_that_would_leave_nothing_say_so():
    found = run(SamplingSearch(epsilon=0.9, draws=2), RandomTable(6, 2, peak=0.3))
    for node in found.history[1].born:
        if node.draw is not None:
            assert node.draw.support_size == 1 and "the filters leave no token here" in node.reason
        else:
            assert node.status == "pruned_filter" and "below the probability 0.9 (epsilon)" in node.reason


def test_after_a_given_token_all_draws_go_on():
    table, search = RandomTable(6, 2, peak=0.3), SamplingSearch(draws=6)
    frontier = search.advance(table, search.start(table, [7, END], rules()), Force(3))
    while not search.done(frontier):
        frontier = search.advance(table, frontier)
    assert sorted(node.draw.index for node in frontier.finished) == list(range(6))
    assert all(node.tokens()[0] == 3 for node in frontier.finished)
    assert len({tuple(node.tokens()) for node in frontier.finished}) > 1


def test_filters_work_one_after_another_on_what_is_left():
    law = SamplingSearch(top_k=3, min_p=0.5, epsilon=0.45).law(np.log([0.3, 0.25, 0.2, 0.15, 0.1]))
    # top-k leaves .4 .333 .267; min-p at half of .4 leaves all three; epsilon .45 would leave nothing: the best is kept
    assert law.probabilities.tolist() == [1.0, 0.0, 0.0, 0.0, 0.0]
    assert law.excluded.tolist() == [0, 5, 5, 1, 1] and bool(law.alone)


def test_with_all_filters_off_every_token_may_be_drawn():
    log_probs = np.log(np.random.default_rng(0).dirichlet(np.full(500, 0.05)) + 1e-300)
    found = SamplingSearch().law(log_probs)
    law, mass = found.probabilities, found.mass
    assert (law > 0).sum() == (np.exp(log_probs) > 0).sum() and mass == pytest.approx(1.0)


@settings(deadline=None)
@given(DISTRIBUTIONS, st.floats(-50, 50))
def test_adding_a_constant_to_all_scores_changes_nothing(probabilities, constant):
    search = SamplingSearch(temperature=0.7, top_p=0.9)
    np.testing.assert_allclose(
        search.law(np.log(probabilities)).probabilities,
        search.law(np.log(probabilities) + constant).probabilities,
        atol=1e-9,
    )


@pytest.mark.parametrize("temperature", [1e-320, 1e-9])
def test_the_smallest_temperature_is_greedy_and_no_number_overflows(temperature):
    law = SamplingSearch(temperature=temperature).law(np.log([0.3, 0.4, 0.3])).probabilities
    assert law.tolist() == [0.0, 1.0, 0.0]


@pytest.mark.parametrize(
    "search",
    [
        SamplingSearch(seed=3),
        SamplingSearch(seed=3, temperature=1.5, top_k=3),
        SamplingSearch(seed=4, typical=0.7, epsilon=0.12),
    ],
)
def test_many_draws_have_the_frequencies_of_the_law(search):
    law = search.law(np.log([0.5, 0.25, 0.15, 0.1])).probabilities
    after = np.cumsum(law)
    drawn = [int(np.searchsorted(after, search.uniform(index, 0, 1), side="right")) for index in range(100_000)]
    counts = np.bincount(drawn, minlength=4)
    assert (counts[law == 0] == 0).all()
    assert chisquare(counts[law > 0], law[law > 0] * len(drawn)).pvalue > 1e-3


def test_two_sources_draw_from_different_noise():
    search = SamplingSearch(seed=1)
    assert search.uniform(0, 0, 1) != search.uniform(0, 0, 2)


def test_the_mean_surprise_of_plain_draws_is_the_entropy():
    probabilities = np.array([0.5, 0.25, 0.15, 0.1])
    law = SamplingSearch(seed=5).law(np.log(probabilities)).probabilities
    drawn = np.searchsorted(
        np.cumsum(law), [SamplingSearch(seed=5).uniform(i, 0, 0) for i in range(20_000)], side="right"
    )
    entropy = -(probabilities * np.log(probabilities)).sum()
    assert -np.log(probabilities[drawn]).mean() == pytest.approx(entropy, abs=0.02)
