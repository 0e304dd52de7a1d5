"""Searches beside each other on shipped models: what each found, and the truth about it."""

import dataclasses

import pytest

from core.decoding.beam import BeamSearch
from core.decoding.greedy import GreedySearch
from core.metrics.search_error import Tag
from core.runs.catalog import SEARCHES
from core.runs.comparison import compare, judged, measure, run_search, score_rows
from core.runs.trained import load

TWO_DATES = "jeu. 17 août 201710. Januar 2085"  # no date at all: the model hesitates, and greedy search goes astray
UNENDING = "nphdkmsfaagilwvpqxsxao"  # longer than what the model was trained on: it finds no end


def tags(trained, source, search):
    return [one.tags for one in judged(run_search(trained, source, search), measure(trained, source, longest=1000))]


def test_greedy_makes_a_search_error_where_a_beam_finds_the_best_of_the_model():
    model = load("demo/dates-gru")
    assert tags(model, TWO_DATES, GreedySearch()) == [(Tag.SEARCH_ERROR,)]
    beam = tags(model, TWO_DATES, BeamSearch(width=4))
    assert beam[0] == (Tag.BEST,) and set(beam[1:]) == {(Tag.RUNNER_UP,)}


def test_a_wrong_reading_that_the_model_prefers_is_its_own_error_and_the_price_is_told():
    model = load("demo/pinyin-gru")
    by = measure(model, "鼓乐", longest=1000)
    assert by.proved and by.optimum.right is False and by.reference.right
    (greedy,) = judged(run_search(model, "鼓乐", GreedySearch()), by)
    assert greedy.tags == (Tag.BEST, Tag.MODEL_ERROR)
    right = next(one for one in run_search(model, "鼓乐", BeamSearch()).outcomes if one.exact)
    assert by.reference.logp == pytest.approx(right.sentence.logp, abs=1e-4)  # teacher forcing, and as a beam found it
    assert greedy.preferred == pytest.approx(by.optimum.logp - right.sentence.logp, abs=1e-4)


def test_a_proof_that_needs_more_nodes_than_allowed_tags_nothing():
    model = load("demo/dates-gru")
    by = measure(model, TWO_DATES, longest=1000, nodes=3)
    assert not by.proved and by.optimum is None and by.output
    assert [one.tags for one in judged(run_search(model, TWO_DATES, GreedySearch()), by)] == [()]


def test_what_never_ended_is_shown_but_not_judged():
    model = load("demo/reverse-gru")
    found = run_search(model, UNENDING, GreedySearch())
    assert not found.outcomes[0].sentence.ended and found.outcomes[0].exact is False
    by = measure(model, UNENDING, longest=1000)
    assert by.proved and judged(found, by)[0].tags == ()


def test_a_length_limit_holds_for_the_yardstick_as_well():
    model = load("demo/pinyin-gru")
    by = measure(model, "文化生活", longest=3)
    assert by.proved and len(by.optimum.tokens) <= 3 and by.optimum.right is False
    assert len(by.reference.tokens) == 5  # the reference is scored all the same


@pytest.mark.parametrize("name", SEARCHES)
def test_scores_taken_apart_add_up_in_the_figures_shown(name):
    model = load("demo/dates-gru")
    known = {field.name for field in dataclasses.fields(SEARCHES[name])}
    wild = {
        "length_norm": "gnmt",
        "coverage": "gnmt",
        "repetition_penalty": 1.3,
        "draws": 5,
        "groups": 2,
        "diversity": 0.7,
        "max_nodes": 60,
    }
    search = SEARCHES[name](**{setting: value for setting, value in wild.items() if setting in known})
    found = compare(model, TWO_DATES, [GreedySearch(), search])
    parts = {part for one in found for outcome in one.outcomes for part in outcome.parts}
    rows = score_rows(found)
    assert len(rows) == sum(len(one.outcomes) for one in found) and rows[0]["search"] == 0
    for row in rows:
        terms = [row[part] for part in parts if row[part] is not None]
        assert row["logp"] + sum(terms) == pytest.approx(row["rank_score"], abs=1e-9)
    for outcome in found[1].outcomes:
        assert outcome.sentence.logp + sum(outcome.parts.values()) == pytest.approx(outcome.rank_score, abs=1e-9)


def test_the_terms_of_a_score_are_named_by_what_was_asked_for():
    model = load("demo/dates-gru")
    found = run_search(model, TWO_DATES, BeamSearch(length_norm="mean", coverage="gnmt", repetition_penalty=1.2))
    assert set(found.outcomes[0].parts) == {"repetition", "length", "coverage"}


def test_one_search_twice_with_other_settings_stays_apart():
    model = load("demo/dates-gru")
    two, twenty = compare(model, TWO_DATES, [BeamSearch(width=2), BeamSearch(width=20)])
    assert (two.search.width, twenty.search.width) == (2, 20)
    assert len(two.outcomes) <= 2 < len(twenty.outcomes) and two.tree is not twenty.tree
