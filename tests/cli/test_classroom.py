"""attnlab classroom and attnlab app: passwords come by no argument, and a server that others reach says so."""

import subprocess

import pytest
from typer.testing import CliRunner

from core.cli import showing
from core.cli.program import program
from core.errors import InputError, SettingError
from core.runs.classroom import accounts, passwords
from core.runs.classroom.room import classroom_file, load_classroom
from core.runs.limits import Limits

CLASS, TEACHER = "class-pass", "teach-pass"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr(passwords, "_COST", 16)
    for name in ("ATTNLAB_CLASS_PASSWORD", "ATTNLAB_LECTURER_PASSWORD", "ATTNLAB_NEW_PASSWORD"):
        monkeypatch.delenv(name, raising=False)


def run(*words: str, said: str = ""):
    return CliRunner().invoke(program, words, input=said)


def test_a_class_is_made_by_two_lines_and_shown_without_them(monkeypatch):
    done = run("classroom", "new", "--name", "Autumn", said=f"{CLASS}\n{TEACHER}\n")
    assert done.exit_code == 0 and str(classroom_file()) in done.output
    room = load_classroom()
    assert room.limits == Limits(memory_mb=2_000, minutes=60)
    assert passwords.fits(CLASS, room.password) and passwords.fits(TEACHER, room.lecturer_password)
    shown = run("classroom", "show").output + run("classroom", "show", "--json").output
    assert "Autumn" in shown and "scrypt" not in shown and CLASS not in shown
    again = run("classroom", "new", "--name", "Spring", said=f"{CLASS}\n{TEACHER}\n")
    assert isinstance(again.exception, SettingError) and load_classroom().name == "Autumn"
    assert run("classroom", "new", "--name", "Spring", "--anew", said=f"{CLASS}\n{TEACHER}\n").exit_code == 0


@pytest.mark.parametrize("said", ["", "\n\n", f"{CLASS}\n", "short\nother-pass\n", f"{CLASS}\n{CLASS}\n"])
def test_without_good_passwords_no_class_is_made(said):
    done = run("classroom", "new", "--name", "Autumn", said=said)
    made = classroom_file().exists()
    assert made == (said == f"{CLASS}\n")  # nobody teaches by a password then: OpenID Connect may name who does
    if made:
        with pytest.raises(InputError):
            accounts.enter(load_classroom(), "lecturer", "", "", "")
    else:
        assert isinstance(done.exception, InputError)


def test_no_option_takes_a_password():
    """Arguments stand in lists of processes and in histories of shells."""
    for command in ("new", "password"):
        options = run("classroom", command, "--help").output
        assert "--password" not in options and "ATTNLAB_" not in options


def test_passwords_are_set_anew(monkeypatch):
    run("classroom", "new", "--name", "Autumn", said=f"{CLASS}\n{TEACHER}\n")
    accounts.enter(load_classroom(), "ann", CLASS, "her own words", "her own words")
    assert run("classroom", "password", "class", said="another one\n").exit_code == 0
    monkeypatch.setenv("ATTNLAB_NEW_PASSWORD", "new words")
    assert run("classroom", "password", "ann").exit_code == 0
    assert accounts.enter(load_classroom(), "ann", "another one", "new words", "").workspace == "ann"
    assert isinstance(run("classroom", "password", "bob").exception, InputError)


@pytest.fixture
def started(monkeypatch):
    """What would have been started."""
    commands = []
    monkeypatch.setattr(subprocess, "call", lambda command, **more: commands.append(command) or 0)
    monkeypatch.setattr(showing.subprocess, "call", subprocess.call)
    return commands


@pytest.mark.parametrize(
    ("words", "address", "warned"),
    [((), "127.0.0.1", False), (("--address", "localhost"), "localhost", False), (("--address", "::1"), "::1", False),
     (("--address", "0.0.0.0"), "0.0.0.0", True), (("--address", "192.0.2.7"), "192.0.2.7", True)],
)  # fmt: skip
def test_the_app_listens_on_this_computer_alone_unless_told_otherwise(words, address, warned, started):
    done = run("app", *words)
    (command,) = started
    assert command[command.index("--server.address") + 1] == address and command[4].endswith("app.py")
    assert ("can see, change and delete everything" in done.stderr) == warned


def test_a_classroom_is_behind_its_gate_and_needs_a_class(started):
    done = run("app", "--classroom", "--address", "0.0.0.0")
    assert "attnlab classroom new" in str(done.exception) and started == []
    run("classroom", "new", "--name", "Autumn", said=f"{CLASS}\n{TEACHER}\n")
    done = run("app", "--classroom", "--address", "0.0.0.0")
    assert started[0][4].endswith("gate.py") and "can see" not in done.stderr
