"""Question answering: the verdict follows its rule; an experiment of a few steps asks all three."""

import pytest

from core.claims.claim import Measured
from core.claims.experiment import Experiment
from core.claims.question_answering import Questions


def found(pointer: float, copies: float, last: float = 0.9) -> Measured:
    row = {"network": "seq2seq that copies", "step": 600, "exact": last}
    return Measured(pointer, copies, (row,))


@pytest.mark.parametrize(("others", "verdict"), [
    ([found(0.7, 0.6)], "shown"),
    ([found(0.7, 0.6), found(0.62, 0.6)], "not shown"),  # by less than the margin
    ([found(0.7, 0.6, last=0.4)], "not shown"),  # who never learned to answer is no rival
    ([found(0.5, 0.6), found(0.59, 0.6)], "contradicted"),
    ([found(0.5, 0.6), found(0.6, 0.6)], "not shown"),
])  # fmt: skip
def test_every_seed_must_show_that_a_pointer_answers_more(others, verdict):
    assert Questions().verdict(others) == verdict


def test_three_are_asked_the_same_questions():
    experiment = Experiment(Questions(), [1], budget=0.001)
    experiment.go_on()
    rows = experiment.finding.rows
    assert [row["network"] for row in rows] == ["seq2seq", "seq2seq that copies", "span pointer"]
    assert [row["step"] for row in rows] == [1, 1, 1]
    assert (experiment.finding.effect, experiment.finding.baseline) == (rows[2]["exact"], rows[1]["exact"])
