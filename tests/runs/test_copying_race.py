"""Decoders that copy beside one that cannot: equal batches, what each token is made of, and sources that cannot be copied from."""

import numpy as np
import pytest

from core.errors import InputError
from core.runs.copied import Copied
from core.runs.copying_race import COPY_TASKS, MOST, STEPS, WRITERS, CopyingRace, writer_config


@pytest.fixture(scope="module")
def raced() -> CopyingRace:
    one = CopyingRace("chat", 3, steps=2)
    one.go_on()
    return one


def test_all_have_the_same_examples_and_as_many_steps(raced):
    streams = [one.trainer.stream for one in raced.apprentices.values()]
    assert raced.done and {one.trainer.step for one in raced.apprentices.values()} == {2}
    assert all(stream.examples(2) == streams[0].examples(2) for stream in streams)
    assert all(len(one.losses) == 2 for one in raced.apprentices.values()) and list(raced.apprentices) == list(WRITERS)


@pytest.mark.parametrize("task", COPY_TASKS)
def test_coverage_is_all_that_tells_the_two_pointer_generators_apart(task):
    plain, covering = (writer_config(name, task, 5).to_dict() for name in ("pointer_generator", "coverage"))
    assert (plain["model"].pop("alignment"), covering["model"].pop("alignment")) == ("content", "coverage")
    assert (plain["training"].pop("coverage"), covering["training"].pop("coverage")) == (0.0, 1.0)
    assert plain == covering and plain["training"]["steps"] == STEPS


def test_every_token_has_its_row_and_the_rows_are_distributions(raced):
    source = raced.read("Hello, my name is Zorblax Quirin.")
    for name, one in raced.write(source).items():
        assert one.rows.shape == (len(one.written), len(source) + 1) and one.unseen == ("zorblax", "quirin")
        assert one.rows.sum(axis=1) == pytest.approx(1.0, abs=1e-5)
        assert (one.p_gen is None) == (name == "plain") and len(one.copied) == len(one.written)
        if one.p_gen is None:
            assert (one.copied == 0).all()
        else:
            assert ((one.p_gen > 0) & (one.p_gen < 1)).all() and ((one.copied >= 0) & (one.copied <= 1)).all()


def test_a_word_that_no_vocabulary_holds_is_wholly_copied():
    one = CopyingRace("chat", 1, steps=60, names=("pointer_generator",))
    one.go_on()
    said = one.write(one.read("do you know zorblax quirin ?"))["pointer_generator"]
    names = [at for at, token in enumerate(said.output) if token in said.unseen]
    assert names and said.copied[names] == pytest.approx(1.0, abs=1e-4)


def test_to_write_in_between_changes_no_training():
    quiet, watched = (CopyingRace("qa", 4, steps=3) for _ in range(2))
    quiet.go_on()
    while not watched.done:
        watched.advance()
        watched.write(watched.held_out[0].source)
    for name in quiet.apprentices:
        assert quiet.apprentices[name].losses == watched.apprentices[name].losses


def test_the_share_of_right_answers_is_of_unseen_sources(raced):
    assert set(raced.right()) == set(WRITERS) and raced.right()["plain"] == 0.0
    known = {*raced.task.vocabularies[0].tokens}
    assert all(set(example.source) - known for example in raced.held_out)


def test_what_is_written_more_often_than_it_stands_is_repeated():
    one = Copied(("x", "a", "y"), ("x", "x", "a", "a", "y"), True, ("x", "y"), None, np.ones((6, 4)) / 4, np.zeros(6))
    assert one.repeated == ("x",) and one.written[-1] == "<end>"


@pytest.mark.parametrize(
    ("text", "message"),
    [("  ", "nothing to copy from: the source is empty"), ("Zorblax Quirin", "every word of this source is unknown"),
     ("hello " * (MOST + 1), f"has {MOST + 1} words; at most {MOST}")],
)  # fmt: skip
def test_a_source_that_cannot_be_copied_from_is_refused_in_words(raced, text, message):
    with pytest.raises(InputError, match=message):
        raced.read(text)
