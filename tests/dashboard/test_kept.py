"""What is kept is kept for whom it is: the same arguments in two workspaces are two things, unless the run is everybody's."""

import ast
from pathlib import Path

import pytest

from core.errors import RunError
from core.runs import workspace
from dashboard import kept, member
from tests.runs.classes import ANN, BOB

DASHBOARD = Path(__file__).resolve().parents[2] / "dashboard"
OF_A_PERSON = {
    "address",
    "run",
    "model",
    "digest",
    "source",
    "text",
    "files",
    "_files",
    "key",
    "mark",
    "path",
    "name_of_run",
}


@pytest.fixture
def asks(monkeypatch):
    """Who asks may be changed; nobody is logged in at first."""
    who = [None]

    def asker():
        if who[0] is None:
            raise RunError("you are not logged in any more")
        return who[0]

    monkeypatch.setenv(workspace.CLASSROOM, "1")
    monkeypatch.setattr(kept, "member", asker)
    return who


def counted(decorate):
    calls = []

    @decorate
    def found(address: str, step: int, _left_out: object = None) -> list[str]:
        calls.append(address)
        return [address]

    found.clear()  # Streamlit takes functions of one name and text for one
    return found, calls


@pytest.mark.parametrize("copies", [False, True])
def test_a_run_of_ones_own_is_another_in_another_workspace(asks, copies):
    found, calls = counted(kept.of_run(copies=copies, show_spinner=False))
    for who in (ANN, BOB, ANN, BOB):
        asks[0] = who
        found("mine", 4)
        found("mine", step=4, _left_out=object())
    assert len(calls) == 2


@pytest.mark.parametrize("address", ["demo/x", "class/x"])
def test_a_shipped_or_published_run_is_kept_once_for_all_who_are_logged_in(asks, address):
    found, calls = counted(kept.of_run(show_spinner=False))
    with pytest.raises(RunError, match="not logged in"):
        found(address, 1)
    for who in (ANN, BOB):
        asks[0] = who
        assert found(address, 1) == [address]
    assert len(calls) == 1


@pytest.mark.parametrize("address", ["of/bob/x", "hf/x", "demo", "classy/x", "democracy/x", "/demo/x"])
def test_what_only_looks_like_a_shipped_run_is_ones_own(asks, address):
    found, calls = counted(kept.of_run(show_spinner=False))
    for who in (ANN, BOB):
        asks[0] = who
        found(address, 1)
    assert len(calls) == 2


def test_what_is_ones_own_is_never_anothers_even_where_it_is_called_like_a_shipped_run(asks):
    found, calls = counted(kept.own(show_spinner=False))
    for who in (ANN, BOB):
        asks[0] = who
        found("demo/x", 1)
    assert len(calls) == 2
    asks[0] = None
    with pytest.raises(RunError, match="not logged in"):
        found("demo/x", 1)


def test_without_a_classroom_nobody_is_asked_and_all_is_kept_once():
    found, calls = counted(kept.of_run(show_spinner=False))
    other, made = counted(kept.own(show_spinner=False))
    for _ in range(2):
        found("mine", 1)
        other("also mine", 1)
    assert len(calls) == len(made) == 1 and member.member() is None


def test_nothing_that_is_shared_takes_what_a_person_has():
    """By the names of parameters: what is kept for everybody takes settings, and no run, text, file or upload."""
    shared = {}
    for path in DASHBOARD.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(
                "kept.shared" in ast.unparse(one) for one in node.decorator_list
            ):
                shared[f"{path.name}:{node.name}"] = {one.arg for one in (*node.args.args, *node.args.kwonlyargs)}
    assert len(shared) > 10
    assert {name: found for name, names in shared.items() if (found := names & OF_A_PERSON)} == {}


def test_streamlits_caches_are_touched_in_one_file_only():
    """They keep by arguments alone, and the same name is another run in another workspace."""
    touching = set()
    for path in DASHBOARD.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.attr] if isinstance(node, ast.Attribute) else []
            names += [one.name for one in node.names] if isinstance(node, ast.ImportFrom) else []
            touching |= {path.name for name in names if name in ("cache_data", "cache_resource")}
    assert touching == {"kept.py"}
