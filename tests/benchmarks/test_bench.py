"""`attnlab bench` knows its rows and prints what they measured; how fast anything is, no test says."""

import json

import pytest
from typer.testing import CliRunner

from core.cli.program import program
from core.errors import SettingError
from tests.benchmarks.table import ROWS


def test_the_list_names_every_row() -> None:
    listed = CliRunner().invoke(program, ["bench", "--list"])
    assert listed.exit_code == 0
    assert [line.split()[0] for line in listed.stdout.splitlines()[1:]] == list(ROWS)


def test_the_quickest_row_runs_and_says_what_it_measured() -> None:
    ran = CliRunner().invoke(program, ["bench", "decode-greedy", "--share", "0.01", "--json"])
    assert ran.exit_code == 0
    (found,) = json.loads(ran.stdout)
    assert (
        found["name"] == "decode-greedy"
        and found["target"] is None
        and 0 < found["low"] <= found["value"] <= found["high"]
    )


def test_an_unknown_row_is_named() -> None:
    with pytest.raises(SettingError, match="no row nonsense"):
        CliRunner().invoke(program, ["bench", "nonsense"], catch_exceptions=False)
