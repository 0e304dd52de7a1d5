"""The command sweep."""

import json

import pytest
import typer
from typer.testing import CliRunner

from core.cli.sweeping import sweep
from core.errors import AttentionLabError

PROGRAM = typer.Typer()
PROGRAM.command()(sweep)
RUN = "demo/synonyms-transformer"


def test_it_prints_a_line_for_every_search_and_what_they_show(tmp_path):
    file = tmp_path / "table.csv"
    done = CliRunner().invoke(PROGRAM, [RUN, "--widths", "8, 1", "-n", "10", "--max-nodes", "1", "--out", str(file)])
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert [line.split("  ")[0] for line in lines[:4]] == ["search", "beam 1", "beam 8", "exact"]
    assert lines[4].startswith("The beam-search curse: from beam 1 to beam 8")
    assert "beam 8: 20 of 30 outputs" in done.stderr and len(file.read_text().splitlines()) == 4


def test_with_mean_normalization_the_empty_outputs_are_gone():
    plain, normalized = (
        json.loads(
            CliRunner().invoke(PROGRAM, [RUN, "--widths", "8", "-n", "10", "--max-nodes", "0", "--json", *more]).stdout
        )
        for more in ([], ["--set", "length_norm=mean"])
    )
    assert plain[0]["empty"] >= 0.8 and normalized[0]["empty"] == 0.0 and normalized[0]["right"] >= 0.9


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--widths", "1,x"], "cannot read the widths '1,x'"),
        (["--widths", ""], "no beam width"),
        (["--widths", "0"], "width=0 is out of range"),
        (["-n", "0"], "choose from 1 to 1,000"),
        (["--max-nodes", "-1"], "max_nodes=-1 is out of range"),
        (["--set", "stopp=never"], "did you mean stop"),
        (
            ["--widths", "1", "-n", "1", "--max-nodes", "0", "--out", "/nowhere/table.csv"],
            "cannot write /nowhere/table.csv",
        ),
    ],
)
def test_what_cannot_be_is_named(options, message):
    done = CliRunner().invoke(PROGRAM, [RUN, *options])
    assert isinstance(done.exception, AttentionLabError) and message in str(done.exception)
