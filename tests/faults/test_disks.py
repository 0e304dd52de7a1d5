"""Disks that are full, files that are truncated, edited or newer: a message that helps, and nothing lost."""

import errno
import json
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from core.errors import RunError
from core.runs import atomic, checkpoint, journal, snapshots, status, store
from core.runs.journal import Journal
from tests.runs.made import CONFIG, a_run, matrices, python, step_done, weights


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """No file grows beyond some bytes, as on a full disk; the file this test's own report goes to neither, so briefly."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("fails", ["write_synced", "sync_folder"])
@pytest.mark.parametrize("call", [1, 2])
def test_a_disk_that_fills_during_a_checkpoint_leaves_the_one_before(monkeypatch, fails, call):
    run = a_run()
    checkpoint.save(run, 100, weights(1), {}, {"seed": 1})
    real, calls = getattr(atomic, fails), []

    def full(path, *arguments):
        calls.append(path)
        if len(calls) == call:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        real(path, *arguments)

    monkeypatch.setattr(atomic, fails, full)
    with pytest.raises(RunError, match=r"checkpoint of step 200 of first failed: the disk is full; .*free some space"):
        checkpoint.save(run, 200, weights(2), {}, {})
    assert checkpoint.load(run, 100).state == {"seed": 1}
    assert all(not name.startswith(".") for name in names(run.path / "checkpoints"))


def test_a_file_size_limit_is_a_full_disk_too():
    run, large = a_run(), {"w": weights()["embedding"].repeat(100, 100)}
    checkpoint.save(run, 100, large, {}, {})
    with files_up_to(50_000), pytest.raises(RunError, match="the disk is full"):
        checkpoint.save(run, 200, large, {}, {})
    assert names(run.path / "checkpoints") == ["step-000100"] and checkpoint.load(run).step == 100


def test_a_journal_on_a_full_disk_ends_with_a_whole_line():
    run = a_run()
    with Journal(run) as writer:
        step = 0
        full = pytest.raises(RunError, match="recording an event of first failed: the disk is full")
        with files_up_to(1000), full:
            for step in range(1, 100):
                writer.append(step_done(step))
        data = (run.path / "events.jsonl").read_bytes()
        assert data.endswith(b"}\n") and len(journal.read(run)[0]) == step - 1
        writer.append(step_done(step))
    assert [event.step for event in journal.read(run)[0]] == list(range(1, step + 1))


def test_status_and_snapshots_on_a_full_disk_keep_what_was_there():
    run = a_run()
    status.write(run, "running", step=3, steps=9)
    snapshots.write(run, 10, matrices())
    with files_up_to(100):
        with pytest.raises(RunError, match="status of first failed: the disk is full"):
            status.write(run, "running", step=4, steps=9)
        with pytest.raises(RunError, match="snapshot of step 10 of first failed: the disk is full"):
            snapshots.write(run, 10, matrices())
        with pytest.raises(RunError, match="making the run second failed: the disk is full"):
            store.create("second", CONFIG | {"long": "x" * 200})
    assert status.read(run).step == 3 and len(snapshots.read(run, 10)) == 12
    assert [*run.path.rglob(".*.tmp")] == [] and names(store.runs_folder()) == ["first"]


@pytest.mark.parametrize("name", ["model.safetensors", "optimizer.safetensors", "state.json"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.95, None])
def test_a_truncated_checkpoint_gives_way_to_the_one_before(name, share):
    run = a_run()
    for step in (100, 200):
        checkpoint.save(run, step, weights(step), weights(step), {"step": step})
    path = run.path / "checkpoints" / "step-000200" / name
    if share is None:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    found = checkpoint.load(run)
    assert found.step == 100 and found.state == {"step": 100}
    assert len(found.warnings) == 1 and name in found.warnings[0]
    with pytest.raises(RunError, match=name):
        checkpoint.load(run, 200)


def test_edited_checkpoints_are_passed_over():
    run = a_run()
    for step in (100, 200, 300, 400):
        checkpoint.save(run, step, weights(step), {}, {}, keep=9)
    folders = [run.path / "checkpoints" / f"step-000{step}" for step in (200, 300, 400)]
    (folders[0] / "model.safetensors").write_bytes(b"\xff" * 300)
    (folders[1] / "state.json").write_text(json.dumps({"schema": "attnlab/checkpoint/1", "step": 7, "state": {}}))
    (folders[2] / "state.json").write_text(json.dumps({"schema": "attnlab/checkpoint/9", "step": 400, "state": {}}))
    found = checkpoint.load(run)
    assert (
        found.step == 100
        and [word in text for word, text in zip(("newer", "says step 7", "truncated or edited"), found.warnings)]
        == [True] * 3
    )
    checkpoint.save(run, 500, weights(), {}, {}, keep=1)
    (run.path / "checkpoints" / "step-000500" / "state.json").write_text("{")
    with pytest.raises(RunError, match="no checkpoint that can be read"):
        checkpoint.load(run)


@pytest.mark.parametrize(("text", "message"), [
    ("", r"config\.json, line 1: expected JSON"),
    ('{\n "schema": "attnlab/run/1",\n "task": ', r"config\.json, line 3: expected JSON"),
    ("{}", r"config\.json, line 1: expected an object with \"schema\""),
    ("[1]", r"config\.json, line 1: expected an object"),
    ('{"schema": "attnlab/run/2"}', r"made by a newer Attention Lab \(attnlab/run/2.*update"),
    ('{"schema": "attnlab/run/x"}', "not the configuration of a run"),
    ('{"schema": {"a": 1}}', "not the configuration of a run"),
    ("[" * 200_000, "nested too deeply"),
    (b"{\n\xff}", r"config\.json, line 2: expected UTF-8"),
    (None, "config.json is missing"),
])  # fmt: skip
def test_a_damaged_configuration_is_explained_listed_and_deletable(text, message):
    run = a_run()
    path = run.path / "config.json"
    if text is None:
        path.unlink()
    else:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(RunError, match=message):
        run.config()
    assert store.list_runs(include_demo=False) == [run] and store.open_run("first").problem is not None
    store.delete(run)
    assert store.list_runs(include_demo=False) == []


def test_a_configuration_of_another_schema_makes_no_run():
    with pytest.raises(RunError, match="newer Attention Lab"):
        store.create("first", {"schema": "attnlab/run/2"})
    assert store.list_runs(include_demo=False) == []


@pytest.mark.parametrize("damage", [
    lambda data: b"", lambda data: data[:100], lambda data: data[: len(data) // 2], lambda data: b"\0" * 500,
    lambda data: data.replace(b"float", b"fl\0at"), lambda data: data.replace(b"attnlab/snapshot/1", b"attnlab/snapshot/9"),
])  # fmt: skip
def test_a_damaged_snapshot_is_explained_and_the_others_live(damage):
    run = a_run()
    for step in (10, 20):
        snapshots.write(run, step, matrices(2))
    path = run.path / "snapshots" / "step-000010.npz"
    path.write_bytes(damage(path.read_bytes()))
    if path.read_bytes() != (run.path / "snapshots" / "step-000020.npz").read_bytes():
        with pytest.raises(RunError, match=r"step-000010\.npz is damaged"):
            snapshots.read(run, 10)
    assert len(snapshots.read(run, 20)) == 2


def test_a_pickle_in_a_snapshot_is_refused_unread(tmp_path):
    run = a_run()
    trap = tmp_path / "sprung"

    class Trap:
        def __reduce__(self):
            return Path.touch, (trap,)

    (run.path / "snapshots").mkdir()
    objects = np.array([Trap()], dtype=object)
    np.savez(run.path / "snapshots" / "step-000010.npz", header=objects, numbers=objects)
    with pytest.raises(RunError, match="holds Python objects"):
        snapshots.read(run, 10)
    assert not trap.exists()


def test_nothing_here_can_unpickle():
    source = "".join(path.read_text() for path in (Path(__file__).parents[2] / "core" / "runs").glob("*.py"))
    assert "import pickle" not in source and "torch.load(" not in source and "allow_pickle=True" not in source


def test_readers_need_no_torch():
    """Lists and curves are drawn, and jobs started, before torch was imported."""
    modules = "store, status, journal, snapshots, controls, archive, jobs"
    process = python(f"import sys\nfrom core.runs import {modules}\nprint('torch' in sys.modules)")
    answer = process.communicate()[0].strip()
    assert process.returncode == 0 and answer == "False", sys.version
