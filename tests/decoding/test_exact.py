"""Exact search, held to listing everything; and the judge it is of other searches."""

import numpy as np
import pytest

from core.decoding.beam import STOPS, BeamSearch
from core.decoding.exact import ExactSearch
from core.decoding.frontier import Force
from core.decoding.hypothesis import PRUNED, Status
from core.decoding.ranking import LengthNorm
from core.decoding.trees.tree import fold
from core.errors import InputError
from tests.decoding.test_search import every_output, run
from tests.doubles import BEGIN, END, Markov, RandomTable, rules

NORMS = [("none", 1.0), ("mean", 1.0), ("gnmt", 0.6), ("reward", 0.5), ("mean", -1.0), ("bounded_reward", 0.7)]
every_norm = pytest.mark.parametrize("norm", NORMS, ids=[kind + str(penalty) for kind, penalty in NORMS])


@every_norm
@pytest.mark.parametrize("vocabulary", [3, 4])
@pytest.mark.parametrize("seed", range(30))
def test_it_is_listing_everything_and_at_least_every_beam(norm, vocabulary, seed):
    table, ranking = RandomTable(vocabulary - 1, seed), LengthNorm(*norm)
    settings = {"length_norm": norm[0], "length_penalty": norm[1]}
    best = max(ranking.score(logp, length, 4) for logp, length in every_output(table, 5))
    found = run(ExactSearch(**settings), table)
    assert found.proved is True and found.stop_reason == "exhausted"
    assert found.best.rank_score == pytest.approx(best, abs=2e-5)
    assert found.best.rank_score == pytest.approx(
        run(BeamSearch(width=256, stop="never", **settings), table).best.rank_score, abs=2e-5
    )
    for width in (1, 2, 5):
        beam = run(BeamSearch(width=width, **settings), table)
        ended = [node.rank_score for node in beam.finished if node.status is Status.FINISHED]
        assert max(ended, default=-np.inf) <= found.best.rank_score + 1e-6


def test_depth_first_whatever_the_first_beam_found():
    for seed in range(12):
        proved = [run(ExactSearch(start_width=width), RandomTable(4, seed)).best for width in (1, 2, 64)]
        assert len({tuple(node.tokens()) for node in proved}) == 1


@pytest.mark.parametrize("seed", range(8))
def test_a_limit_on_nodes_keeps_what_there_is_and_claims_nothing(seed):
    table = RandomTable(6, seed, peak=0.4)  # flat: much is left to prove
    whole, cut = run(ExactSearch(start_width=1), table), run(ExactSearch(start_width=1, max_nodes=2), table)
    needed = ExactSearch().max_nodes - whole.left
    assert whole.proved is True and needed > 0
    assert cut.proved is (needed <= 2) and cut.stop_reason == ("exhausted" if needed <= 2 else "node_limit")
    assert cut.best.rank_score <= whole.best.rank_score
    assert cut.best.rank_score >= run(BeamSearch(width=1), table).best.rank_score
    tree = fold([cut], [str(number) for number in range(9)], {})
    assert cut.proved or any("limit on nodes" in reason for reason in tree.nodes["reason"])


def test_a_minimum_length_forbids_the_empty_output():
    """Annotators left some targets empty: the model's best output is nothing (Stahlberg & Byrne 2019)."""
    words = [
        [1.0, 0, 0, 0, 0],
        [0.4, 0, 0.2, 0.2, 0.2],
        [0.7, 0, 0.1, 0.1, 0.1],
        [0.7, 0, 0.1, 0.1, 0.1],
        [0.7, 0, 0.1, 0.1, 0.1],
    ]
    assert run(ExactSearch(), Markov(words)).best.tokens() == [END]
    found = run(ExactSearch(min_length=1), Markov(words))
    assert len(found.best.tokens()) == 2 and found.proved


