"""Rewards: the verdict follows the rule, and what a short experiment measures is all there."""

import pytest

from core.claims.bleu_reward import BleuReward
from core.claims.claim import Measured
from core.runs.reward_pair import CROSS_ENTROPY


def found(baseline: float, self_critical: float, minimum_risk: float) -> Measured:
    rows = tuple(
        {"training": name, "expected BLEU": value}
        for name, value in ((CROSS_ENTROPY, baseline), ("self_critical", self_critical), ("minimum_risk", minimum_risk))
    )
    return Measured(self_critical, baseline, rows)


@pytest.mark.parametrize(
    ("seeds", "verdict"),
    [
        ([found(0.5, 0.9, 0.9), found(0.5, 0.56, 0.6)], "shown"),
        ([found(0.5, 0.9, 0.9), found(0.5, 0.9, 0.54)], "not shown"),  # both, with every seed
        ([found(0.5, 0.4, 0.4), found(0.5, 0.4, 0.51)], "not shown"),
        ([found(0.5, 0.4, 0.4), found(0.5, 0.49, 0.3)], "contradicted"),
    ],
)
def test_both_rewarded_trainings_must_end_clearly_above_more_cross_entropy(seeds, verdict):
    assert BleuReward().verdict(seeds) == verdict


def test_a_short_experiment_measures_every_training_from_the_same_weights():
    measuring, shares = BleuReward().measure(0, budget=0.02), []
    while True:
        try:
            shares.append(next(measuring).share)
        except StopIteration as end:
            measured: Measured = end.value
            break
    assert shares == sorted(shares)
    assert [row["training"] for row in measured.rows] == ["before", CROSS_ENTROPY, "self_critical", "minimum_risk"]
    assert len({row["cross-entropy"] for row in measured.rows}) == 4
    assert all(0.0 <= row["expected BLEU"] <= 1.0 for row in measured.rows)
    assert (measured.effect, measured.baseline) == (
        measured.rows[2]["expected BLEU"],
        measured.rows[1]["expected BLEU"],
    )
