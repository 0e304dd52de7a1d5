"""The claim on sets of labels: its rule, and its table from a short run."""

from core.claims.claim import Measured
from core.claims.experiment import run
from core.claims.multi_label import MultiLabelSets
from core.runs.label_race import WRITERS


def measured(*shares: float) -> Measured:
    """Consistent and right whole, of the decoder and of the sigmoids."""
    rows = (
        {"consistent": shares[0], "subset accuracy": shares[1]},
        {"consistent": shares[2], "subset accuracy": shares[3]},
    )
    return Measured(shares[0], shares[2], rows)


def test_the_verdict_follows_its_rule():
    claim = MultiLabelSets()
    clear, close, turned = measured(1.0, 0.5, 0.3, 0.1), measured(1.0, 0.5, 0.3, 0.3), measured(0.2, 0.1, 0.9, 0.5)
    assert claim.verdict([clear, clear]) == "shown"
    assert claim.verdict([clear, close]) == claim.verdict([clear, turned]) == "not shown"
    assert claim.verdict([turned]) == "contradicted"


def test_a_short_run_has_a_row_for_every_decoder_and_the_sigmoids():
    found = run(MultiLabelSets(), [1], budget=0.02)
    assert len(found.rows) == len(WRITERS) + 1 and found.rows[-1]["model"] == "independent sigmoids"
    assert found.effect == found.rows[0]["consistent"] and found.baseline == found.rows[-1]["consistent"]
