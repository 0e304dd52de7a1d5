"""`attnlab bench` knows its rows and prints what they measured; how fast anything is, no test says."""

import json

import pytest
from typer.testing import CliRunner

from core.cli.program import program
from core.errors import MissingExtra, SettingError
from tests.benchmarks.row import Measured, Row, middle
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


def test_a_pattern_takes_all_rows_of_a_topic() -> None:
    listed = CliRunner().invoke(program, ["bench", "--list", "class-*", "decode-greedy"])
    names = [line.split()[0] for line in listed.stdout.splitlines()[1:]]
    assert names == [*(name for name in ROWS if name.startswith("class-")), "decode-greedy"] and len(names) > 2


def test_an_unknown_row_is_named() -> None:
    with pytest.raises(SettingError, match="no row nonsense"):
        CliRunner().invoke(program, ["bench", "nonsense"], catch_exceptions=False)


def test_a_row_whose_package_is_missing_says_so_and_the_others_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(share: float) -> Measured:
        raise MissingExtra("transformers", "bench", "comparing with Hugging Face")

    monkeypatch.setitem(ROWS, "absent", Row("absent", "nothing", "×", 1.0, missing))
    monkeypatch.setitem(ROWS, "present", Row("present", "one", "×", 1.0, lambda share: middle([0.5])))
    ran = CliRunner().invoke(program, ["bench", "absent", "present"])
    assert ran.exit_code == 0 and 'pip install -e ".[bench]"' in ran.stdout and "not measured" in ran.stdout
    assert "0.5" in ran.stdout.splitlines()[-1]
