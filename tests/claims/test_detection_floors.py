"""Detectors against the same boxes on every picture: the verdict follows the rule, and the floor stands in the table."""

import pytest

from core.claims.claim import Measured
from core.claims.detection_floors import BloodCells, PlacedDigits
from core.claims.experiment import run
from core.claims.real_data import PLACE
from core.errors import MissingData
from tests.real_data import DATA, real


@pytest.mark.parametrize(
    ("claim", "found", "verdict"),
    [
        (BloodCells(), [(0.3, 0.02), (0.13, 0.02)], "shown"),
        (BloodCells(), [(0.3, 0.02), (0.11, 0.02)], "not shown"),  # with every seed
        (BloodCells(), [(0.01, 0.02), (0.0, 0.02)], "contradicted"),
        (PlacedDigits(), [(0.9, 0.01)], "shown"),
        (PlacedDigits(), [(0.5, 0.01)], "not shown"),
    ],
)
def test_a_detector_must_be_well_above_who_does_not_look_with_every_seed(claim, found, verdict):
    assert claim.verdict([Measured(effect, baseline) for effect, baseline in found]) == verdict


def test_the_floor_is_measured_on_the_same_photographs(monkeypatch):
    real("bccd-detection")
    monkeypatch.setenv(PLACE, str(DATA))
    finding = run(BloodCells(), [1], budget=0.002)
    floor, *looks = finding.rows
    assert floor["detector"] == "the same boxes everywhere" and floor["average precision"] == finding.baseline
    assert 0.005 < finding.baseline < 0.1  # some cells lie where cells usually lie
    assert looks[-1]["average precision"] == finding.effect and looks[-1]["steps"] == 5


def test_photographs_that_are_not_there_are_named(monkeypatch, tmp_path):
    monkeypatch.setenv(PLACE, str(tmp_path))
    with pytest.raises(MissingData, match=r"bccd-detection has none: put the files there and set ATTNLAB_DATA"):
        run(BloodCells(), [0])


@pytest.mark.slow
@pytest.mark.parametrize("claim", [PlacedDigits(), BloodCells()], ids=lambda claim: claim.name)
def test_it_shows_at_its_own_size(claim, monkeypatch):
    if claim.name == "blood_cells":
        real("bccd-detection")
    monkeypatch.setenv(PLACE, str(DATA))
    finding = run(claim, [0])
    assert finding.verdict == "shown", finding.rows
