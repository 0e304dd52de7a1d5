"""The claim about 发财: its verdict follows its rule, and its table has every speaker and every rung."""

import pytest

from core.claims.claim import Measured
from core.claims.experiment import run
from core.claims.ladder import SPEAKERS, SpokenLadder
from core.training.spoken_ladder import RUNGS


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ([(0.9, 0.1)], "shown"),
        ([(0.9, 0.1), (0.9, 0.8)], "not shown"),
        ([(0.4, 0.0)], "not shown"),
        ([(0.5, 0.5)], "contradicted"),
    ],
)
def test_its_verdict_follows_its_rule(found, verdict):
    assert SpokenLadder().verdict([Measured(*one) for one in found]) == verdict


def test_every_speaker_climbs_every_rung():
    finding = run(SpokenLadder(), [0], 0.002)
    climbed = [(row["speaker"], row["times"]) for row in finding.rows]
    assert climbed == [(speaker, times) for speaker in SPEAKERS for times in RUNGS]
    of_the_first = [row["right"] for row in finding.rows[:4]]
    assert (finding.effect, finding.baseline) == (of_the_first[3], of_the_first[0])
    assert all(0 <= row[name] <= 1 for row in finding.rows for name in ("right", "counted", "ended"))
    assert all(row["length"] > 0 and row["distance"] > 0 for row in finding.rows)
