"""What a lecturer does from the server's own shell: publish, lock, and look."""

import json

import pytest

from core.runs.classroom import locked, published
from core.runs.classroom.locked import Lock
from core.runs.workspace import workspace
from tests.runs.classes import ANN, asking
from tests.runs.made import a_run


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))


@pytest.fixture
def ann(monkeypatch):
    """Somebody of the class with a run; the shell is nobody's."""
    with monkeypatch.context() as patch:
        patch.setenv("ATTNLAB_CLASSROOM", "1")
        with asking(ANN):
            a_run("hers")


def test_a_run_of_somebody_is_published_and_taken_back(command_line, ann):
    code, out, _ = command_line("classroom", "publish", "hers", "--of", "ann", "--as", "lesson", "--json")
    assert code == 0 and json.loads(out)["run"] == "class/lesson"
    assert command_line("classroom", "publish", "demo/reverse-gru")[:2] == (0, "published as class/reverse-gru\n")
    assert [run.address for run in published.published()] == ["class/lesson", "class/reverse-gru"]
    assert command_line("classroom", "unpublish", "class/lesson")[:2] == (0, "taken back: class/lesson\n")
    code, _, error = command_line("classroom", "unpublish", "lesson")
    assert code == 2 and "published: reverse-gru" in error


@pytest.mark.parametrize("arguments", [("gone", "--of", "ann"), ("hers", "--of", "zoe"), ("../x", "--of", "ann")])
def test_a_run_that_is_not_there_is_said(command_line, ann, arguments):
    code, _, error = command_line("classroom", "publish", *arguments)
    assert code == 2 and "there is no run" in error


def test_controls_are_locked_for_all_and_for_one_and_listed(command_line, ann):
    assert command_line("classroom", "lock", "import", "upload")[:2] == (0, "locked: upload, import\n")
    command_line("classroom", "lock", "train", "--for", "ann")
    code, out, _ = command_line("classroom", "list", "--json")
    told = json.loads(out)
    assert code == 0 and told["locks"][-1] == {"control": "train", "workspace": "ann"} and told["published"] == []
    (person,) = told["workspaces"]
    assert (person["workspace"], person["runs"], person["here"]) == ("ann", 1, False)
    assert command_line("classroom", "list")[1].startswith(
        "locked: upload, import, train for ann\npublished: nothing\n"
    )
    assert command_line("classroom", "unlock", "upload", "import")[1] == "locked: train for ann\n"
    assert locked.locks() == [Lock("train", "ann")]


def test_an_unknown_control_or_workspace_is_said_and_nothing_is_locked(command_line, ann):
    code, _, error = command_line("classroom", "lock", "trian")
    assert code == 2 and "did you mean train" in error
    code, _, error = command_line("classroom", "lock", "train", "--for", "zoe")
    assert code == 2 and "workspaces: ann" in error
    assert locked.locks() == [] and workspace("ann").is_dir()
