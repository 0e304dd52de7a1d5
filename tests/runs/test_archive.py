"""A run travels as a zip file."""

import torch

from core.runs import archive, checkpoint, controls, journal, snapshots, status, store
from core.runs.journal import Journal
from tests.runs.made import a_run, matrices, step_done, weights


def full_run():
    run = a_run("travelled")
    with Journal(run) as writer:
        writer.append(step_done(1))
    snapshots.write(run, 10, matrices(2))
    checkpoint.save(run, 10, weights(1), {}, {"position": 3})
    status.write(run, "running", step=10, steps=50)
    controls.send(run, "stop")
    run.write_notes("hello")
    (run.path / "log.txt").write_text("a path of this computer")
    (run.path / "source_vocabulary.json").write_text("[]")
    return run


def test_what_is_exported_comes_back_and_the_rest_stays_home(tmp_path):
    run = full_run()
    archive.export_file(run, tmp_path / "run.zip")
    for source in (tmp_path / "run.zip", archive.export_bytes(run)):
        copy = archive.import_run(source)
        assert copy.config() == run.config() and copy.notes() == "hello"
        assert journal.read(copy) == journal.read(run)
        assert snapshots.steps(copy) == [10] and checkpoint.load(copy).state == {"position": 3}
        assert torch.equal(checkpoint.load(copy).model["embedding"], weights(1)["embedding"])
        assert not (copy.path / "control").exists() and not (copy.path / "log.txt").exists()
        assert (copy.path / "source_vocabulary.json").exists()
        assert status.read(copy).state == "stopped"
    assert {run.name for run in store.list_runs(include_demo=False)} == {"travelled", "travelled-2", "travelled-3"}
    assert list(store.runs_folder().glob(".*")) == []


def test_a_wished_name_is_taken_where_it_is_free():
    run = full_run()
    assert archive.import_run(archive.export_bytes(run), "guest").name == "guest"
    assert archive.import_run(archive.export_bytes(run), "../../etc").name == "-..-etc"
