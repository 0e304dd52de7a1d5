"""The doctor: each fault on its own hand case and on no other; faults put in by chance are found, and where they are."""

from collections.abc import Iterable, Iterator

import numpy as np
import pytest

from core.metrics.doctor import Finding, examine
from tests.adapters.written import soft
from tests.metrics.alignment_faults import ENDS, FAULTS, SEVERAL, Fault, faulty, rough, several

NEAR = 2  # places


def found(weights: np.ndarray) -> list[tuple[str, int, int, int]]:
    return [(one.kind, one.axis, one.first, one.last) for one in examine(weights)]


EYE = np.eye(10)
EVEN = np.full((4, 10), 0.1)
HAND = {
    "healthy": (np.repeat(EYE, 2, axis=0), []),
    "one stray output": (EYE[[0, 0, 1, 1, 8, 1, 2, 3, 4, 0, 4, 5, 6, 7, 8, 9]], []),
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


def away(fault: Fault, one: Finding) -> int:
    """How far apart the places of what was put in and what was found are."""
    return max(abs(fault.first - one.first), abs(fault.last - one.last))


def measured(cases: Iterable[tuple[np.ndarray, list[Fault]]]) -> tuple[float, int]:
    """F1 over all faults, and the worst distance of a place that was found; what is farther is wrong and missed."""
    right = wrong = missed = worst = 0
    for weights, faults in cases:
        left = list(faults)
        for one in examine(weights):
            alike = [fault for fault in left if (fault.kind, fault.axis) == (one.kind, one.axis)]
            match = min(alike, key=lambda fault: away(fault, one), default=None)
            if match is None or away(match, one) > NEAR:
                wrong += 1
                continue
            left.remove(match)
            right, worst = right + 1, max(worst, away(match, one))
        missed += len(left)
    return 2 * right / (2 * right + wrong + missed), worst


def single(seeds: range) -> Iterator[tuple[np.ndarray, list[Fault]]]:
    """One fault a map, or none."""
    return (faulty(kind, seed) for kind in FAULTS for seed in seeds)


def together(seeds: range) -> Iterator[tuple[np.ndarray, list[Fault]]]:
    """Two or three a map."""
    return map(several, seeds)


def roughened(cases: Iterable[tuple[np.ndarray, list[Fault]]]) -> Iterator[tuple[np.ndarray, list[Fault]]]:
    """The same with noise and strays."""
    for at, (weights, faults) in enumerate(cases):
        yield rough(weights, faults, np.random.default_rng([5, at])), faults


CASES = {
    "one a map": lambda seeds: single(seeds),
    "several a map": lambda seeds: together(range(3 * seeds.start, 3 * seeds.stop)),
    "one a noisy map": lambda seeds: roughened(single(seeds)),
    "several a noisy map": lambda seeds: roughened(together(range(3 * seeds.start, 3 * seeds.stop))),
}


@pytest.mark.parametrize("name", CASES)
def test_faults_put_in_by_chance_are_found_where_they_are(name):
    f1, worst = measured(CASES[name](range(60)))
    assert f1 >= 0.95 and worst <= NEAR, f1


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_faults_of_a_thousand_maps_of_each_kind_are_found_where_they_are(name):
    f1, worst = measured(CASES[name](range(1000, 2000)))
    assert f1 >= 0.95 and worst <= NEAR, f1


def test_maps_with_several_faults_have_several_of_every_kind():
    put_in = [[one.kind for one in several(seed)[1]] for seed in range(60)]
    assert {kind for kinds in put_in for kind in kinds} == {*SEVERAL, *ENDS} - {"none"}
    assert {len(kinds) for kinds in put_in} == {2, 3}


@pytest.mark.parametrize("sharp", [40, 80])
def test_a_healthy_map_whose_outputs_look_at_many_sources_with_noise_has_no_findings(sharp):
    assert found(soft(1000, 200, 1, sharp)) == []
