"""A home of its own for each test, one in which runs were trained, and the command line: words in; exit code, output and errors out."""

import sys
from pathlib import Path

import pytest


@pytest.fixture
def command_line(capsys, monkeypatch):
    def run(*words: str) -> tuple[int, str, str]:
        from core.cli import main  # not at the top: core must not be imported before its types are checked

        monkeypatch.setattr(sys, "argv", ["attnlab", *words])
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Path:
    """A home in which runs were trained."""
    from tests.replay.made import make_runs

    place = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTNLAB_HOME", str(place / "home"))
        make_runs(place)
    return place / "home"


@pytest.fixture
def trained_home(home, made, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(made))
