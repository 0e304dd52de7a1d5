"""Limits and penalties, by hand on tables: what may be chosen, what it counts, and that the model's numbers stay its own."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.decoding.batched import decode
from core.decoding.beam import BeamSearch
from core.decoding.exact import ExactSearch
from core.decoding.greedy import GreedySearch
from core.decoding.hypothesis import Status
from core.decoding.ranking import Coverage
from core.decoding.sampling import SamplingSearch
from core.decoding.weighing import FREE, REPEATED, TOO_SHORT, weigh
from core.errors import SettingError
from core.runs.catalog import SEARCHES
from tests.decoding.test_search import run
from tests.doubles import BEGIN, END, Markov, RandomTable, TableState, rules

A, B = 2, 3
#        END  BEGIN  a    b
CHATTER = [
    [1.0, 0.0, 0.00, 0.00],
    [0.10, 0.0, 0.60, 0.30],  # after BEGIN
    [0.20, 0.0, 0.50, 0.30],  # after a: it would say a for ever
    [0.30, 0.0, 0.60, 0.10],  # after b
]
every_kind = pytest.mark.parametrize("name", SEARCHES)


def test_a_run_of_two_tokens_is_not_written_twice():
    found = run(GreedySearch(no_repeat_ngram=2), Markov(CHATTER), longest=6).best
    assert found.tokens() == [A, A, B, A, END]  # a a | a b | b a, and then neither a a nor a b again
    barred = list(run(GreedySearch(no_repeat_ngram=2), Markov(CHATTER), longest=6).history[3].born)
    (again,) = [node for node in barred if node.status is Status.PRUNED_CONSTRAINT]
    assert again.token == A and "a run of 2 tokens a second time" in again.reason


def test_the_repetition_penalty_multiplies_log_probabilities_of_what_was_written():
    found = run(BeamSearch(width=2, repetition_penalty=3.0, max_length=3), Markov(CHATTER)).finished
    by_tokens = {tuple(node.tokens()): node for node in found}
    node = by_tokens[A, A, END] if (A, A, END) in by_tokens else by_tokens[A, B, END]
    again = node.tokens()[1] == A
    second = np.log(0.5 if again else 0.3)
    assert node.logp == pytest.approx(np.log(0.6) + second + np.log(0.2 if again else 0.3), abs=1e-6)
    assert node.parts["repetition"] == pytest.approx((3 - 1) * second if again else 0.0, abs=1e-6)


def test_a_minimum_length_forbids_the_empty_output_and_a_maximum_counts_the_end():
    short = [[1.0, 0, 0, 0], [0.9, 0, 0.06, 0.04], [0.9, 0, 0.06, 0.04], [0.9, 0, 0.06, 0.04]]
    for search in (GreedySearch, BeamSearch, ExactSearch):
        assert run(search(), Markov(short)).best.tokens() == [END]
        assert run(search(min_length=1), Markov(short)).best.tokens() == [A, END]
        assert run(search(min_length=2), Markov(short)).best.tokens() == [A, A, END]
    cut = run(GreedySearch(max_length=2, min_length=1), Markov(CHATTER)).best
    assert cut.tokens() == [A, A] and cut.status is Status.TRUNCATED


def test_where_limits_leave_nothing_the_end_is_free():
    found = run(GreedySearch(no_repeat_ngram=1, min_length=4), Markov(CHATTER), longest=6).best
    assert found.tokens() == [A, B, END]  # both words are used up, although four were asked for


@every_kind
@pytest.mark.parametrize("seed", range(6))
def test_no_output_breaks_a_limit_and_parts_add_up(name, seed):
    search = SEARCHES[name](no_repeat_ngram=2, min_length=2, max_length=6, repetition_penalty=1.4)
    table = RandomTable(4, seed)
    last = run(search, table, longest=8)
    for node in (one for frontier in last.history for one in frontier.born if np.isfinite(one.rank_score)):
        assert node.logp + sum(node.parts.values()) == pytest.approx(node.rank_score, abs=1e-9)
        own = [float(table.distribution((BEGIN, *node.tokens()[:at]))[token]) for at, token in enumerate(node.tokens())]
        assert node.logp == pytest.approx(sum(own), abs=1e-5)
    for node in last.finished:
        tokens = node.tokens()
        assert len(tokens) <= 6
        pairs = list(itertools.pairwise(tokens))
        assert len(set(pairs)) == len(pairs)
        assert node.status is not Status.FINISHED or len(tokens) > 2


@settings(max_examples=60, deadline=None)
@given(
    past=st.lists(st.integers(0, 4), max_size=9),
    n=st.integers(1, 4),
    shortest=st.integers(0, 9),
    seed=st.integers(0, 99),
)
def test_what_is_barred_is_what_the_words_say(past, n, shortest, seed):
    law = torch.log_softmax(torch.from_numpy(np.random.default_rng(seed).normal(size=(1, 1, 5))), -1)
    written = np.array(past, dtype=np.int64).reshape(1, 1, -1)
    found = weigh(
        law, torch.zeros(5, dtype=law.dtype), written, 0, min_length=shortest, no_repeat_ngram=n, repetition_penalty=2.0
    )
    for token in range(5):
        whole = (*past, token)
        runs = [whole[at : at + n] for at in range(len(whole) - n + 1)]
        repeats = len(whole) >= n and runs.count(runs[-1]) > 1
        why = found.barred[0, 0, token]
        if token == 0 and len(past) < shortest:
            assert why in (TOO_SHORT, FREE)
        else:
            assert why == (REPEATED if repeats else FREE) or (token == 0 and why == FREE)
    assert (found.barred == FREE).any()
    counted = found.scores(law)[0, 0]
    for token in np.flatnonzero(found.barred[0, 0] == FREE):
        assert counted[token] == pytest.approx(float(law[0, 0, token]) * (2.0 if token in past else 1.0))


def test_coverage_by_hand():
    covered = np.array([[0.5, 1.0, 1.8, 0.0], [1.0, 1.0, 1.0, 9.0]])
    found = Coverage("gnmt", 0.4).score(covered, np.array([4, 3]))
    assert found == pytest.approx([0.4 * (np.log(0.5) + np.log(1e-6)), 0.0])  # the last place of the second is padding
    assert Coverage("summary", 2.0).score(covered, np.array([4, 3])) == pytest.approx([-1.6, 0.0])
    assert Coverage("gnmt", 0.4).bound(np.array(-3.0)) == 0 and Coverage("summary", 1.0).bound(-3.0) == -3.0


def test_items_of_different_width_do_not_wake_each_others_dead():
    """Beside wider items a narrow one has empty slots; penalized sums must leave them empty."""
    search = BeamSearch(width=6, repetition_penalty=1.5, no_repeat_ngram=2, stop="never")
    limits = [replace(rules(6), item=item) for item in range(12)]
    table = Dying(3, seed=1)
    together = decode(search, table, [[item, END] for item in range(12)], limits)
    for item, batched in enumerate(together):
        (alone,) = decode(search, table, [[item, END]], [limits[item]])
        assert [node.tokens() for node in batched.finished] == [node.tokens() for node in alone.finished]
        assert all(END not in node.tokens()[:-1] for node in batched.finished)


class Dying(RandomTable):
    """A table where many continuations are impossible, by source: beams of different width."""

    def start(self, sources):
        return TableState(tuple(((100 + source[0],),) for source in sources))

    def distribution(self, prefix):
        law = super().distribution(prefix).exp()
        law[2 + (sum(prefix) % 3) :] *= (torch.arange(len(law) - 2 - sum(prefix) % 3) + prefix[0]) % 2
        law[END] += 0.05
        return torch.log(law / law.sum())


@pytest.mark.parametrize("temperature", [0.02, 0.001])
def test_a_cold_draw_under_a_limit_takes_the_best_that_is_left(temperature):
    sure = [[1.0, 0, 0, 0], [1 - 2e-9, 0, 1.5e-9, 0.5e-9], [1 - 2e-9, 0, 1.5e-9, 0.5e-9], [1.0, 0, 0, 0]]
    best = run(SamplingSearch(temperature=temperature, min_length=2), Markov(sure)).best
    assert best.tokens() == [A, A, END]
    assert [node.prob_filtered for node in best.path()[:2]] == pytest.approx([1.0, 1.0], abs=1e-6)


def test_where_neither_the_limits_nor_the_model_allow_an_end_the_limits_give_way():
    endless = [[1.0, 0, 0, 0], [0.0, 0, 1.0, 0.0], [0.0, 0, 1.0, 0.0], [0.0, 0, 1.0, 0.0]]
    for name, kind in SEARCHES.items():
        found = run(kind(no_repeat_ngram=1), Markov(endless), longest=4)
        assert name == "exact" or found.best.tokens() == [A, A, A, A]
        assert np.isfinite(found.best.logp)


def test_sampling_under_a_limit_renormalizes_before_the_penalty():
    search = SamplingSearch(repetition_penalty=2.0, no_repeat_ngram=0, min_length=3, draws=1)
    frontier = run(search, Markov(CHATTER), longest=3)
    second = frontier.history[2].decision.choice
    # after a: <end> is barred, a and b are 5/8 and 3/8; a was written: squared; then renormalized
    a, b = (5 / 8) ** 2, 3 / 8
    token = int(second.token[0, 0])
    first = frontier.history[1].decision.choice.token[0, 0]
    if first == A:
        assert frontier.best.path()[1].prob_filtered == pytest.approx((a if token == A else b) / (a + b), abs=1e-6)


@every_kind
def test_a_length_that_cannot_be_is_refused(name):
    with pytest.raises(SettingError, match="max_length=0 is out of range: it must be at least 1"):
        SEARCHES[name](max_length=0)
    with pytest.raises(SettingError, match="min_length=5 leaves no room for <end> within max_length=5"):
        SEARCHES[name](min_length=5, max_length=5)


def test_a_coverage_penalty_without_attention_says_so():
    with pytest.raises(SettingError, match="needs a model that attends to its source"):
        run(BeamSearch(coverage="gnmt"), Markov(CHATTER))
