"""Scheduled sampling: the verdict follows the rule, and the figures are those of the GRU."""

import pytest

from core.claims.claim import Measured
from core.claims.scheduled_sampling import SampledPrefix
from core.runs.exposed_pair import FORCED, SAMPLED


def found(forced: tuple[float, float], sampled: tuple[float, float]) -> Measured:
    """Shares right under the right prefix and free, of both trainings of the GRU; the Transformer's say the opposite."""
    rows = [
        {"model": model, "training": name, "right prefix": pair[0], "running free": pair[1]}
        for model, pairs in (("transformer", (sampled, forced)), ("recurrent", (forced, sampled)))
        for name, pair in zip((FORCED, SAMPLED), pairs)
    ]
    return Measured(sampled[1], forced[1], tuple(rows))


GOOD = found((0.9, 0.4), (0.8, 0.78))


@pytest.mark.parametrize(
    ("measured", "verdict"),
    [
        ([GOOD, GOOD], "shown"),
        ([GOOD, found((0.9, 0.4), (0.8, 0.49))], "not shown"),  # too small a gain
        ([GOOD, found((0.9, 0.6), (0.9, 0.74))], "not shown"),  # it still loses more than half as much
        ([GOOD, found((0.9, 0.4), (0.8, 0.3))], "not shown"),
        ([found((0.9, 0.4), (0.8, 0.3))] * 2, "contradicted"),
    ],
)
def test_every_seed_must_gain_and_lose_at_most_half_as_much(measured, verdict):
    assert SampledPrefix().verdict(measured) == verdict


def test_both_models_are_measured_and_clocked_and_the_figures_are_the_recurrent_ones():
    measuring = SampledPrefix().measure(0, budget=0.01)
    while True:
        try:
            next(measuring)
        except StopIteration as end:
            measured: Measured = end.value
            break
    trained = [row for row in measured.rows if row["running free"] is not None]
    assert [(row["model"], row["training"], row["own tokens written"]) for row in trained] == [
        ("recurrent", FORCED, "not at all"), ("recurrent", SAMPLED, "token after token"),
        ("transformer", FORCED, "not at all"), ("transformer", SAMPLED, "in two passes"),
    ]  # fmt: skip
    assert (measured.baseline, measured.effect) == (trained[0]["running free"], trained[1]["running free"])
    assert all(0 <= row["running free"] <= 1 for row in trained)
    clocked = {(row["model"], row["own tokens written"]): row["seconds a step"] for row in measured.rows}
    ways = ("not at all", "in one pass", "in two passes", "token after token")
    assert {*clocked} == {(model, way) for model in ("recurrent", "transformer") for way in ways}
    assert min(clocked.values()) > 0 and len(measured.rows) == 8
