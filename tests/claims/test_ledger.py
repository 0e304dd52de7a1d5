"""The ledger of measured claims, and the document that is made from it."""

import json
from dataclasses import replace

import pytest

from core.claims.definition import definition
from core.claims.document import PLACE, document, figure, standing
from core.claims.experiment import Experiment
from core.claims.heads import Heads
from core.claims.lecture import LECTURE
from core.claims.ledger import FORMAT, SHIPPED, Measurement, measurement, read, write
from core.claims.table import CLAIMS
from core.errors import DataError

ONE = Measurement((0, 1), (0.5, 1.0), (0.25, 0.5), "shown", 12.5, definition(Heads), 2, "0.1.0", "2.13", "2026-01-31")


def test_what_is_written_is_read_again_in_the_order_of_the_table(tmp_path):
    path = tmp_path / "new" / "measured.json"
    write({"order": ONE, "heads": ONE, "gone": ONE}, path)
    assert read(path) == {"heads": ONE, "order": ONE} and [*read(path)] == ["heads", "order"]
    assert [one.name for one in path.parent.iterdir()] == ["measured.json"]
    assert json.loads(path.read_text("utf-8"))["format"] == FORMAT and read(tmp_path / "none.json") == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"format": 0, "claims": {}}',
        '{"format": 1, "claims": {"heads": {}}}',
        '{"format": 1, "claims": [1]}',
    ],
)
def test_another_file_is_refused_with_its_name(tmp_path, text):
    (tmp_path / "odd.json").write_text(text, "utf-8")
    with pytest.raises(DataError, match=r"odd\.json is no ledger of measured claims"):
        read(tmp_path / "odd.json")


def test_a_measurement_keeps_every_seed_apart():
    experiment = Experiment(Heads(), [4, 2], budget=0.002)
    experiment.go_on()
    one = measurement(experiment, 3.14159)
    assert one.seeds == (4, 2) and len(one.effects) == len(one.baselines) == 2 and one.effects[0] != one.effects[1]
    assert experiment.finding is not None
    assert (one.effect, one.baseline, one.verdict) == (
        experiment.finding.effect, experiment.finding.baseline, experiment.finding.verdict,
    )  # fmt: skip
    assert one.seconds == 3.1 and one.holds("heads") and one.cores > 0 and one.date > "2026"


def test_what_was_measured_of_another_definition_counts_for_nothing():
    assert standing("heads", ONE) == "shown" and standing("heads", replace(ONE, verdict="not shown")) == "not shown"
    stale = replace(ONE, definition="0" * 16)
    assert standing("heads", stale) == standing("heads", None) == "not measured yet" and not stale.holds("heads")


# ---------------------------------------------------------------- the document
def test_a_document_hides_nothing():
    text = document({"heads": ONE})
    assert (
        f"Of {len(CLAIMS)} claims: 1 shown, 0 not shown at this size, 0 contradicted, {len(CLAIMS) - 1} not measured yet."
        in text
    )
    for name, claim in CLAIMS.items():
        (row,) = [line for line in text.splitlines() if f"| [`{name}`](#{name}) |" in line and claim.statement in line]
        assert row.count(" | ") == 8 and row.endswith("| shown |" if name == "heads" else "| not measured yet |")
        assert f"### {name}\n" in text and claim.rule in text and claim.effect_is in text
    for row in LECTURE:
        assert f"| {row.number} | {row.what} |" in text
    assert f"| 11 | [`heads`](#heads) | {Heads.statement} | 0.75 | 0.375 | {Heads.unit} | 2 | 12 | shown |" in text
    assert "| 1 | 1 | 0.5 |" in text  # the second seed's own


def test_the_table_stands_in_the_order_of_the_steps_that_it_names():
    rows = [
        line.split(" | ")
        for line in document({}).split("## The table")[1].split("## ")[0].splitlines()
        if "](#" in line
    ]
    first = [int(row[0].removeprefix("| ")) for row in rows]
    assert len(first) == len(CLAIMS) and first == sorted(first)


def test_small_and_large_figures_are_told_to_four_digits():
    assert [figure(value) for value in (0.12345, 1234567, -0.5, 100.0, 3e-9)] == [
        "0.1235",
        "1,235,000",
        "-0.5",
        "100",
        "3e-09",
    ]


def test_the_shipped_document_is_what_the_command_makes_of_the_shipped_ledger():
    assert PLACE.read_text("utf-8") == document(read(SHIPPED)), "run attnlab claims --measured --write"


def test_every_claim_of_the_table_is_measured_as_it_is_defined():
    ledger = read(SHIPPED)
    missing = {name for name in CLAIMS if name not in ledger or not ledger[name].holds(name)}
    assert not missing, f"run attnlab claims {' '.join(sorted(missing))} --write"
    assert not set(ledger) - set(CLAIMS)


def test_what_is_not_measured_is_said_so_in_the_table():
    ledger = read(SHIPPED)
    assert ": not measured yet" not in document(ledger)
    del ledger["order"]
    assert "[`order`](#order): not measured yet" in document(ledger)
