"""Diverse beam search on tables: groups, what avoiding costs, and that the model's numbers stay the model's."""

import pytest

from core.decoding.beam import BeamSearch
from core.decoding.diverse import DiverseBeamSearch
from core.decoding.frontier import Force
from core.decoding.hypothesis import Status
from core.errors import SettingError
from tests.decoding.test_search import run
from tests.doubles import END, RandomTable, rules


def by_group(last, groups):
    return [[node for node in last.finished if node.group == group] for group in range(groups)]


@pytest.mark.parametrize("norm", ["none", "mean"])
@pytest.mark.parametrize("seed", range(12))
def test_without_a_penalty_every_group_is_a_beam_of_its_own(norm, seed):
    table = RandomTable(4, seed)
    diverse = run(DiverseBeamSearch(width=6, groups=3, diversity=0.0, length_norm=norm), table)
    beam = run(BeamSearch(width=2, length_norm=norm), table)
    for group in by_group(diverse, 3):
        ended = [node for node in group if node.status is Status.FINISHED]
        best = [node for node in beam.finished if node.status is Status.FINISHED]
        assert ended[0].tokens() == best[0].tokens() and ended[0].logp == best[0].logp


@pytest.mark.parametrize("seed", range(12))
def test_every_group_gives_results(seed):
    groups = by_group(run(DiverseBeamSearch(width=8, groups=4, diversity=1.0), RandomTable(4, seed)), 4)
    assert all(groups)


def test_groups_avoid_each_other_step_by_step():
    search = DiverseBeamSearch(width=3, groups=3, diversity=100.0)
    first = run(search, RandomTable(5, 1)).history[1]
    chosen = [node for node in first.born if node.status in (Status.LIVE, Status.FINISHED)]
    assert len({node.token for node in chosen}) == len(chosen)  # at such a price nobody takes what another one has
    live = sorted((node for node in chosen if node.status is Status.LIVE), key=lambda node: node.group)
    assert [node.group for node in live] == [0, 1, 2]
    assert sorted(-node.logp for node in live) == [-node.logp for node in live]  # each group takes the next best
    assert all(node.parts["diversity"] == 0 for node in live)


@pytest.mark.parametrize("seed", range(10))
def test_the_price_is_in_the_ranking_and_nowhere_else(seed):
    table = RandomTable(3, seed)
    for frontier in run(DiverseBeamSearch(width=4, groups=2, diversity=0.7), table).history[1:]:
        before: dict[int, int] = {}
        for group in range(2):
            kept = [n for n in frontier.born if n.group == group and n.status not in ("pruned_beam",)]
            for node in kept:
                times = before.get(node.token, 0)
                assert node.parts["diversity"] == pytest.approx(-0.7 * times)
                assert node.rank_score == pytest.approx(node.logp - 0.7 * times)
            for node in kept:
                before[node.token] = before.get(node.token, 0) + 1


def test_outputs_are_more_diverse_than_a_beams():
    def firsts(search):
        return sum(
            len({node.tokens()[0] for node in run(search, RandomTable(5, seed)).finished[:4]}) for seed in range(30)
        )

    assert firsts(DiverseBeamSearch(width=4, groups=4, diversity=2.0)) > 1.3 * firsts(BeamSearch(width=4))


@pytest.mark.parametrize("norm", ["none", "mean", "gnmt"])
def test_the_ranking_of_each_group_can_be_replayed_from_its_scores(norm):
    search = DiverseBeamSearch(width=6, groups=2, diversity=0.5, length_norm=norm)
    cut = 0
    for seed in range(8):
        for frontier in run(search, RandomTable(4, seed)).history[1:]:
            for group in range(2):
                own = [node for node in frontier.born if node.group == group]
                live = [n.rank_score for n in own if n.status not in ("pruned_beam", "finished")]
                behind = [n for n in own if n.reason.startswith("its score")]
                cut += len(behind)
                assert not behind or max(n.rank_score for n in behind) <= min(live) + 1e-9
    assert cut > 0


def test_after_a_given_token_all_groups_go_on():
    table, search = RandomTable(4, 1), DiverseBeamSearch(width=4, groups=2)
    frontier = search.advance(table, search.start(table, [7, END], rules()), Force(2))
    while not search.done(frontier):
        frontier = search.advance(table, frontier)
    assert {node.group for node in frontier.finished} == {0, 1}
    assert all(node.tokens()[0] == 2 for node in frontier.finished)


def test_groups_that_do_not_divide_the_width_are_refused():
    with pytest.raises(SettingError, match=r"groups=3 does not divide width=4"):
        DiverseBeamSearch(width=4, groups=3)
