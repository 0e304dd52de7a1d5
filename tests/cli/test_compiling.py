"""`attnlab compile`: what it starts, and what it says; that packages are built and right is said in tests/laws."""

import json
import subprocess
import sys

import pytest

from core.runs import compilation
from core.runs.compiled import folder_of
from core.runs.store import find_run

RUN = "demo/reverse-transformer"
FACTS = {"seconds": 14.2, "sources": 25, "log_probs": 1.3e-6, "weights": 3e-7, "sums": 0.0, "signature": "00"}


@pytest.fixture
def attnlab(tmp_path, command_line, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    return lambda *words: command_line("compile", *words)


@pytest.fixture
def started(attnlab, monkeypatch):
    """A compilation that builds one package at once, or fails to."""
    asked = []

    def start(run, width):
        folder = folder_of(run)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "abc-writing-1.json").write_text(json.dumps(FACTS))
        (folder / "log.txt").write_text("before\nthe package writing-8 is discarded: it differs\n")
        asked.append((run.address, width))
        return subprocess.Popen([sys.executable, "-c", f"raise SystemExit({int(width == 8)})"])

    monkeypatch.setattr(compilation, "start", start)
    return asked


def test_it_is_started_in_the_background_and_says_where(attnlab, started):
    code, out, _ = attnlab(RUN, "--width", "6")
    assert code == 0 and started == [(RUN, 6)] and "in the background" in out and str(folder_of(find_run(RUN))) in out
    assert set(json.loads(attnlab(RUN, "--json")[1])) == {"run", "folder", "pid"} and started[1] == (RUN, 4)


def test_waiting_shows_what_was_built_and_checked(attnlab, started):
    code, out, _ = attnlab(RUN, "--wait")
    assert code == 0 and "abc-writing-1  14 s      25               1.3e-06  3.0e-07" in out
    assert json.loads(attnlab(RUN, "--wait", "--json")[1])["packages"] == {"abc-writing-1": FACTS}


def test_what_was_not_built_is_said_and_the_exit_code_is_1(attnlab, started):
    code, out, err = attnlab(RUN, "--width", "8", "--wait")
    assert code == 1 and "abc-writing-1" in out
    assert err == "not everything was built: the package writing-8 is discarded: it differs\n"


def test_looking_builds_nothing(attnlab, monkeypatch):
    monkeypatch.setattr(compilation, "start", None)
    assert attnlab(RUN, "--look") == (0, f"nothing is compiled for {RUN}\n", "")


def test_a_model_that_is_no_transformer_is_refused_in_one_line(attnlab):
    code, out, err = attnlab("demo/reverse-gru")
    assert code == 2 and not out and err.count("\n") == 1 and "only Transformers are compiled" in err


def test_without_a_compiler_one_line_says_so(attnlab, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CXX", raising=False)
    code, out, err = attnlab(RUN)
    assert code == 2 and not out and err.count("\n") == 1 and "no C++ compiler was found" in err
