"""Matching against assignment in order: the verdict follows the rule, and it shows with a seed at fewer steps."""

import pytest

from core.claims.claim import Measured
from core.claims.detection import Detection
from core.claims.experiment import run


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ([(0.9, 0.3), (0.85, 0.44)], "shown"),
        ([(0.9, 0.3), (0.84, 0.2)], "not shown"),  # with every seed
        ([(0.95, 0.6)], "not shown"),  # ahead by too little
        ([(0.3, 0.4), (0.2, 0.5)], "contradicted"),
    ],
)
def test_matching_must_find_most_and_be_well_ahead_with_every_seed(found, verdict):
    assert Detection().verdict([Measured(effect, baseline) for effect, baseline in found]) == verdict


@pytest.mark.slow
def test_it_shows_at_its_own_size():
    finding = run(Detection(), [0])
    assert finding.verdict == "shown", finding.rows[-2:]
