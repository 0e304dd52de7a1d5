"""Guided attention: the verdict follows the rule, and what is not aligned by the end counts as aligned there."""

import pytest

from core.claims.claim import Measured
from core.claims.guided import GuidedSooner
from core.runs.guided_pair import GUIDED, PLAIN


def found(gru: tuple[int, int], transformer: tuple[int, int], reversal: tuple[float, float]) -> Measured:
    """Steps without and with guidance of two models, held-out losses of reversal."""
    rows = [
        {"task": task, "model": model, "training": name, "counted": value, "held-out loss": value}
        for task, model, pair in (
            ("speech_like", "recurrent", gru),
            ("speech_like", "transformer", transformer),
            ("reverse", "recurrent", reversal),
        )
        for name, value in zip((PLAIN, GUIDED), pair)
    ]
    return Measured(gru[1], gru[0], tuple(rows))


GOOD = found((200, 100), (300, 50), (0.1, 2.0))


@pytest.mark.parametrize(
    ("others", "verdict"),
    [
        ([], "shown"),
        ([found((200, 101), (300, 50), (0.1, 2.0))], "shown"),  # one of ten may fail
        ([found((200, 101), (300, 50), (0.1, 2.0))] * 2, "not shown"),
        ([found((200, 100), (300, 151), (0.1, 2.0))] * 2, "not shown"),  # either model
        ([found((200, 100), (300, 50), (2.0, 2.0))], "not shown"),  # guidance that does not hurt reversal
    ],
)
def test_nine_of_ten_seeds_must_halve_the_steps_of_both_models_and_all_be_hurt_on_reversal(others, verdict):
    assert GuidedSooner().verdict([GOOD] * (10 - len(others)) + others) == verdict


def test_fewer_than_ten_seeds_cannot_show_it():
    assert GuidedSooner().verdict([GOOD] * 9) == "not shown"


def test_it_is_contradicted_where_guidance_is_later_with_every_seed():
    later = found((100, 101), (100, 101), (0.1, 2.0))
    assert GuidedSooner().verdict([later, later]) == "contradicted"
    assert GuidedSooner().verdict([later, GOOD]) == "not shown"


def test_what_never_aligns_counts_as_aligned_at_the_last_step():
    measuring = GuidedSooner().measure(0, budget=0.005)
    while True:
        try:
            next(measuring)
        except StopIteration as end:
            measured: Measured = end.value
            break
    assert [row["steps until aligned"] for row in measured.rows] == [None] * 6
    assert [row["counted"] for row in measured.rows] == [2] * 6 and (measured.effect, measured.baseline) == (2, 2)
