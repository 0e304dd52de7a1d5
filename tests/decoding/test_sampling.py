"""The law that tokens are drawn from: filters against brute force, temperature, the frequencies of many draws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from core.decoding.filters import min_p, top_k, top_p
from core.decoding.sampling import SamplingSearch

DISTRIBUTIONS = st.lists(st.integers(1, 6), min_size=1, max_size=9).map(lambda counts: np.array(counts) / sum(counts))


@given(DISTRIBUTIONS, st.integers(0, 12))
def test_top_k_keeps_exactly_k_ties_by_number(probabilities, k):
    ranked = sorted(range(len(probabilities)), key=lambda token: (-probabilities[token], token))
    assert set(np.flatnonzero(top_k(probabilities, k))) == set(ranked[: k or None])


@given(DISTRIBUTIONS, st.sampled_from([1e-8, 0.1, 0.5, 0.9, 0.999, 1.0]))
def test_top_p_keeps_the_fewest_tokens_that_reach_p_the_crossing_one_too(probabilities, p):
    ranked = sorted(range(len(probabilities)), key=lambda token: (-probabilities[token], token))
    kept, mass = [], 0.0
    for token in ranked:
        if mass >= p and p < 1:
            break
        kept.append(token)
        mass += probabilities[token]
    assert set(np.flatnonzero(top_p(probabilities, p))) == set(kept)


@given(DISTRIBUTIONS, st.floats(0, 1))
def test_min_p_always_keeps_the_most_probable(probabilities, share):
    kept = min_p(probabilities, share)
    assert kept[probabilities.argmax()] and (kept == (probabilities >= share * probabilities.max())).all()


def test_with_all_filters_off_every_token_may_be_drawn():
    log_probs = np.log(np.random.default_rng(0).dirichlet(np.full(500, 0.05)) + 1e-300)
    law, mass = SamplingSearch().law(log_probs)
    assert (law > 0).sum() == (np.exp(log_probs) > 0).sum() and mass == pytest.approx(1.0)


@settings(deadline=None)
@given(DISTRIBUTIONS, st.floats(-50, 50))
def test_adding_a_constant_to_all_scores_changes_nothing(probabilities, constant):
    search = SamplingSearch(temperature=0.7, top_p=0.9)
    np.testing.assert_allclose(
        search.law(np.log(probabilities))[0], search.law(np.log(probabilities) + constant)[0], atol=1e-9
    )


@pytest.mark.parametrize("temperature", [1e-320, 1e-9])
def test_the_smallest_temperature_is_greedy_and_no_number_overflows(temperature):
    law, _ = SamplingSearch(temperature=temperature).law(np.log([0.3, 0.4, 0.3]))
    assert law.tolist() == [0.0, 1.0, 0.0]


@pytest.mark.parametrize("search", [SamplingSearch(seed=3), SamplingSearch(seed=3, temperature=1.5, top_k=3)])
def test_many_draws_have_the_frequencies_of_the_law(search):
    law, _ = search.law(np.log([0.5, 0.25, 0.15, 0.1]))
    after = np.cumsum(law)
    drawn = [int(np.searchsorted(after, search.uniform(index, 0, 1), side="right")) for index in range(20_000)]
    counts = np.bincount(drawn, minlength=4)
    assert (counts[law == 0] == 0).all()
    assert chisquare(counts[law > 0], law[law > 0] * len(drawn)).pvalue > 1e-3


def test_two_sources_draw_from_different_noise():
    search = SamplingSearch(seed=1)
    assert search.uniform(0, 0, 1) != search.uniform(0, 0, 2)


def test_the_mean_surprise_of_plain_draws_is_the_entropy():
    probabilities = np.array([0.5, 0.25, 0.15, 0.1])
    law, _ = SamplingSearch(seed=5).law(np.log(probabilities))
    drawn = np.searchsorted(
        np.cumsum(law), [SamplingSearch(seed=5).uniform(i, 0, 0) for i in range(20_000)], side="right"
    )
    entropy = -(probabilities * np.log(probabilities)).sum()
    assert -np.log(probabilities[drawn]).mean() == pytest.approx(entropy, abs=0.02)
