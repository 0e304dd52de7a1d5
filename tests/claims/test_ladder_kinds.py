"""The claim ladder_kinds: its rule over seeds, and a row for every kind and everything that is asked."""

import pytest

from core.claims.claim import Measured
from core.claims.experiment import run
from core.claims.ladder_kinds import LadderKinds
from core.runs.aligners import ALIGNERS


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ([(0.9, 0.0), (0.25, 0.0)], "shown"),
        ([(0.9, 0.0), (0.2, 0.0)], "not shown"),
        ([(0.0, 0.5), (0.1, 0.4)], "contradicted"),
    ],
)
def test_every_seed_must_show_it(found, verdict):
    assert LadderKinds().verdict([Measured(effect, baseline) for effect, baseline in found]) == verdict


def test_every_kind_is_asked_the_same_after_as_many_steps():
    finding = run(LadderKinds(), [2], budget=0.004)
    asked = ["as trained", "longer", "shorter", *(f"pairs ×{times}" for times in (1, 2, 3, 4))]
    assert {(row["attention"], row["asked"]) for row in finding.rows} == {(a, b) for a in ALIGNERS for b in asked}
    assert {row["steps"] for row in finding.rows} == {2} and len(finding.rows) == len(ALIGNERS) * len(asked)
    assert finding.verdict == "not shown"  # two steps teach nothing


@pytest.mark.slow
def test_it_shows():
    finding = run(LadderKinds(), [0])
    assert finding.verdict == "shown" and finding.effect > finding.baseline
