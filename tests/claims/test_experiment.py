"""Claims at work: slices, seeds, verdicts, and what every entry of the table must have."""

import json
from collections.abc import Sequence

import pytest

from core.claims.claim import AbstractClaim, Finding, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.experiment import Experiment, run
from core.claims.real_data import PLACE
from core.claims.table import CLAIMS
from core.errors import InputError, MissingData
from tests.real_data import DATA

CLOCKED = {  # columns that a clock measured, which no seed repeats
    "length_cost": {"seconds", "step"},
    "reach": {"token_by_token", "whole_text"},
    "listops": {"seconds_per_token"},
    "scores": {"seconds"},
    "scheduled_sampling": {"seconds a step"},
}

LONG = (
    "emotions",
    "direct_speech",
    "hokkien_words",
    "hokkien_text",
    "ladder",
    "ladder_kinds",
    "listops",
    "molecules",
    "spoken_chance",
)


def unclocked(name: str, rows: Sequence[Row]) -> list[Row]:
    return [{word: value for word, value in row.items() if word not in CLOCKED.get(name, ())} for row in rows]


class Counting(AbstractClaim):
    """Effect: the seed; baseline: ten."""

    name, statement, source, unit = "counting", "Counting counts", "nobody", "steps"
    effect_is, baseline_is, rule = "the seed", "ten", "shown when the seed is above ten"

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Two steps."""
        for step in (1, 2):
            yield Progress(step / 2, tuple({"step": at} for at in range(step)))
        if seed == 13:
            raise RuntimeError("thirteen")
        return Measured(seed, 10.0, ({"step": 0}, {"step": 1}))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        return judged([one.effect > one.baseline for one in found], [one.effect < one.baseline for one in found])


def test_a_finding_is_the_mean_over_seeds_with_every_row_and_its_seed():
    finding = run(Counting(), [11, 17])
    assert (finding.effect, finding.baseline, finding.seeds, finding.verdict) == (14.0, 10.0, 2, "shown")
    assert finding.rows == tuple({"seed": seed, "step": step} for seed in (11, 17) for step in (0, 1))
    assert {
        "name",
        "statement",
        "effect",
        "baseline",
        "unit",
        "seeds",
        "seconds",
        "verdict",
    } <= finding.to_dict().keys()
    assert json.loads(json.dumps(finding.to_dict(), allow_nan=False))["rows"][3] == {"seed": 17, "step": 1}


@pytest.mark.parametrize(
    ("seeds", "verdict"), [([3], "contradicted"), ([3, 10], "not shown"), ([3, 11], "not shown"), ([12], "shown")]
)
def test_a_verdict_needs_all_seeds(seeds, verdict):
    assert run(Counting(), seeds).verdict == verdict


def test_in_slices_it_comes_to_the_same_and_the_rows_grow():
    experiment, seen = Experiment(Counting(), [11, 12]), []
    while not experiment.done:
        experiment._step()
        seen.append((experiment.share, len(experiment.rows)))
    assert seen == [(0.25, 1), (0.5, 2), (0.75, 3), (1.0, 4), (1.0, 4)]
    assert experiment.finding is not None and experiment.finding.rows == run(Counting(), [11, 12]).rows
    experiment.go_on(1.0)  # nothing is left to do
    assert len(experiment.rows) == 4


def test_what_raises_is_done_and_has_no_finding():
    experiment = Experiment(Counting(), [13])
    with pytest.raises(RuntimeError, match="thirteen"):
        experiment.go_on()
    assert experiment.done and experiment.finding is None and len(experiment.rows) == 2


@pytest.mark.parametrize("seeds", [[], range(21)])
def test_no_seed_or_too_many_are_refused(seeds):
    with pytest.raises(InputError, match="choose from 1 to 20"):
        Experiment(Counting(), seeds)


# ---------------------------------------------------------------- the table
@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_says_what_it_is(name):
    claim = CLAIMS[name]
    assert claim.name == name
    for part in ("statement", "source", "effect_is", "baseline_is", "unit", "rule"):
        said = getattr(claim, part)
        assert said and "\n" not in said and not said.endswith("."), f"{part}: {said!r}"
    assert claim.rule.startswith(("shown when", "never shown"))


def hardly_trained(name: str, monkeypatch: pytest.MonkeyPatch) -> Finding:
    """With next to no training: it need not show, but it must come to a verdict."""
    monkeypatch.setenv(PLACE, str(DATA))
    try:
        found = run(CLAIMS[name](), [3], budget=0.002)
    except MissingData as missing:
        pytest.skip(str(missing))
    assert found.verdict in {"shown", "not shown", "contradicted"} and found.rows
    assert len({tuple(row) for row in found.rows}) == 1
    json.dumps(found.to_dict(), allow_nan=False)
    return found


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in LONG else name for name in CLAIMS]
)
def test_a_claim_is_measured_again_with_the_same_result_and_rows_of_one_shape(name, monkeypatch):
    once, again = (hardly_trained(name, monkeypatch) for _ in range(2))
    assert (once.effect, once.baseline) == (again.effect, again.baseline)
    assert unclocked(name, once.rows) == unclocked(name, again.rows)


@pytest.mark.parametrize("name", LONG)
def test_a_claim_that_reads_much_comes_to_a_verdict(name, monkeypatch):
    hardly_trained(name, monkeypatch)
