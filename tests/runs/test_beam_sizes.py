"""Sweeps over beam sizes: the curse is there on the shipped runs, and numbers are those of decoding by hand."""

import math
from itertools import pairwise

import pytest

import core
from core.data.batch import Example
from core.decoding.beam import BeamSearch
from core.decoding.exact import ExactSearch
from core.errors import InputError, MissingExtra
from core.runs.beam_sizes import Output, Sweep, SweepPoint, searches, sentences, sweep
from core.runs.beam_verdict import exact_of, proof_words, rows, to_csv, verdict

CURSED = ["demo/synonyms-transformer", "demo/synonyms-gru"]
WIDTHS = (1, 2, 4, 8, 32)


def swept(address: str, like: BeamSearch, *, widths=WIDTHS, n: int = 40, max_nodes: int = 0) -> list[SweepPoint]:
    trained = core.load(address)
    steps = sweep(trained, sentences(trained, n), searches(widths, like, max_nodes))
    return [one.point for one in steps if one.point is not None]


@pytest.fixture(scope="module", params=CURSED)
def cursed(request):
    return swept(request.param, BeamSearch())


@pytest.fixture(scope="module")
def proved():
    """With exact search; few sentences, since shapes are checked at each of its steps."""
    return swept("demo/synonyms-transformer", BeamSearch(), widths=(1, 64), n=8, max_nodes=2000)


def test_a_shipped_model_has_the_beam_search_curse(cursed):
    greedy, *_, eight, wide = cursed
    assert greedy.right >= 0.95 and greedy.empty == 0.0
    assert min(eight.empty, wide.empty) >= 0.8 and max(eight.right, wide.right) <= 0.2
    for narrow, wider in pairwise(cursed):
        assert narrow.logp <= wider.logp + 1e-6 and narrow.right >= wider.right and narrow.empty <= wider.empty
    assert wide.logp > greedy.logp + 2
    found = verdict(cursed)
    assert found.curse and found.words().startswith(
        "The beam-search curse: from beam 1 to beam 32 the mean Σ log p goes from"
    )


@pytest.mark.parametrize("address", CURSED)
def test_mean_normalization_lifts_the_curse(address):
    plain, normalized = swept(address, BeamSearch(length_norm="mean"), widths=(1, 8))
    assert normalized.right >= 0.95 and normalized.empty <= 0.05
    assert not verdict([plain, normalized]).curse


def test_a_model_without_rival_wordings_has_no_curse():
    found = verdict(swept("demo/reverse-transformer", BeamSearch(), widths=(1, 16), n=20))
    assert not found.curse and found.words().startswith("No beam-search curse up to beam 16")


def test_exact_search_proves_that_the_empty_output_is_the_models_best_and_no_beam_beats_it(proved):
    greedy, wide, exact = proved
    assert exact.proved == tuple(range(8)) and exact.empty >= 0.8
    for point in (greedy, wide):
        assert all(best.logp >= one.logp - 1e-4 for best, one in zip(exact.outputs, point.outputs))
    assert greedy.missed(exact) >= 0.8 and wide.missed(exact) == 0.0
    assert "proved 8 of 8" in proof_words(proved) and "beam 64 finds them all too" in proof_words(proved)


def test_without_enough_nodes_only_what_was_proved_is_compared():
    points = swept("demo/synonyms-transformer", BeamSearch(), widths=(1,), n=12, max_nodes=20)
    exact = exact_of(points)
    assert 0 < len(exact.proved) < 12
    alone, beside = exact.among(exact.proved), points[0].among(exact.proved)
    assert alone.n == len(exact.proved) and all(one.proved for one in alone.outputs)
    assert [one.example for one in beside.outputs] == [one.example for one in alone.outputs]
    assert rows(points)[-1]["proved"] == len(exact.proved) / 12
    assert rows(points)[0]["search_errors"] == points[0].missed(exact) == beside.missed(alone)


def test_a_sweep_decodes_as_one_source_alone():
    trained = core.load("demo/synonyms-transformer")
    (point,) = swept("demo/synonyms-transformer", BeamSearch(), widths=(4,), n=25)
    for one in point.outputs[::6]:
        alone = trained.search(trained.config.task.join(one.example.source), BeamSearch(width=4)).best
        assert tuple(trained.vocabularies[1].decode(alone.written(trained.model.end))) == one.tokens
        assert alone.logp == pytest.approx(one.logp, abs=1e-4)


def output(target: str, tokens: str, logp: float, proved: bool | None = None) -> Output:
    return Output(
        Example(("x",), tuple(target)), tuple(tokens), tuple(tokens.lower()), tuple(target.lower()),
        tokens.lower() == target.lower(), logp, logp, proved,
    )  # fmt: skip


