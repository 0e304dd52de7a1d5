"""Whose things they are: home() is whoever asks's, closed where nobody asks, and no name or path leads to another's."""

import ast
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.adapters.huggingface.hearing import CHIRP, HeardTask
from core.data.named_file import named_file
from core.errors import AttentionLabError, DataError, InputError, RunError
from core.runs import foreign, jobs, status, store, uploads, workspace
from core.runs.classroom.room import Classroom, keep_classroom
from core.runs.config import ExperimentConfig
from core.runs.loading import load
from core.tasks.recognition import Recognition
from tests.runs.classes import ANN, BOB, asking
from tests.runs.made import close_spare

CONFIG = {
    "schema": "attnlab/run/1", "seed": 1, "task": {"name": "reverse"}, "model": {"name": "transformer", "layers": 1, "width": 8, "heads": 1},
    "training": {"steps": 2},
}  # fmt: skip


@pytest.fixture
def room(monkeypatch):
    monkeypatch.setenv(workspace.CLASSROOM, "1")
    keep_classroom(Classroom("a class"))


def test_without_a_classroom_home_is_the_folder_of_the_server(home):
    assert workspace.home() == workspace.root() == home


def test_in_a_classroom_nobody_has_no_home(room):
    with pytest.raises(RunError, match="logged in"):
        workspace.home()
    with asking(None), pytest.raises(RunError, match="logged in"):
        store.list_runs()


def test_each_has_a_home_of_their_own(room):
    places = []
    for one in (ANN, BOB):
        with asking(one):
            places.append(workspace.home())
            store.create("mine", CONFIG)
    assert places == [workspace.workspace("ann"), workspace.workspace("bob")]
    with asking(ANN):
        assert [run.address for run in store.list_runs(include_demo=False)] == ["mine"]
        store.delete(store.find_run("mine"))
    with asking(BOB):
        assert store.find_run("mine").path.parent.parent == places[1]


def test_to_look_into_one_workspace_is_for_one_block_and_one_thread(room):
    seen: list[str] = []

    def look() -> None:
        try:
            seen.append(str(workspace.home()))
        except RunError:
            seen.append("closed")

    with workspace.within(workspace.workspace("ann")):
        assert workspace.home() == workspace.workspace("ann")
        other = threading.Thread(target=look)
        other.start()
        other.join()
    assert seen == ["closed"]
    with pytest.raises(RunError):
        workspace.home()


# ---------------------------------------------------------------- names and paths of others
WAYS = ["{bob}/runs/secret", "../bob/runs/secret", "../../bob/runs/secret", "bob/secret", "of/bob/secret", "workspaces/bob/runs/secret",
        "secret", "./secret", "class/../../workspaces/bob/runs/secret", "demo/../../secret", "{bob}/runs/secret/", "runs/secret"]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_no_address_leads_from_one_workspace_into_another_or_tells_what_is_there(room, way, monkeypatch):
    bob = workspace.workspace("bob")
    (bob / "runs").mkdir(parents=True)
    monkeypatch.chdir(bob / "runs")
    told: list[list[str]] = []
    for _ in ("before", "after he has made it"):
        with asking(ANN):
            told.append([refusal(opened, way.format(bob=bob)) for opened in (store.find_run, store.open_run, load)])
        with asking(BOB):
            store.create("secret", CONFIG) if len(told) == 1 else store.find_run("secret")
    assert told[0] == told[1]


def refusal(deed: Callable[[str], object], address: str) -> str:
    with pytest.raises(AttentionLabError) as told:
        deed(address)
    return str(told.value)


def test_a_path_to_ones_own_run_is_its_name_and_one_outside_is_nothing(room, home, tmp_path):
    with asking(ANN):
        run = store.create("mine", CONFIG)
        assert store.open_run(str(run.path)) == run
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "config.json").write_text("{}")
    with asking(ANN):
        told = []
        for path in (outside, tmp_path / "absent"):
            with pytest.raises(RunError) as error:
                store.open_run(str(path))
            told.append(str(error.value).replace(str(path), "PATH"))
    assert told[0] == told[1]  # nobody learns what is on the disk


@pytest.mark.parametrize(
    "way",
    [
        "{bob}",
        "/etc/hostname",
        "../bob/uploads/{name}",
        "~",
        "~/x",
        "relative.txt",
        "",
        "{ann}/../../bob/uploads/{name}",
    ],
)
def test_a_setting_names_no_file_but_ones_own_uploads(room, way, tmp_path):
    with asking(BOB):
        his = uploads.keep(b"a\tb\n")
    with asking(ANN):
        hers = uploads.keep(b"c\td\n")
        assert named_file(str(hers)) == hers
        with pytest.raises(DataError, match="not among the files you uploaded"):
            named_file(way.format(bob=his, name=his.name, ann=hers.parent))


def test_a_link_among_ones_uploads_leads_nowhere_else(room, tmp_path):
    (tmp_path / "secret.txt").write_text("a\tb\n")
    with asking(ANN):
        uploads.keep(b"c\td\n")
        link = workspace.uploads_folder() / "link.txt"
        link.symlink_to(tmp_path / "secret.txt")
        with pytest.raises(DataError):
            named_file(str(link))


