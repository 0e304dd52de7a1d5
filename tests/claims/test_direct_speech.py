"""The claim on a language that nobody writes: its rule, and its table from a short run."""

from core.claims.claim import Measured
from core.claims.experiment import run
from core.claims.hokkien import DirectSpeech


def measured(direct: float, cascade: float, alone: float) -> Measured:
    rows = ({"exact": direct}, {"exact": cascade}, {"exact": alone}, {"exact": cascade})
    return Measured(direct, cascade, rows)


def test_the_verdict_follows_its_rule():
    claim = DirectSpeech()
    clear, close, turned = measured(0.7, 0.5, 1.0), measured(0.7, 0.65, 1.0), measured(0.4, 0.6, 1.0)
    assert claim.verdict([clear, clear]) == "shown" and claim.verdict([turned, turned]) == "contradicted"
    assert claim.verdict([clear, close]) == claim.verdict([clear, turned]) == "not shown"
    assert claim.verdict([measured(0.7, 0.3, 0.4)]) == "not shown"  # the translator had not learned its own part


def test_a_short_run_translates_both_ways():
    found = run(DirectSpeech(), [1], budget=0.01)
    assert [row["way"] for row in found.rows][:2] == ["direct", "cascade"] and len(found.rows) == 4
    assert all(0.0 <= row["exact"] <= 1.0 for row in found.rows)
