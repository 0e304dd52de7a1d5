"""A sentence parsed by a run: what is right of it is what a count by hand says, and every token's row is the step that wrote it."""

import numpy as np
import pytest

from core.data.batch import Example, collate
from core.data.tree_tokens import read_linear
from core.decoding.beam import BeamSearch
from core.decoding.greedy import GreedySearch
from core.errors import InputError
from core.recording.recorder import Recorder
from core.runs.parsed import found_in, gold_of, parse
from core.runs.trained import TrainedModel, load
from core.tasks.task import held_out

SENTENCE = "The boy saw the dog of the man with a hat."
LONG = "anna said that a teacher without the king thought that the red girl found anna in a hat"  # longer than any in training


@pytest.fixture(scope="module")
def trained() -> TrainedModel:
    return load("demo/parse-transformer")


def test_a_held_out_sentence_is_parsed_right_in_every_way(trained):
    for search in (GreedySearch(), GreedySearch(form="tree"), BeamSearch(), BeamSearch(form="tree")):
        found = parse(trained, SENTENCE, search)
        assert found.exact and found.fault == "" and found.score is not None and found.score.f1 == 1.0
        assert found.right == (True,) * len(found.reading.constituents)
        assert [(one.label, one.first, one.last) for one in found.reading.constituents if one.label == "PP"] == [
            ("PP", 5, 7), ("PP", 8, 10),
        ]  # fmt: skip


def test_trees_only_is_never_worse_than_a_broken_tree(trained):
    free, only = (parse(trained, LONG, GreedySearch(form=form)) for form in ("any", "tree"))
    assert only.reading.well_formed and only.fault == "" and only.score is not None and only.score.f1 > 0.3
    assert not free.reading.well_formed and free.fault and free.score is not None and free.score.f1 == 0.0
    assert free.right is not None and len(free.right) == len(free.reading.constituents)


def test_rows_are_those_of_the_steps_that_wrote_the_tokens(trained):
    found = parse(trained, SENTENCE, GreedySearch())
    site = found.matrices[-1].site.name
    with Recorder(trained.model, site) as recorder:
        trained.model(collate([Example(found.words, found.tokens)], *trained.vocabularies))
    taught = recorder.tensor(site)[0].numpy()
    assert found.matrices[-1].queries == (*found.tokens, "<end>") and found.matrices[-1].keys == (*found.words, "<end>")
    np.testing.assert_allclose(found.rows(site, 1), taught[1], atol=1e-6)
    np.testing.assert_allclose(found.rows(site, -1), taught.mean(axis=0), atol=1e-6)


def test_what_is_not_of_the_grammar_has_no_right_tree(trained):
    found = parse(trained, "the the the", GreedySearch(form="tree"))
    assert (found.gold, found.score, found.right, found.exact) == (None, None, None, None)
    assert found.reading.well_formed and gold_of(trained, "the the the") is None


def test_a_constituent_is_found_as_often_as_it_stands_there():
    one = read_linear(["(S", "(NP", "(NP", "XX", ")NP", ")NP", ")S"], ["a"]).constituents
    other = read_linear(["(S", "(NP", "XX", ")NP", ")S"], ["a"]).constituents
    assert found_in(one, other) == (True, True, False) and found_in(other, one) == (True, True)


@pytest.mark.parametrize(("run", "source", "search", "says"), [
    ("demo/reverse-transformer", "abc", GreedySearch(), "demo/reverse-transformer writes no trees"),
    ("demo/parse-transformer", " ", GreedySearch(), "the source is empty"),
    ("demo/parse-transformer", "the " * 200, GreedySearch(form="tree"), "no tree over 200 words fits into 128 tokens"),
    ("demo/parse-transformer", "the dog slept", GreedySearch(form="tree", max_length=5), "no tree over 3 words fits into 5 tokens"),
])  # fmt: skip
def test_what_cannot_be_parsed_is_said(run, source, search, says):
    with pytest.raises(InputError, match=says):
        parse(load(run), source, search)


def test_trees_cannot_be_asked_of_another_task():
    with pytest.raises(InputError, match="form=tree needs a run that writes trees"):
        load("demo/reverse-transformer").output("abc", GreedySearch(form="tree"))


def test_an_evaluation_of_the_run_says_how_many_are_trees_and_the_restraint_makes_all_of_them_so(trained):
    found = trained.evaluate("test", GreedySearch(form="tree"), n=40).measures
    assert found is not None and found["well-formed"] == 1.0 and found["bracket F1"] > 0.9
    assert len(held_out(trained.config.task, "test", 40)) == 40
