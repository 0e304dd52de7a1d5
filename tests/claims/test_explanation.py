"""The claim about explanations: its rule by hand, and a short run on the shipped models."""

import pytest

from core.claims.claim import Measured
from core.claims.experiment import run
from core.claims.explanation import RUNS, Explanation


def found(gain, error):
    return Measured(1.0 + gain, 1.0, ({"run": RUNS[0], "gain": gain, "error": error},))


@pytest.mark.parametrize(
    ("gains", "verdict"),
    [
        ([(1.0, 0.2)], "shown"), ([(1.0, 0.2), (0.5, 0.4)], "not shown"), ([(0.1, 0.2)], "not shown"),
        ([(-1.0, 0.2), (-0.6, 0.2)], "contradicted"), ([(-1.0, 0.2), (1.0, 0.2)], "not shown"),
    ],
)  # fmt: skip
def test_the_verdict_follows_from_gains_and_their_errors(gains, verdict):
    assert Explanation().verdict([found(*one) for one in gains]) == verdict


def test_its_table_has_every_map_of_both_models_against_random_orders_of_the_same_run():
    finding = run(Explanation(), [1], 0.1)
    maps = {name: [row["map"] for row in finding.rows if row["run"] == name] for name in RUNS}
    assert "rollout to the source" in maps[RUNS[0]] and "rollout to the source" not in maps[RUNS[1]]
    assert {"saliency", "input × gradient", "integrated gradients"} <= set(maps[RUNS[0]]) & set(maps[RUNS[1]])
    first = finding.rows[0]
    assert (first["sentences"], first["area"], first["random"]) == (4, finding.effect, finding.baseline)
    assert first["gain"] == pytest.approx(finding.effect - finding.baseline)
