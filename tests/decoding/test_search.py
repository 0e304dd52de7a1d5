"""Searches on models that are tables, so that every expected path can be found by eye or by exhausting all of them."""

from dataclasses import replace
from itertools import product

import pytest
import torch

from core.decoding.beam import BeamSearch
from core.decoding.frontier import Force
from core.decoding.greedy import GreedySearch
from core.decoding.hypothesis import PRUNED, Status
from core.decoding.ranking import KINDS, LengthNorm
from core.decoding.sampling import SamplingSearch
from core.decoding.search import AbstractSearch
from core.decoding.trees.tree import fold
from core.decoding.view import Frontier
from core.errors import InputError
from core.step_model import StepModel
from tests.doubles import END, Markov, RandomTable, rules

# the lecture's tree: the red path is better at its first step, the green one from the second on
#            END  BEGIN  red  green
GARDEN = [
    [1.00, 0.0, 0.00, 0.00],  # after END
    [0.00, 0.0, 0.60, 0.40],  # after BEGIN
    [0.45, 0.0, 0.35, 0.20],  # after red
    [0.90, 0.0, 0.05, 0.05],  # after green
]
RED, GREEN = 2, 3


def run(search: AbstractSearch, model: StepModel, longest: int = 5) -> Frontier:
    frontier = search.start(model, [7, END], rules(longest))
    while not search.done(frontier):
        frontier = search.advance(model, frontier)
    return frontier


def test_greedy_walks_into_the_garden_path():
    best = run(GreedySearch(), Markov(GARDEN)).best
    assert best.tokens() == [RED, END]
    assert best.logp == pytest.approx(torch.log(torch.tensor(0.6 * 0.45)).item(), abs=1e-6)


