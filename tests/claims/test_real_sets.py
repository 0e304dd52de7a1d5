"""What is known without learning, by hand; and the rules of the claims on real sets of vectors."""

import pytest
import torch

from core.claims.claim import Measured
from core.claims.nearest import nearest_right, spread_right
from core.claims.real_sets import Citations, Handwritten, SpokenDigits
from core.data.graphs import both_ways
from core.data.vector_sets import SetExample


def one(label: int, *values: float) -> SetExample:
    return SetExample(("a",), torch.tensor([values]), torch.tensor(label))


def test_the_nearest_has_the_label():
    train, test = [one(0, 0.0, 0.0), one(1, 4.0, 0.0)], [one(0, 1.0, 1.0), one(1, 3.0, 1.0), one(0, 3.0, 0.0)]
    assert nearest_right([x.content for x in train], train, [x.content for x in test], test) == pytest.approx(2 / 3)


def test_labels_spread_to_who_is_nearer_and_not_to_who_is_apart():
    # 0 – 1 – 2 – 3 – 4, 0 and 4 are known; 5 alone hears nothing and falls to the first label
    edges = both_ways(torch.tensor([[0, 1, 2, 3], [1, 2, 3, 4]]), 6)
    known = torch.tensor([0, -100, -100, -100, 1, -100])
    assert spread_right(edges, known, torch.tensor([-100, 0, -100, 1, -100, -100]), 2) == 1.0
    assert spread_right(edges, known, torch.tensor([-100, 1, -100, 1, -100, 1]), 2) == pytest.approx(1 / 3)


def measured(effect: float, baseline: float, *accuracies: float) -> Measured:
    return Measured(effect, baseline, tuple({"model": "m", "accuracy": value, "asked": 9} for value in accuracies))


@pytest.mark.parametrize(
    ("claim", "found", "verdict"),
    [
        (SpokenDigits(), measured(0.9, 0.85, 0.85, 0.9), "shown"),
        (SpokenDigits(), measured(0.86, 0.85, 0.85, 0.86), "not shown"),
        (SpokenDigits(), measured(0.8, 0.85, 0.85, 0.8), "contradicted"),
        (Handwritten(), measured(0.95, 0.87, 0.92, 0.95, 0.87), "shown"),
        (Handwritten(), measured(0.91, 0.87, 0.92, 0.91, 0.87), "not shown"),  # the nearest picture is better
        (Citations(), measured(0.79, 0.7, 0.7, 0.79, 0.8, 0.5), "shown"),
        (Citations(), measured(0.79, 0.7, 0.7, 0.79, 0.8, 0.8), "not shown"),  # each paper alone is better
        (Citations(), measured(0.6, 0.7, 0.7, 0.6, 0.6, 0.5), "contradicted"),
    ],
)
def test_a_verdict_is_by_the_rule(claim, found, verdict):
    assert claim.verdict([found]) == verdict