def test_every_way_through_the_tree_is_accounted_for():
    """Whatever is not expanded is there with a reason, and each bound is an upper bound of all that lies below."""
    table = RandomTable(3, 5)
    frontier = run(ExactSearch(start_width=1), table, longest=4)
    tree = fold([frontier], [str(number) for number in range(7)], {})
    nodes = tree.nodes
    children = set(nodes["parent"])
    for at in range(1, len(tree)):
        if at not in children:
            assert nodes["status"][at] == "finished" or nodes["status"][at] in PRUNED
            assert nodes["status"][at] == "finished" or nodes["reason"][at]
    best = frontier.best.rank_score
    for logp, _ in every_output(table, 4):
        assert logp <= best + 1e-5


def test_walls_of_the_length_limit_are_walls():
    never = [[1.0, 0, 0.0, 0.0], [0.0, 0, 0.5, 0.5], [0.0, 0, 0.5, 0.5], [0.0, 0, 0.5, 0.5]]
    found = run(ExactSearch(), Markov(never), longest=3)
    assert found.finished == () and found.proved is False and found.stop_reason == "exhausted"
    assert found.best.status is Status.TRUNCATED  # a beginning to show, and no claim


def test_forced_it_proves_the_best_completion():
    table, search = RandomTable(4, 3), ExactSearch()
    start = search.start(table, [7, END], run(search, table).rules)
    forced = search.advance(table, start, Force(4))
    while not search.done(forced):
        forced = search.advance(table, forced)
    longest = forced.rules.max_new_tokens
    below = [
        logp for logp, body in ((sum(float(table.distribution((BEGIN, *body[:at]))[token]) for at, token in enumerate(body)), body)
                                for body in bodies(table.vocabulary, longest)) if body[0] == 4
    ]  # fmt: skip
    assert forced.proved and forced.best.tokens()[0] == 4
    assert forced.best.logp == pytest.approx(max(below), abs=1e-5)
    with pytest.raises(InputError, match=r"nothing goes on from here|there is no live hypothesis"):
        search.advance(table, forced, Force(99, 99))


def test_forced_in_the_middle_it_speaks_of_what_follows_alone():
    table, search = RandomTable(4, 3), ExactSearch()
    walk = search.advance(table, search.start(table, [7, END], rules()))
    chosen = walk.live[-1].tokens()
    walk = search.advance(table, walk, Force(3, len(walk.live) - 1))
    while not search.done(walk):
        walk = search.advance(table, walk)
    assert walk.proved and all(node.tokens()[:2] == [*chosen, 3] for node in walk.finished)


def test_no_node_is_spent_where_nothing_can_win():
    #          END  BEGIN   A     B     C
    law = [
        [1.0, 0, 0, 0, 0],
        [0.05, 0, 0.4, 0.3, 0.25],
        [0.0, 0, 0.34, 0.33, 0.33],
        [1.0, 0, 0, 0, 0],
        [0.0, 0, 0.5, 0.5, 0],
    ]
    found = run(ExactSearch(start_width=1, max_nodes=50), Markov(law), longest=3)
    again = run(ExactSearch(start_width=1, max_nodes=50 - found.left), Markov(law), longest=3)
    assert found.proved and again.proved and again.left == 0


def bodies(vocabulary: int, longest: int):
    from itertools import product

    for length in range(longest):
        for body in product(range(2, vocabulary), repeat=length):
            yield (*body, END)


@pytest.mark.parametrize("norm", ["none", "mean", "gnmt", "reward"])
def test_only_the_bound_never_loses(norm):
    """§8.2: the rule `bound` equals no early stop; the others are worse on some tables."""
    worse = dict.fromkeys(STOPS, 0)
    for seed in range(60):
        table = RandomTable(2 + seed % 2, seed)
        scores = {
            stop: run(BeamSearch(width=3, stop=stop, length_norm=norm, length_penalty=0.6), table).best
            for stop in STOPS
        }
        best = scores["never"].rank_score
        for stop in STOPS:
            worse[stop] += scores[stop].rank_score < best - 1e-9
    assert worse["bound"] == worse["never"] == 0
    if norm in ("mean", "reward"):
        assert worse["top_finished"] > 0 and worse["k_finished"] > 0
