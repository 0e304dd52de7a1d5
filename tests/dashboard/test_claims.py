"""The page Claims under AppTest: every claim in the lecture's order, filters, one closely, and its experiment here."""

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.claims import ledger
from core.claims.definition import definition
from core.claims.lecture import in_order
from core.claims.one_hot import OneHot
from core.claims.order import Order
from core.claims.table import CLAIMS
from dashboard.components import claim_table, rival_experiment

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"
ONE = ledger.Measurement(
    (0, 1), (0.5, 1.0), (0.25, 0.5), "shown", 9.0, definition(OneHot), 2, "0.1.0", "2.13", "2026-01-31"
)
KNOWN = {
    "one_hot": ONE,
    "order": replace(ONE, verdict="not shown", definition=definition(Order)),
    "heads": replace(ONE, definition="old"),
}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.delenv("ATTNLAB_DATA", raising=False)
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test
    monkeypatch.setattr(ledger, "read", lambda path: KNOWN)
    for one in (claim_table.measured, claim_table.standings, rival_experiment.found):
        one.clear()
    yield
    for one in (claim_table.measured, claim_table.standings):
        one.clear()  # what is read here is nobody else's


def opened(claim: str = "") -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=120).run().switch_page("views/claims.py").run()
    return by_label(at.selectbox, "Claim").select(claim).run() if claim else at


def by_label(elements, label):
    return next(element for element in elements if element.label == label)


def words(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.markdown, *at.caption, *at.warning, *at.error, *at.info])


def names(at: AppTest) -> list[str]:
    return list(at.dataframe[0].value["claim"])


def test_every_claim_stands_there_in_the_order_of_the_lecture_measured_or_not():
    at = opened()
    assert not at.exception and not at.error and names(at) == in_order()
    table = at.dataframe[0].value.set_index("claim")
    assert table.loc["one_hot", ["effect", "baseline", "verdict"]].tolist() == ["0.75", "0.375", "shown"]
    assert table.loc["order", "verdict"] == "not shown at this size"
    assert {table.loc[name, "verdict"] for name in ("heads", "recall")} == {"not measured yet"}


def test_verdicts_and_steps_of_the_lecture_filter():
    at = opened()
    at.button_group[0].set_value(["shown", "not shown"]).run()
    assert names(at) == ["one_hot", "order"]
    by_label(at.selectbox, "Step of the lecture").select(12).run()
    assert names(at) == ["order"]
    at.button_group[0].set_value([]).run()
    assert set(names(at)) == {name for name in CLAIMS if 12 in CLAIMS[name].lecture}
    at.button_group[0].set_value(["contradicted"]).run()
    assert "No claim has this verdict" in words(at) and not at.exception


def test_one_claim_closely_says_all_it_is_and_how_it_was_measured():
    said = words(opened(claim="one_hot"))
    for part in (
        OneHot.statement,
        OneHot.effect_is,
        OneHot.baseline_is,
        OneHot.rule,
        "seeds 0, 1",
        "2026-01-31",
        "2 Text as vectors",
    ):
        assert part in said.replace("\\", ""), part
    assert "another definition" in words(opened(claim="heads")) and "Nobody has measured it" in words(
        opened(claim="recall")
    )


def test_a_press_measures_here_beside_the_shipped_result():
    at = opened(claim="one_hot")
    assert "about 4 seconds a seed" in words(at) or "about 5 seconds a seed" in words(at)
    by_label(at.number_input, "Seed").set_value(3).run()
    by_label(at.button, "Measure").click().run()
    for _ in range(100):
        if "Stop" not in [one.label for one in at.button]:
            break
        at.run()
    assert not at.exception and "seed 3 ·" in words(at)
    assert [one.value for one in at.metric][:2] == ["0.75", "0.375"] and at.metric[2].value == "0"
    assert list(at.dataframe[-1].value["seed"]) == [3] * 4


def test_a_claim_that_one_seed_cannot_show_says_how_many_its_rule_asks_for():
    assert "its rule asks for 10: attnlab claims guided --seeds 10" in words(opened(claim="guided"))
    assert "its rule asks for" not in words(opened(claim="one_hot"))


def test_what_cannot_be_measured_here_says_why_and_goes_on_saying_it():
    at = opened(claim="sentiment")
    by_label(at.button, "Measure").click().run()
    for _ in range(3):
        at.run()
    assert not at.exception and "ATTNLAB_DATA is not set" in words(at).replace("\\", "").replace("\u2060", "")
    assert "Measure again" in [one.label for one in at.button]
