"""Claims about writing all at once: verdicts follow their rules, and what is mixed is counted by hand."""

import pytest

from core.claims.claim import Measured
from core.claims.distillation import Distilled
from core.claims.mask_predict import Remasked
from core.claims.multimodality import Multimodality
from core.claims.phrasing import scored
from core.data.batch import Example
from core.tasks.phrases import Phrases


def mixing(left: float, at_once: float, mixed: float = 0.9, peak: float = 0.3, control: float = 1.0) -> Measured:
    rows = (
        {"outputs right": left, "wrong ones mixed": None, "second peak": None},
        {"outputs right": at_once, "wrong ones mixed": mixed, "second peak": peak},
        {"outputs right": control, "wrong ones mixed": None, "second peak": None},
    )
    return Measured(at_once, left, rows)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ([mixing(1.0, 0.1), mixing(0.9, 0.6)], "shown"),
        ([mixing(1.0, 0.1), mixing(0.9, 0.61)], "not shown"),
        ([mixing(1.0, 0.1, mixed=0.79)], "not shown"),  # wrong, but not by mixing
        ([mixing(1.0, 0.1, peak=0.19)], "not shown"),  # mixed, but not because two were as good
        ([mixing(1.0, 0.1, control=0.89)], "not shown"),  # it cannot even write single words
        ([mixing(0.1, 0.2)], "contradicted"),
    ],
)
def test_mixing_is_shown_where_every_part_of_the_rule_holds(found, verdict):
    assert Multimodality().verdict(found) == verdict


@pytest.mark.parametrize(
    ("effect", "baseline", "verdict"), [(0.5, 0.2, "shown"), (0.49, 0.2, "not shown"), (0.1, 0.2, "contradicted")]
)
def test_distillation_and_passes_must_be_ahead_by_three_tenths(effect, baseline, verdict):
    assert Remasked().verdict([Measured(effect, baseline)]) == verdict
    assert Distilled().verdict([Measured(effect, baseline, ({"outputs right": 0.9},))]) == verdict


def test_a_pupil_that_is_better_than_its_teacher_has_not_learned_from_it_alone():
    assert Distilled().verdict([Measured(0.9, 0.1, ({"outputs right": 0.8},))]) == "not shown"


def test_phrases_are_counted_right_wrong_and_mixed():
    task = Phrases()
    example = Example(("thanks", "never"), ("ich", "danke", "dir", "nie", "im", "Leben"))
    written = ["vielen herzlichen Dank zu im Leben", "vielen danke Dank nie im", "ich danke dir nie im Leben"]
    row = scored("way", task, [example] * 3, [one.split() for one in written])
    # wrong: "zu im Leben" (mixed), "vielen danke Dank" (mixed), "nie im" (too short to be anything)
    assert row["phrases right"] == pytest.approx(0.5) and row["outputs right"] == pytest.approx(1 / 3)
    assert row["wrong ones mixed"] == pytest.approx(2 / 3)
