"""The doctor: each fault on its own hand case and on no other; faults put in by chance are found, and where they are."""

import numpy as np
import pytest

from core.metrics.doctor import examine
from tests.metrics.alignment_faults import FAULTS, faulty

NEAR = 2  # places


def found(weights: np.ndarray) -> list[tuple[str, int, int, int]]:
    return [(one.kind, one.axis, one.first, one.last) for one in examine(weights)]


EYE = np.eye(10)
EVEN = np.full((4, 10), 0.1)
HAND = {
    "healthy": (np.repeat(EYE, 2, axis=0), []),
    "one wobble": (EYE[[0, 1, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9]], []),
    "skip": (EYE[[0, 1, 2, 3, 6, 7, 8, 9]], [("skip", 1, 4, 5)]),
    "a skipped beginning": (EYE[2:], [("skip", 1, 0, 1)]),
    "repeat": (EYE[[0, 1, 2, 3, 4, 2, 3, 4, 5, 6, 7, 8, 9]], [("repeat", 0, 5, 7)]),
    "stuck": (EYE[[0, 1, 2, 3, 3, 3, 3, 3, 3, 3, 4, 5, 6, 7, 8, 9]], [("stuck", 0, 3, 9)]),
    "run-on": (EYE[[*range(10), *[9] * 7]], [("run-on", 0, 9, 16)]),
    "collapse": (np.concatenate([EYE[:5], EVEN, EYE[5:]]), [("collapse", 0, 5, 8)]),
    "reversal": (EYE[::-1], [("reversal", 0, 0, 9)]),
    "reversal in the middle": (EYE[[0, 1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 7, 8, 9]], [("reversal", 0, 8, 10)]),
    "premature end": (EYE[:6], [("premature end", 1, 6, 9)]),
    "all lost": (np.full((6, 10), 0.1), [("collapse", 0, 0, 5)]),
    "fewer outputs than sources": (np.eye(40)[2::4], []),
    "one source": (np.ones((5, 1)), []),
    "one output": (np.array([[1.0, 0.0]]), [("skip", 1, 1, 1)]),
}


@pytest.mark.parametrize("name", HAND)
def test_every_fault_is_named_on_its_own_case_and_on_no_other(name):
    weights, expected = HAND[name]
    assert found(weights) == expected


def test_two_faults_are_two_findings():
    weights = EYE[[0, 1, 4, 5, 6, 5, 4, 5, 6, 7, 8, 9]]
    assert [one[0] for one in found(weights)] == ["repeat", "skip"]


def test_rows_are_judged_by_where_they_look_and_padding_without_weight_is_nothing():
    weights, expected = HAND["skip"]
    assert found(weights * np.linspace(0.1, 2, len(weights))[:, None]) == expected
    assert found(np.pad(weights, ((0, 5), (0, 0)))) == expected


def measured(seeds: range) -> tuple[float, int]:
    """F1 over all faults, one a map, and the worst distance of a place that was found."""
    right = wrong = missed = worst = 0
    for kind in FAULTS:
        for seed in seeds:
            weights, faults = faulty(kind, seed)
            findings = examine(weights)
            left = list(faults)
            for one in findings:
                match = next((f for f in left if (f.kind, f.axis) == (one.kind, one.axis)), None)
                away = max(abs(match.first - one.first), abs(match.last - one.last)) if match else NEAR + 1
                if match is None or away > NEAR:
                    wrong += 1
                    continue
                left.remove(match)
                right, worst = right + 1, max(worst, away)
            missed += len(left)
    return 2 * right / (2 * right + wrong + missed), worst


def test_faults_put_in_by_chance_are_found_where_they_are():
    f1, worst = measured(range(60))
    assert f1 >= 0.95 and worst <= NEAR, f1


@pytest.mark.slow
def test_faults_of_a_thousand_maps_of_each_kind_are_found_where_they_are():
    f1, worst = measured(range(1000, 2000))
    assert f1 >= 0.95 and worst <= NEAR, f1