FILES = [("text", "path"), ("chat", "path"), ("parse", "path"), ("labels", "path"), ("asr", "folder")]


@pytest.mark.parametrize(("task", "setting"), FILES)
def test_a_task_reads_no_file_of_another(room, task, setting):
    with asking(BOB):
        his = uploads.keep(b"one\ttwo\n" * 50)
    place = his.parent if setting == "folder" else his
    with asking(ANN):
        config = ExperimentConfig.from_dict(
            {**CONFIG, "task": {"name": task, setting: str(place)}, "model": {"name": "transformer"}}
        )
        with pytest.raises(AttentionLabError, match="not among the files you uploaded"):
            _ = config.task.vocabularies


_ONLY_SAID = (
    "Path(model.name_or_path or model.config.model_type)",  # of a model that is open already, for what is said of it
)


def test_a_task_turns_no_text_into_a_path_by_itself():
    """Whoever names a file of the server asks whether it may be named (core/data/named_file.py)."""
    core = Path(__file__).resolve().parents[2] / "core"
    calls = [
        f"{path.name}: {ast.unparse(node)}"
        for room in ("tasks", "training", "adapters/huggingface")
        for path in (core / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and (ast.unparse(node.func) == "Path" or ast.unparse(node.func).endswith((".expanduser", ".joinpath")))
        and ast.unparse(node) not in _ONLY_SAID
    ]
    assert not calls, calls


def test_a_model_that_hears_hears_ones_own_uploads_only(room, tmp_path):
    heard = HeardTask.__new__(HeardTask)  # its model is not asked where a source lies
    (tmp_path / "secret.wav").write_bytes(b"RIFF")
    with asking(BOB):
        his = uploads.keep(b"RIFF", ".wav")
    with asking(ANN):
        hers = uploads.keep(b"RIFF.", ".wav")
        assert heard.path_of(f" {hers} ") == hers and heard.path_of(CHIRP) is None
        for way in (tmp_path / "secret.wav", tmp_path / "absent.wav", his):
            with pytest.raises(DataError, match="not among the files you uploaded"):
                heard.path_of(str(way))


def test_a_recording_of_a_published_run_is_for_whom_it_is(room):
    with asking(BOB):
        his = uploads.keep(b"RIFF", ".wav")
    shared = Recognition()
    shared.__dict__["_paths"] = {"one": his}  # as where he opened it first
    with asking(BOB):
        assert shared.path_of("one") == his
    with asking(ANN), pytest.raises(DataError, match="not among the files you uploaded"):
        shared.path_of("one")


def test_a_ring_of_links_is_not_among_ones_uploads(room):
    with asking(ANN):
        uploads.keep(b"a")
        ring = workspace.uploads_folder() / "ring.txt"
        ring.symlink_to(ring)
        for way in (str(ring), "a\0b"):
            with pytest.raises(DataError, match="not among the files you uploaded"):
                named_file(way)


def test_no_folder_of_the_server_is_opened_as_a_model(room, tmp_path):
    (tmp_path / "config.json").write_text('{"architectures": ["BertModel"]}')
    with asking(ANN):
        assert not foreign.is_foreign(tmp_path)
        for deed in (
            lambda: foreign.load_foreign(tmp_path),
            lambda: foreign.keep_model(foreign.KeptModel("x", str(tmp_path))),
        ):
            with pytest.raises(InputError, match="in a classroom"):
                deed()


# ---------------------------------------------------------------- workers and the server's own threads
def test_a_worker_is_of_the_workspace_of_its_run(room, home, monkeypatch):
    with asking(ANN):
        run = store.create("mine", CONFIG)
    monkeypatch.delenv(workspace.CLASSROOM)  # as on another machine
    program = (
        "import sys; from pathlib import Path; from core.runs import workspace, store\n"
        "workspace.settle(Path(sys.argv[1])); print(workspace.home()); print(store.open_run(sys.argv[1]).address)\n"
        "print(workspace.in_classroom())"
    )
    told = subprocess.run([sys.executable, "-c", program, str(run.path)], capture_output=True, text=True, check=True)
    assert told.stdout.split() == [str(workspace.workspace("ann")), "mine", "True"]


def test_what_the_server_starts_by_itself_needs_nobody(room, monkeypatch):
    """The thread that waits for a training's end, the timer that prepares the next process: nobody asks in them."""
    monkeypatch.setattr(jobs, "_NEXT_SPARE", 0.01)
    command = (sys.executable, "-c", "import sys; sys.stdin.readline(); print('no luck'); sys.exit(3)")
    with asking(ANN):
        run = store.create("mine", CONFIG)
        jobs.start(run, command)
    end = time.monotonic() + 30
    try:
        while (status.read(run).state != "failed" or command not in jobs._spares) and time.monotonic() < end:
            time.sleep(0.02)
        assert "no luck" in status.read(run).reason and command in jobs._spares
    finally:
        close_spare(command)
    assert (workspace.root() / "spare.log").exists() and not (workspace.root() / "runs").exists()
