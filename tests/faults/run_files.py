"""Runs as files: small ones of each kind that trains here, what a page does with one, and manifests that fit."""

import io
import json
import shutil
import zipfile
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from core.runs import archive, checkpoint, journal, manifest, snapshots, status, store
from core.runs.config import ExperimentConfig
from core.runs.experiment import create_any, run_experiment
from core.runs.folder import RunFolder
from core.runs.history import history
from core.runs.loading import load
from core.runs.recipes import AnyConfig, config_of
from core.runs.set_config import SetConfig, is_set_run
from core.runs.trained_set import load_set
from core.runs.uploads import uploads_folder

_TRAINING = {"steps": 2, "batch_size": 2, "evaluate_every": 2, "evaluate_on": 1, "record_every": 1, "warmup": 1}


def _configs() -> dict[str, AnyConfig]:
    model = {"name": "transformer", "layers": 1, "heads": 2, "width": 8, "feed_forward": 1}
    recurrent = {"name": "recurrent", "width": 6}
    small = {"task.words": 8, "model.width": 8, "training.steps": 2, "training.batch_size": 2}
    sets = SetConfig.preset("saw").changed({**small, "training.evaluate_on": 2})
    return {
        "tokens": ExperimentConfig.from_dict({"task": {"name": "reverse"}, "model": model, "training": _TRAINING}),
        "recurrent": ExperimentConfig.from_dict({"task": {"name": "copy"}, "model": recurrent, "training": _TRAINING}),
        "sets": sets,
    }


@cache
def exported() -> list[bytes]:
    """One archive of each kind; the runs are gone afterwards."""
    packed = []
    for name, config in _configs().items():
        run = create_any(name, config)
        deque(run_experiment(run), maxlen=0)
        run.write_notes("=1+1 <script>")
        packed.append(archive.export_bytes(run))
        store.delete(run)
    return packed


def sealed(data: bytes) -> bytes:
    """An archive whose manifest fits whatever is in it now."""
    entries = {name: body for name, body in _entries(data).items() if not name.endswith(manifest.NAME)}
    if not entries:
        return data
    folder = next(iter(entries), "x/").partition("/")[0]
    digests = {name.partition("/")[2]: manifest.digest(body) for name, body in entries.items()}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as out:
        for name, body in {**entries, f"{folder}/{manifest.NAME}": manifest.written(digests)}.items():
            out.writestr(name or "x", body)
    return file.getvalue()


def imported(data: bytes, folder: Path) -> None:
    """As the page does: what is refused leaves nothing, what is taken can be looked at in full."""
    try:
        run = archive.import_run(data)
        archive.word_on(data)
        looked_at(run)
        store.delete(run)
    finally:
        left = [path for one in (store.runs_folder(), uploads_folder()) if one.exists() for path in one.iterdir()]
        for path in left:
            shutil.rmtree(path)
        assert not [path for path in left if path.name.startswith(".")], left


def looked_at(run: RunFolder) -> None:
    """Everything that a page shows of a run."""
    now = status.read(run)
    config = config_of(run)
    assert isinstance(run.notes() + json.dumps(config.to_dict()), str)
    history(journal.rewind(journal.read(run)[0]), now.steps)
    for step in snapshots.steps(run):
        snapshots.read(run, step)
    if not checkpoint.steps(run):
        return
    if is_set_run(run):
        model = load_set(run.path)
        model.matrices(model.examples.probe)
        return
    opened: Any = load(run.path)
    opened.matrices(opened.example_text())


def laid_down(data: bytes, folder: Path) -> None:
    """A run's folder that somebody edited on the disk, past the import: every page that meets it says what is wrong."""
    with _folder(data) as run:
        looked_at(run)


def resumed(data: bytes, folder: Path) -> None:
    """The same folder, trained further by a step."""
    with _folder(data) as run:
        deque(zip(range(3), run_experiment(run)), maxlen=0)


@contextmanager
def _folder(data: bytes) -> Iterator[RunFolder]:
    target = store.runs_folder() / "edited"
    try:
        for name, body in _entries(data).items():
            inside = name.partition("/")[2]
            if archive.ENTRIES.fullmatch(inside):
                (target / inside).parent.mkdir(parents=True, exist_ok=True)
                (target / inside).write_bytes(body)
        yield RunFolder(target, "edited", "edited")
    finally:
        shutil.rmtree(target, ignore_errors=True)


def _entries(data: bytes) -> dict[str, bytes]:
    """What is in a zip; nothing where it is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as old:
            return {name: old.read(name) for name in old.namelist()}
    except Exception:  # whatever zipfile says to it
        return {}