def test_a_beam_of_two_escapes_the_garden_path():
    best = run(BeamSearch(width=2), Markov(GARDEN)).best
    assert best.tokens() == [GREEN, END]
    assert best.logp == pytest.approx(torch.log(torch.tensor(0.4 * 0.9)).item(), abs=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_a_beam_of_one_is_greedy(seed):
    table = RandomTable(5, seed)
    assert (
        run(BeamSearch(width=1, stop="top_finished"), table).best.tokens() == run(GreedySearch(), table).best.tokens()
    )


def every_output(table: RandomTable, longest: int) -> list[tuple[float, int]]:
    """(logp, length) of every sequence that ends."""
    letters = range(2, table.vocabulary)
    found = []
    for length in range(1, longest + 1):
        for body in product(letters, repeat=length - 1):
            prefix, logp = (1,), 0.0
            for token in (*body, END):
                logp += float(table.distribution(prefix)[token])
                prefix = (*prefix, token)
            found.append((logp, length))
    return found


@pytest.mark.parametrize(
    "norm",
    [
        ("none", 1.0),
        ("mean", 1.0),
        ("mean", -1.0),
        ("gnmt", 0.6),
        ("gnmt", -1.0),
        ("reward", 0.5),
        ("reward", -0.5),
        ("bounded_reward", 0.7),
    ],
)
@pytest.mark.parametrize("vocabulary", [1, 2])
def test_a_beam_as_wide_as_all_outputs_is_exhaustive_and_its_bound_loses_nothing(norm, vocabulary):
    longest = 4
    for seed in range(8):
        table = RandomTable(vocabulary, seed)
        ranking = LengthNorm(*norm)
        truth = max(ranking.score(logp, length, 4) for logp, length in every_output(table, longest))
        wide = BeamSearch(width=(vocabulary + 1) ** longest, length_norm=norm[0], length_penalty=norm[1])
        assert run(wide, table, longest).best.rank_score == pytest.approx(truth, abs=1e-5)
        narrow = BeamSearch(width=2, length_norm=norm[0], length_penalty=norm[1])
        patient = run(replace(narrow, stop="never"), table, longest).best.rank_score
        assert run(narrow, table, longest).best.rank_score == pytest.approx(patient, abs=1e-9)


def test_stopping_when_the_best_candidate_ends_can_lose_the_best_output():
    worse = 0
    for seed in range(60):
        table = RandomTable(3, seed)
        patient = run(BeamSearch(width=3, length_norm="mean", stop="never"), table).best.rank_score
        hasty = run(BeamSearch(width=3, length_norm="mean", stop="top_finished"), table).best.rank_score
        assert hasty <= patient + 1e-9
        worse += hasty < patient - 1e-9
    assert worse > 0  # a heuristic, and shown as one


def test_a_beam_larger_than_the_vocabulary_works():
    frontier = run(BeamSearch(width=64), Markov(GARDEN))
    assert frontier.best.tokens() == [GREEN, END]


def test_every_step_keeps_exactly_the_width_alive():
    search, table = BeamSearch(width=3, stop="never"), RandomTable(4, 3)
    frontier = search.start(table, [7, END], rules(6))
    while not search.done(frontier):
        frontier = search.advance(table, frontier)
        assert len(frontier.live) == (0 if frontier.stop_reason else 3)


def test_all_lengths_tie_under_the_mean_when_every_token_is_equally_probable():
    norm = LengthNorm("mean", 1.0)
    scores = {round(norm.score(-0.7 * length, length, 9), 9) for length in range(1, 12)}
    assert scores == {-0.7}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("penalty", [-1.0, 0.0, 0.6, 2.0])
def test_no_continuation_beats_the_bound(kind, penalty):
    norm = LengthNorm(kind, penalty)
    for length in range(6):
        bound = norm.bound(-3.0, length, 9, 4)
        for final in range(length + 1, 10):
            for lost in (0.0, 0.5, 4.0):
                assert norm.score(-3.0 - lost, final, 4) <= bound + 1e-12


def test_an_output_as_long_as_the_limit_ends_once_and_counts_as_finished():
    never_again = Markov([[1, 0, 0], [0, 0, 1], [1, 0, 0]])
    frontier = run(GreedySearch(), never_again, longest=2)
    assert frontier.best.status is Status.FINISHED and frontier.best.tokens() == [2, END]
    cut = run(GreedySearch(), never_again, longest=1)
    assert cut.best.status is Status.TRUNCATED and cut.best.tokens() == [2] and cut.stop_reason == "max_len"


def test_a_forced_token_keeps_the_probability_the_model_gave_it():
    search, model = GreedySearch(), Markov(GARDEN)
    start = search.start(model, [7, END], rules())
    forced = search.advance(model, start, Force(GREEN))
    (node,) = forced.live
    assert node.forced and node.logp_token == pytest.approx(float(torch.log(torch.tensor(0.4))), abs=1e-6)
    assert node.rank == 1
    assert start.live[0].status is Status.ROOT and start.step == 0  # the older frontier is as it was


@pytest.mark.parametrize("force", [Force(99), Force(1), Force(-1), Force(2, slot=3)])
def test_forcing_what_cannot_be_is_refused_with_a_reason(force):
    start = GreedySearch().start(Markov(GARDEN), [7, END], rules())
    with pytest.raises(InputError, match=r"cannot be generated|no live hypothesis"):
        GreedySearch().advance(Markov(GARDEN), start, force)


def test_nan_from_a_model_is_raised_and_not_hidden():
    broken = Markov([[float("nan")] * 4] * 4)
    with pytest.raises(FloatingPointError, match="NaN"):
        run(GreedySearch(), broken)


def test_attention_follows_the_beams_when_they_are_reordered():
    table = RandomTable(6, seed=11)
    frontier = run(BeamSearch(width=4, stop="never"), table, longest=6)
    tree = fold([frontier], [str(n) for n in range(8)], {})
    for node in range(1, len(tree)):
        prefix = (1, *(tree.nodes["token"][at] for at in tree.path(node)[:-1]))
        assert tree.rows("table.cross", node).item() == float(hash(prefix) % 997)


def test_a_tree_tells_kept_from_finished_from_pruned_and_why():
    tree = fold([run(BeamSearch(width=2), Markov(GARDEN))], ["<end>", "<begin>", "red", "green"], {})
    by_status = {status: tree.nodes["status"].count(status) for status in set(tree.nodes["status"])}
    assert by_status["root"] == 1 and by_status["finished"] >= 1
    for status, reason in zip(tree.nodes["status"], tree.nodes["reason"]):
        assert bool(reason) == (Status(status) in PRUNED)
    assert tree.text(tree.finished()[0]) == ["green", "<end>"]


def test_draws_that_agree_are_one_prefix_when_mass_is_counted():
    search, model = SamplingSearch(draws=20, seed=1), Markov(GARDEN)
    frontier = search.advance(model, search.start(model, [7, END], rules()))
    assert {node.token for node in frontier.live} == {RED, GREEN}
    assert frontier.record.kept_mass == pytest.approx(1.0, abs=1e-6)
    only_red = SamplingSearch(draws=5, top_k=1)
    frontier = only_red.advance(model, only_red.start(model, [7, END], rules()))
    assert frontier.record.kept_mass == pytest.approx(0.6, abs=1e-6)


@pytest.mark.parametrize("stop", ["bound", "top_finished", "k_finished"])
def test_every_reason_for_leaving_a_live_hypothesis_is_true(stop):
    seen = set()
    for seed in range(40):
        frontier = run(BeamSearch(width=3, length_norm="mean", stop=stop), RandomTable(3, seed))
        best = frontier.best.rank_score
        for node in frontier.born:
            if node.status is Status.PRUNED_BOUND:
                assert node.bound <= best and "cannot beat" in node.reason
            if node.status is Status.SUPERSEDED:
                assert "rule of thumb" in node.reason
            seen.add(node.status)
    assert (Status.PRUNED_BOUND in seen) == (stop == "bound")


def test_stopping_when_as_many_finished_as_the_beam_is_wide_can_lose_the_best_output():
    worse = 0
    for seed in range(60):
        patient, hasty = (
            run(BeamSearch(width=3, length_norm="mean", stop=stop), RandomTable(3, seed)).best.rank_score
            for stop in ("never", "k_finished")
        )
        worse += hasty < patient - 1e-9
    assert worse > 0
