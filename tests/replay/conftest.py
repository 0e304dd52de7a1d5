"""The command line as a person meets it: words in; exit code, output and errors out."""

import sys

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
