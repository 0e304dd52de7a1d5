"""Sets of labels written one label after the other beside sigmoids: equal texts, reasons to stop, and one label as a special case."""

import pytest
import torch

from core.errors import InputError
from core.runs.label_race import MOST, SIGMOIDS, WRITERS, Judge, LabelRace, writer_config
from core.tasks.annotated_themes import consistent
from core.tasks.multi_label import MultiLabel


@pytest.fixture(scope="module")
def raced() -> LabelRace:
    """Far enough that a set is consistent."""
    one = LabelRace(MultiLabel(), 3, steps=80)
    one.go_on()
    return one


def test_all_see_the_same_texts_and_the_sigmoids_begin_with_the_decoders_encoder():
    one = LabelRace(MultiLabel(), 5, steps=2, names=tuple(WRITERS))
    streams = [writer.trainer.stream for writer in one.writers.values()]
    texts = [[example.source for example in stream.examples(2)] for stream in streams]
    assert texts[0] == texts[1] == texts[2]
    encoder = one.writers["fixed"].trainer.model.encoder.state_dict()
    assert all(torch.equal(value, encoder[name]) for name, value in one.judge.network.encoder.state_dict().items())
    one.go_on()
    assert one.done and {len(writer.losses) for writer in one.writers.values()} == {2} == {len(one.judge.losses)}


def test_labels_agree_with_each_other_when_they_are_written_and_not_when_each_is_judged_alone(raced):
    scores = raced.scores()
    assert scores["fixed"]["consistent"] > 0.9 and scores[SIGMOIDS]["consistent"] < 0.6
    assert scores["fixed"]["subset accuracy"] > scores[SIGMOIDS]["subset accuracy"] + 0.1


def test_a_set_comes_with_where_each_label_looked_and_why_it_stopped(raced):
    source = raced.read("We saw rain and snow, then had bread, and the choir had our last song")
    one = raced.write(source)["fixed"]
    assert one.source == source and one.written[-1] == "<end>" and consistent(one.output) and len(one.output) > 1
    assert one.rows.shape == (len(one.written), len(source) + 1) and one.rows.sum(1) == pytest.approx(1.0, abs=1e-5)
    assert one.probabilities[-1] == one.ends[-1] and one.ends[-1] > max(one.ends[:-1])
    judged = raced.judged(source)
    assert set(judged) == set(raced.task.labels) and all(0 <= value <= 1 for value in judged.values())


def test_looking_in_between_changes_no_training():
    quiet, watched = (LabelRace(MultiLabel(), 4, steps=3) for _ in range(2))
    quiet.go_on()
    while not watched.done:
        watched.advance()
        watched.write(watched.held_out[0].source)
        watched.judged(watched.held_out[0].source)
    assert (
        quiet.writers["fixed"].losses == watched.writers["fixed"].losses and quiet.judge.losses == watched.judge.losses
    )


def test_where_each_text_has_one_label_the_decoder_writes_one_and_agrees_with_a_softmax_classifier():
    task = MultiLabel(annotators=1, fewest=1, most=1)
    race = LabelRace(task, 0, steps=110)
    classifier = Judge(writer_config(task, "fixed", 0, 110), single=True)
    stream = race.writers["fixed"].trainer.stream
    while not race.done:
        classifier.advance(stream.batch(race.step + 1))
        race.advance()
    written = race.sets()["fixed"]
    chosen = classifier.chosen([one.source for one in race.held_out])
    assert {len(one) for one in written} == {1}
    assert sum(one == other for one, other in zip(written, chosen)) / len(written) >= 0.98
    assert sum(one == example.target for one, example in zip(chosen, race.held_out)) / len(chosen) > 0.9


@pytest.mark.parametrize(
    ("text", "message"),
    [("  ", "nothing to label: the text is empty"), ("Zorblax Quirin", "every word of this text is unknown"),
     ("rain " * (MOST + 1), f"has {MOST + 1} tokens; at most {MOST}")],
)  # fmt: skip
def test_a_text_that_cannot_be_labelled_is_refused_in_words(raced, text, message):
    with pytest.raises(InputError, match=message):
        raced.read(text)
