"""A run travels as a zip file."""

import io
import json
import zipfile

import pytest
import torch

from core.errors import RunError
from core.models.build import build
from core.runs import archive, checkpoint, controls, journal, manifest, snapshots, status, store
from core.runs.config import ExperimentConfig
from core.runs.experiment import create
from core.runs.journal import Journal
from tests.runs.made import CONFIG, matrices, step_done

SMALL = ExperimentConfig.from_dict({**CONFIG, "model": {"name": "transformer", "width": 8, "layers": 1, "heads": 2}})


def weights() -> dict[str, torch.Tensor]:
    """Of the run's own model."""
    return build(SMALL.model, *SMALL.task.vocabularies, SMALL.seeds).state_dict()


def full_run():
    run = create("travelled", SMALL)
    with Journal(run) as writer:
        writer.append(step_done(1))
    snapshots.write(run, 10, matrices(2))
    checkpoint.save(run, 10, weights(), {}, {"position": 3})
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
        assert all(torch.equal(one, weights()[name]) for name, one in checkpoint.load(copy).model.items())
        assert not (copy.path / manifest.NAME).exists() and archive.word_on(source) == ""
        assert not (copy.path / "control").exists() and not (copy.path / "log.txt").exists()
        assert (copy.path / "source_vocabulary.json").exists()
        assert status.read(copy).state == "stopped"
    assert {run.name for run in store.list_runs(include_demo=False)} == {"travelled", "travelled-2", "travelled-3"}
    assert list(store.runs_folder().glob(".*")) == []


def test_a_wished_name_is_taken_where_it_is_free():
    run = full_run()
    assert archive.import_run(archive.export_bytes(run), "guest").name == "guest"
    assert archive.import_run(archive.export_bytes(run), "../../etc").name == "-..-etc"


# ---------------------------------------------------------------- what an archive says of itself
def entries(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def packed(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as out:
        for name, body in files.items():
            out.writestr(name, body)
    return file.getvalue()


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda files: {**files, "travelled/notes.md": b"other"}, r"notes\.md is not what was exported"),
        (
            lambda files: {**files, "travelled/recipe.toml": b""},
            r"holds 'recipe\.toml', which its manifest\.json does not name",
        ),
        (lambda files: {name: one for name, one in files.items() if "notes" not in name}, r"lacks 'notes\.md'"),
        (lambda files: {**files, "travelled/manifest.json": b"{"}, r"manifest\.json is damaged"),
        (lambda files: {**files, "travelled/manifest.json": b'{"schema": "attnlab/archive/2"}'}, "made by a newer"),
    ],
)
def test_what_was_edited_on_its_way_is_refused_and_leaves_nothing(edit, said):
    run = full_run()
    files = entries(archive.export_bytes(run))
    status.write(run, "done", step=10, steps=50)
    store.delete(run)
    with pytest.raises(RunError, match=said):
        archive.import_run(packed(edit(files)))
    assert list(store.runs_folder().iterdir()) == []


def test_an_archive_of_before_there_were_manifests_is_taken_with_a_word():
    files = entries(archive.export_bytes(full_run()))
    old = packed({name: one for name, one in files.items() if not name.endswith(manifest.NAME)})
    assert archive.import_run(old, "old").notes() == "hello"
    assert archive.word_on(old).startswith("this archive has no manifest")


# ---------------------------------------------------------------- what is built from it
def with_config(**model: object) -> bytes:
    """An archive with another model in its configuration, and a manifest that fits."""
    files = entries(archive.export_bytes(full_run()))
    config = json.loads(files["travelled/config.json"])
    files["travelled/config.json"] = json.dumps({**config, "model": {**config["model"], **model}}).encode()
    digests = {
        name.partition("/")[2]: manifest.digest(one) for name, one in files.items() if not name.endswith(manifest.NAME)
    }
    return packed({**files, f"travelled/{manifest.NAME}": manifest.written(digests)})


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ({"width": 16}, "the weights do not fit config.json"),
        (
            {"layers": 24, "width": 1024, "heads": 16, "feed_forward": 8},
            "its weights have 0.0 MB, so they are of another one",
        ),
        (
            {"attention": "synthesizer", "longest": 4096, "heads": 4},
            "its weights have 0.0 MB, so they are of another one",
        ),
        ({"width": 10**9}, "width=1000000000 is out of range"),
        ({"name": "resnet"}, "resnet"),
    ],
)
def test_weights_must_fit_the_model_which_is_never_built_larger_than_they_are(model, said):
    with pytest.raises(RunError, match=said):
        archive.import_run(with_config(**model), "edited")
    assert [run.name for run in store.list_runs(include_demo=False)] == ["travelled"]


def test_what_a_page_would_stumble_over_later_is_refused_at_once():
    files = entries(archive.export_bytes(full_run()))
    bare = {name: one for name, one in files.items() if not name.endswith(manifest.NAME)}
    for name, body in (
        ("events.jsonl", b'{"kind": "step", "step": 1e400}\n'), ("vocabulary.json", b"{}"), ("examples.json", b"[]"),
        ("snapshots/step-000010.npz", b"PK"), ("checkpoints/step-000010/model.safetensors", b"\0" * 40),
        ("status.json", b'{"state": "flying"}'),
    ):  # fmt: skip
        with pytest.raises(RunError):
            archive.import_run(packed({**bare, f"travelled/{name}": body}), "edited")
    assert [run.name for run in store.list_runs(include_demo=False)] == ["travelled"]
