"""Kinds of attention beside each other: equal batches, what each says, and what the doctor and the ladder say of it."""

from dataclasses import replace

import numpy as np
import pytest

from core.errors import InputError
from core.runs.aligners import ALIGNERS, LONG, MOST, STEPS, TASK, AlignerRace, aligner_config, offered, syllables
from core.runs.spoken import Spoken, _examined, anecdote
from core.training.repeat_ladder import Rung


@pytest.fixture(scope="module")
def raced() -> AlignerRace:
    one = AlignerRace(tuple(ALIGNERS), 3, steps=2)
    one.go_on()
    return one


def test_all_have_the_same_batches_and_as_many_steps(raced):
    streams = [one.trainer.stream for one in raced.trainings.values()]
    assert raced.done and {one.trainer.step for one in raced.trainings.values()} == {2}
    assert all(stream.examples(2) == streams[0].examples(2) for stream in streams)
    assert all(len(one.losses) == 2 and one.losses[0] > 0 for one in raced.trainings.values())


def test_guidance_is_all_that_tells_the_two_transformers_apart():
    plain, guided = (aligner_config(name, 5).to_dict() for name in ("transformer", "guided"))
    assert plain["training"].pop("guidance") == 0.0 and guided["training"].pop("guidance") > 0.0
    assert plain == guided and plain["training"]["steps"] == STEPS


def test_to_speak_in_between_changes_no_training():
    quiet, watched = (AlignerRace(("monotonic", "transformer"), 4, steps=4) for _ in range(2))
    quiet.go_on()
    while not watched.done:
        watched.advance()
        watched.speak(("fa", "cai"))
        if watched.step == 2:
            watched.rungs()
    for name in quiet.trainings:
        assert quiet.trainings[name].losses == watched.trainings[name].losses


def test_a_map_has_a_row_for_every_frame_and_a_column_for_every_syllable(raced):
    source = ("fa", "cai", "x", "hao")
    for name, spoken in raced.speak(source).items():
        assert spoken.weights.shape == (len(spoken.output) + 1, 5) and spoken.source == source
        assert spoken.target == tuple("facaixhao") and spoken.symbols[-1] == "<end>"
        least, most = spoken.sums
        assert most <= 1.0001 and (least > 0.999 or name in ("monotonic", "mocha"))
        assert (spoken.frames[-1] == "<end>") == spoken.ended


def test_the_ladder_of_one_pair_and_of_all(raced):
    climbed = raced.ladders(("ni", "hao"))
    assert [one.source for one in climbed["location"]] == [("ni", "hao") * times for times in (1, 2, 3, 4)]
    rungs = raced.rungs()
    assert {rung.pairs for rung in rungs["content"]} == {132} and list(rungs) == list(ALIGNERS)
    assert raced.rungs()["content"] is rungs["content"]  # climbed once a step


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [(0.1, 0.8, "shown"), (0.9, 0.6, "reversed"), (0.5, 0.7, "not shown"), (0, 0, "not shown")],
)
def test_the_anecdote_is_shown_where_the_figures_show_it(first, last, shown):
    assert anecdote([Rung(1, 132, first, 1.0), Rung(2, 132, 0.5, 1.0), Rung(4, 132, last, 1.0)]) == shown


# ---------------------------------------------------------------- what is said of a map
def spoken(weights: np.ndarray, output: str, source: tuple[str, ...]) -> Spoken:
    target = tuple("".join(source))
    return Spoken(source, target, tuple(output), True, weights, "", 1.0, _examined(weights[:-1, :-1]), 0)


def test_right_is_to_the_last_frame_and_with_an_end():
    one = spoken(np.eye(3), "mm", ("m", "m"))
    assert one.right and one.told == ()
    assert not replace(one, ended=False).right and not replace(one, output=("m",)).right


def test_findings_name_frames_and_syllables():
    weights = np.zeros((6, 5))
    weights[[0, 1, 2, 3, 4, 5], [0, 1, 2, 0, 0, 4]] = 1.0
    one = spoken(weights, "msrmm", ("m", "s", "r", "x"))
    assert one.told == ("repeat, frames 4 to 5 (m m)", "skip, syllable 4 (x)")


def test_frames_that_look_nowhere_do_not_move_the_places():
    weights = np.zeros((7, 5))
    weights[[0, 1, 3, 4, 5], [0, 1, 2, 0, 0]] = 1.0  # frame 3 looks at nothing
    assert spoken(weights, "msmrmm", ("m", "s", "r", "x")).told[0] == "repeat, frames 5 to 6 (m m)"
    nowhere = spoken(np.zeros((2, 3)), "m", ("m", "s"))
    assert nowhere.told == ("premature end, syllables 1 to 2 (m s)",)


# ---------------------------------------------------------------- what is typed
def test_what_is_offered_can_be_said_and_long_is_longer():
    for example in offered().values():
        assert syllables(TASK.join(example.source)) == example.source
    assert len(offered()["longer than trained"].source) >= LONG.shortest > TASK.longest


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "is empty; type syllables"), ("fa zhu xyz", "no syllables: zhu xyz; type some of: fa cai"),
     ("fa " * (MOST + 1), f"has {MOST + 1} syllables; at most {MOST}")],
)  # fmt: skip
def test_what_cannot_be_said_is_refused_in_words(text, message):
    with pytest.raises(InputError, match=message):
        syllables(text)