def test_means_and_shares_worked_by_hand():
    point = SweepPoint(4, (output("ab", "AB", -1.0), output("ab", "", -2.0), output("abcd", "abcd", -3.0)), 1.0)
    assert (point.logp, point.right, point.exact_match, point.empty, point.length) == (-2.0, 2 / 3, 1 / 3, 1 / 3, 2.0)
    whole = SweepPoint(4, (output("abcde", "ABcde", -1.0),), 1.0)
    assert whole.bleu == pytest.approx(100.0) and whole.exact_match == 0.0
    assert math.isnan(point.among(()).logp) and math.isnan(point.missed(point))


def test_search_errors_are_counted_where_there_is_a_proof():
    beam = SweepPoint(2, (output("a", "a", -2.0), output("a", "a", -1.0), output("a", "a", -9.0)), 1.0)
    exact = SweepPoint(
        None, (output("a", "", -1.0, True), output("a", "a", -1.0, True), output("a", "", -3.0, False)), 1.0
    )
    assert beam.missed(exact) == 0.5


@pytest.mark.parametrize(("lost", "gained", "worse"), [(5, 0, True), (4, 0, False), (9, 1, True), (30, 20, False)])
def test_a_loss_counts_when_chance_does_not_explain_it(lost, gained, worse):
    """Two standard deviations of as many tosses of a coin as sentences changed: 2√5 < 5, 2√4 = 4, 2√10 < 8, 2√50 > 10."""
    before = [output("a", "a", -2.0)] * (lost + 100) + [output("a", "b", -2.0)] * gained
    after = [output("a", "b", -1.0)] * lost + [output("a", "a", -1.0)] * (gained + 100)
    found = verdict([SweepPoint(1, tuple(before), 0.0), SweepPoint(2, tuple(after), 0.0)])
    assert (found.lost, found.gained, found.worse, found.curse) == (lost, gained, worse, worse)


def test_fewer_right_outputs_without_better_scores_are_no_curse():
    before, after = (output("a", "a", -1.0),) * 9, (output("a", "b", -2.0),) * 9
    found = verdict([SweepPoint(1, before, 0.0), SweepPoint(2, after, 0.0)])
    assert found.worse and not found.curse and "not the curse" in found.words()


def test_a_sweep_goes_on_where_it_was_left_and_says_how_far_it_is():
    trained = core.load("demo/synonyms-gru")
    steps = list(sweep(trained, sentences(trained, 12), searches((2, 1, 2), BeamSearch(), 1)))
    assert [one.done for one in steps] == [10, 12, 22, 24, *range(25, 37)] and {one.total for one in steps} == {36}
    assert [one.point.name for one in steps if one.point] == ["beam 1", "beam 2", "exact"]
    one = Sweep(iter(steps))
    one.go_on(0.0)
    assert one.now is None and not one.done
    one.go_on(60.0)
    assert one.done and one.now == steps[-1] and [point.width for point in one.points] == [1, 2, None]


def test_what_has_failed_is_done_and_keeps_what_it_had():
    def failing():
        yield from sweep(trained, sentences(trained, 5), searches((1,), BeamSearch(), 0))
        raise InputError("gone")

    trained = core.load("demo/synonyms-gru")
    one = Sweep(failing())
    with pytest.raises(InputError, match="gone"):
        one.go_on(60.0)
    assert one.done and len(one.points) == 1
    one.go_on(60.0)


def test_settings_hold_for_every_search():
    beam, exact = searches([8], BeamSearch(width=3, length_norm="gnmt", length_penalty=0.6, stop="never"), 77)
    assert beam == BeamSearch(width=8, length_norm="gnmt", length_penalty=0.6, stop="never")
    assert exact == ExactSearch(length_norm="gnmt", length_penalty=0.6, max_nodes=77)


@pytest.mark.parametrize(("widths", "message"), [([], "no beam width"), ([0], "width=0 is out of range")])
def test_widths_that_cannot_be_are_named(widths, message):
    with pytest.raises(InputError, match=message):
        searches(widths, BeamSearch(), 0)


@pytest.mark.parametrize("n", [0, -3, 1001])
def test_numbers_of_sentences_that_cannot_be_are_named(n):
    with pytest.raises(InputError, match="choose from 1 to 1,000"):
        sentences(core.load("demo/synonyms-gru"), n)


def test_where_the_tasks_data_are_missing_the_examples_of_the_run_are_used(monkeypatch):
    trained = core.load("demo/synonyms-gru")

    def missing(*anything):
        raise MissingExtra("num2words", "numbers", "the task numbers")

    monkeypatch.setattr("core.runs.beam_sizes.held_out", missing)
    assert sentences(trained, 40) == list(trained.examples.test) and len(sentences(trained, 3)) == 3


def test_the_table_as_a_file_has_a_line_for_every_search(proved):
    lines = to_csv(proved).decode().splitlines()
    assert len(lines) == 1 + len(proved) and lines[0].split(",")[:5] == [
        "search",
        "width",
        "sentences",
        "logp",
        "right",
    ]
    assert lines[-1].startswith("exact,,8,") and to_csv([]).strip() == b"search"
