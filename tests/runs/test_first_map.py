"""The map that the start page plays is the shipped run's own, and reading it needs no PyTorch."""

import json
import subprocess
import sys
from dataclasses import fields

import numpy as np
import pytest

from core.errors import RunError
from core.runs import first_map
from core.runs.first_map import FILE, record


def test_what_is_shipped_is_what_the_run_gives_today() -> None:
    shipped, made = first_map.first_map(), record()
    for field in fields(shipped):
        if field.name != "weights":
            assert getattr(shipped, field.name) == getattr(made, field.name), field.name
    assert np.abs(shipped.weights - made.weights).max() < 2e-4  # four digits, and another processor's rounding


def test_it_reads_a_date_backwards_and_ends() -> None:
    shipped = first_map.first_map()
    assert "".join(shipped.written) == "1981-04-30<end>" and "".join(shipped.tokens) == f"{shipped.source}<end>"
    assert np.allclose(shipped.weights.sum(axis=1), 1.0, atol=2e-3)
    assert (
        shipped.tokens[int(shipped.weights[1].argmax())] == "9"
    )  # it jumps: the year is written first and stands last


def test_writing_it_anew_gives_what_is_shipped(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = first_map.first_map()
    monkeypatch.setattr(first_map, "FILE", tmp_path / "first_map.json")
    first_map._write(shipped)
    assert (tmp_path / "first_map.json").read_text("utf-8") == FILE.read_text("utf-8")


@pytest.mark.parametrize("change", [{"weights": [[1.0]]}, {"tokens": None}, {"run": None, "more": 1}])
def test_a_damaged_file_is_said_in_words(change, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = json.loads(FILE.read_text("utf-8")) | change
    (tmp_path / "first_map.json").write_text(json.dumps(facts), "utf-8")
    monkeypatch.setattr(first_map, "FILE", tmp_path / "first_map.json")
    with pytest.raises(RunError, match=r"python -m core\.runs\.first_map"):
        first_map.first_map()


def test_reading_it_imports_no_pytorch() -> None:
    program = "import sys; from core.runs.first_map import first_map; first_map(); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
