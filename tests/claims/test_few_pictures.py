"""The data-size curve: a verdict by its rule, a crossover only where curves cross, and pictures that no size learns from."""

import pytest

from core.claims.claim import Measured, Row
from core.claims.experiment import run
from core.claims.few_pictures import NETWORKS, SIZES, FewPictures, crossing, judged_on
from core.tasks.digit_pictures import DigitPictures


def table(leads: dict[int, float], seed: int = 0) -> list[Row]:
    """Rows in which convolutions are ahead by so much."""
    rows: list[Row] = []
    for size, lead in leads.items():
        for name, accuracy in zip(NETWORKS, (0.7 + lead, 0.7)):
            rows.append({"seed": seed, "pictures": size, "network": name, "accuracy": accuracy})
    return rows


@pytest.mark.parametrize(
    ("leads", "between"),
    [
        ({50: 0.1, 100: 0.05, 400: -0.02, 800: -0.03}, (100, 400)),
        ({50: 0.1, 100: -0.05, 400: 0.02, 800: -0.03}, (400, 800)),  # for good
        ({50: 0.1, 100: 0.05, 400: 0.02, 800: 0.01}, None),
        ({50: 0.1, 800: 0.0}, None),  # to touch is not to cross
        ({50: -0.1, 800: -0.2}, None),  # who was behind from the beginning does not cross
        ({50: 0.1, 400: -0.1, 800: 0.1}, None),
    ],
)
def test_a_crossover_is_said_only_where_the_mean_curves_cross_for_good(leads, between):
    assert crossing(table(leads)) == between
    opposite = table({size: -lead for size, lead in leads.items()}, seed=1)
    assert crossing([*table(leads), *opposite]) is None  # of two seeds the mean counts


def test_a_size_that_only_one_network_has_is_not_compared():
    assert crossing(table({50: 0.1, 400: -0.2})[:-1]) is None


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ([(0.05, 0.0), (0.06, 0.03)], "shown"),
        ([(0.05, 0.0), (0.05, 0.04)], "not shown"),
        ([(0.0, 0.05)], "contradicted"),
    ],
)
def test_the_lead_must_be_larger_with_few_pictures(found, verdict):
    assert FewPictures().verdict([Measured(effect, baseline) for effect, baseline in found]) == verdict


def test_both_are_measured_at_every_size_on_pictures_that_none_learns_from():
    task = DigitPictures()
    learned = {id(one) for one in task.some("train")[: max(SIZES)]}
    held = judged_on(task)
    assert len(held) == 597 and learned.isdisjoint(map(id, held))
    finding = run(FewPictures(), [0], 0.01)
    assert [(row["pictures"], row["network"]) for row in finding.rows] == [(s, n) for s in SIZES for n in NETWORKS]
    few = [float(row["accuracy"]) for row in finding.rows if row["pictures"] <= 200]
    assert finding.effect == pytest.approx(sum(few[::2]) / 3 - sum(few[1::2]) / 3)
