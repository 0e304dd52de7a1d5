"""The command claims: rows, the whole finding as JSON, exit codes."""

import json
import sys

import pytest
import typer
from typer.testing import CliRunner

from core.claims import document, ledger
from core.claims.claim import Verdict
from core.claims.experiment import Experiment
from core.claims.heads import Heads
from core.claims.table import CLAIMS
from core.cli.claiming import claims
from core.errors import AttentionLabError, MissingData, MissingExtra

PROGRAM = typer.Typer()
PROGRAM.command()(claims)
SHORT = ["--budget", "0.004"]


def test_list_names_every_claim_and_runs_none(monkeypatch):
    monkeypatch.setattr(Heads, "measure", lambda *given: pytest.fail("measured"))
    done = CliRunner().invoke(PROGRAM, ["--list"])
    assert done.exit_code == 0
    assert [line.split("  ")[0] for line in done.stdout.splitlines()] == ["claim", *CLAIMS]
    (one,) = json.loads(CliRunner().invoke(PROGRAM, ["heads", "--list", "--json"]).stdout)
    assert one["statement"] == Heads.statement and one["rule"] == Heads.rule


def test_a_row_says_effect_baseline_seconds_and_verdict():
    done = CliRunner().invoke(PROGRAM, ["heads", *SHORT])
    assert done.exit_code == 0  # not shown, with so few steps, is an honest answer
    head, row = done.stdout.splitlines()[:2]
    assert head.split() == ["claim", "effect", "baseline", "unit", "seeds", "seconds", "verdict"]
    assert row.startswith("heads ") and row.endswith("not shown") and Heads.statement in done.stdout
    assert "heads: done" in done.stderr


def test_json_has_the_keys_of_a_finding_and_the_rows_of_every_seed():
    done = CliRunner().invoke(PROGRAM, ["heads", "--seeds", "2", "--json", *SHORT])
    (one,) = json.loads(done.stdout)
    assert set(one) == {
        "name", "statement", "effect", "baseline", "unit", "seeds", "seconds", "verdict", "rows",
    }  # fmt: skip
    assert one["seeds"] == 2 and {row["seed"] for row in one["rows"]} == {0, 1}


@pytest.mark.parametrize(("verdict", "code"), [("shown", 0), ("not shown", 0), ("contradicted", 1)])
def test_only_what_is_contradicted_fails(monkeypatch, verdict: Verdict, code):
    monkeypatch.setattr(Heads, "verdict", lambda claim, found: verdict)
    assert CliRunner().invoke(PROGRAM, ["heads", *SHORT]).exit_code == code


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["heds"], "did you mean heads?"),
        (["heads", "--seeds", "0"], "choose from 1 to 20"),
        (["heads", "--seeds", "1000000"], "choose from 1 to 20"),
        (["heads", "--budget", "-1"], "budget=-1 cannot be"),
        (["heads", "--budget", "nan"], "budget=nan cannot be"),
        (["heads", "--budget", "0.5", "--write"], "leave out --budget"),
    ],
)
def test_what_cannot_be_is_named(words, message):
    done = CliRunner().invoke(PROGRAM, words)
    assert isinstance(done.exception, AttentionLabError) and message in str(done.exception)


def test_among_several_what_lacks_its_extra_is_left_out_and_alone_it_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    done = CliRunner().invoke(PROGRAM, ["ladder", "heads", *SHORT])
    assert done.exit_code == 0 and [line.split()[0] for line in done.stdout.splitlines()[1:2]] == ["heads"]
    assert "ladder: not measured; speech made by espeak-ng needs" in done.stderr
    alone = CliRunner().invoke(PROGRAM, ["ladder", *SHORT])
    assert isinstance(alone.exception, MissingExtra)


def test_among_several_what_has_no_data_is_left_out_and_alone_it_is_said(monkeypatch):
    monkeypatch.delenv("ATTNLAB_TREEBANK", raising=False)
    done = CliRunner().invoke(PROGRAM, ["treebank", "heads", *SHORT])
    assert done.exit_code == 0 and [line.split()[0] for line in done.stdout.splitlines()[1:2]] == ["heads"]
    assert "treebank: not measured; there is no treebank" in done.stderr
    assert isinstance(CliRunner().invoke(PROGRAM, ["treebank", *SHORT]).exception, MissingData)


def test_a_claim_whose_data_are_not_here_is_left_out_with_a_word(monkeypatch):
    monkeypatch.delenv("ATTNLAB_DATA", raising=False)
    done = CliRunner().invoke(PROGRAM, ["heads", "sentiment", *SHORT])
    assert done.exit_code == 0 and [line.split()[0] for line in done.stdout.splitlines()[1:2]] == ["heads"]
    assert "sentiment: not measured; this is measured on sentence-polarity" in done.stderr
    assert isinstance(CliRunner().invoke(PROGRAM, ["sentiment", *SHORT]).exception, MissingData)


def test_a_wrong_word_ends_in_one_line_and_code_2(command_line):
    code, _, error = command_line("claims", "pre_pots")
    assert code == 2 and error.count("\n") == 1 and "did you mean pre_post?" in error


def test_what_is_measured_is_kept_and_shown_again(tmp_path, monkeypatch):
    monkeypatch.setattr(ledger, "SHIPPED", tmp_path / "measured.json")
    monkeypatch.setattr(document, "PLACE", tmp_path / "claims-table.md")
    quick = Experiment.__init__
    monkeypatch.setattr(Experiment, "__init__", lambda self, claim, seeds, budget: quick(self, claim, seeds, 0.004))
    done = CliRunner().invoke(PROGRAM, ["heads", "--seeds", "2", "--write"])
    assert done.exit_code == 0, done.output
    one = ledger.read(ledger.SHIPPED)["heads"]
    assert one.seeds == (0, 1) and document.PLACE.read_text("utf-8") == document.document({"heads": one})
    shown = CliRunner().invoke(PROGRAM, ["heads", "order", "--measured"]).stdout.splitlines()
    assert (
        shown[1].split()[:4] == ["heads", f"{one.effect:.4g}", f"{one.baseline:.4g}", "2"] and "not shown" in shown[1]
    )
    assert shown[2].split()[0] == "order" and "not measured yet" in shown[2]
    data = json.loads(CliRunner().invoke(PROGRAM, ["heads", "order", "--measured", "--json"]).stdout)
    assert data["order"] is None and data["heads"]["effects"] == list(one.effects)
    left = CliRunner().invoke(PROGRAM, ["heads", "order", "--unmeasured", "--list"]).stdout.splitlines()
    assert [line.split()[0] for line in left[1:]] == ["order"]
    document.PLACE.unlink()
    assert CliRunner().invoke(PROGRAM, ["--measured", "--write"]).exit_code == 0 and document.PLACE.is_file()


def test_a_claim_is_measured_with_as_many_seeds_as_its_rule_needs():
    (one,) = json.loads(CliRunner().invoke(PROGRAM, ["wiring", "--json", *SHORT]).stdout)
    assert one["seeds"] == CLAIMS["wiring"].seeds == 3 and CLAIMS["heads"].seeds == 1


def test_without_a_checkout_nothing_is_kept_and_it_is_said_before_the_work(tmp_path, monkeypatch):
    monkeypatch.setattr(document, "PLACE", tmp_path / "none" / "claims-table.md")
    monkeypatch.setattr(Heads, "measure", lambda *given: pytest.fail("measured"))
    done = CliRunner().invoke(PROGRAM, ["heads", "--write"])
    assert isinstance(done.exception, AttentionLabError) and "--write is for a checkout" in str(done.exception)
