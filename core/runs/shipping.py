"""A compact copy of a finished run, small enough to live in a repository.

Weights in half precision without the optimizer, a few hundred of the curves' points, a few dozen of the recordings,
and the recipe that makes the run again. It can be looked at and decoded like any other run, but not trained further.
"""

import shutil
from pathlib import Path

from core.errors import RunError
from core.language import tr
from core.runs import atomic, checkpoint, journal, snapshots, status
from core.runs.folder import RunFolder
from core.runs.recipes import config_of, write_recipe
from core.runs.voice_config import is_voice
from core.training.events import StepDone

_ALWAYS = ("config.json", "vocabulary.json", "examples.json")
_POINTS = 300  # of each curve
_RECORDINGS = 20  # closer together where a model changes most: at the beginning


def ship(run: RunFolder, folder: Path) -> RunFolder:
    """Write the compact copy into `folder`, which must not exist.

    Raises:
        RunError: the run is a voice or not done, the folder exists, or the disk refuses.
    """
    if is_voice(run):
        raise RunError(tr(
            "{address} is a voice, and voices are not shipped; hand it on with: attnlab runs export",
            address=run.address))  # fmt: skip
    now, newest = status.read(run), checkpoint.load(run)
    if now.state != "done" or newest is None:
        raise RunError(tr(
            "{address} is {state}; only a run that is done can be shipped: train it to its end first",
            address=run.address, state=now.state))  # fmt: skip
    if folder.exists():
        raise RunError(tr("{folder} exists already; remove it first or choose another folder", folder=folder))
    with atomic.disk_errors(f"writing {folder}"):
        folder.mkdir(parents=True)
        for name in ("config.json", "vocabulary.json", "examples.json", "examples.safetensors"):
            if name in _ALWAYS or (run.path / name).exists():
                shutil.copyfile(run.path / name, folder / name)
        (folder / "recipe.toml").write_text(write_recipe(config_of(run)), encoding="utf-8")
    copy = RunFolder(folder.absolute(), folder.name, str(folder.absolute()))
    checkpoint.save_compact(copy, newest.step, newest.model)
    _copy_curves(run, copy)
    recorded = snapshots.steps(run)
    for step in _spread(recorded, _RECORDINGS):
        snapshots.write(copy, step, snapshots.read(run, step))
    facts = {
        "state": "done",
        "step": now.step,
        "steps": now.steps,
        "heartbeat": now.heartbeat,
        "host": "",
        "pid": 0,
        "process_started": 0.0,
        "reason": "",
    }
    with atomic.disk_errors(f"writing {folder}"):
        atomic.write_json(folder / "status.json", facts)
    return copy


def _copy_curves(run: RunFolder, copy: RunFolder) -> None:
    events, _ = journal.read(run)
    steps = [event for event in events if isinstance(event, StepDone)]
    every = max(1, len(steps) // _POINTS)
    kept = {id(event) for event in steps[::every]} | {id(event) for event in steps[-1:]}
    shown = set(_spread(snapshots.steps(run), _RECORDINGS))
    with journal.Journal(copy) as written:
        for event in events:
            if isinstance(event, StepDone) and id(event) not in kept:
                continue
            if event.kind == "snapshot" and event.step not in shown:
                continue
            written.append(event)


def _spread(steps: list[int], count: int) -> list[int]:
    """At most `count` of these, the first and the last among them, denser at the beginning.

    >>> _spread(list(range(0, 1010, 10)), 6)
    [0, 40, 160, 360, 640, 1000]
    """
    if len(steps) <= count:
        return steps
    places = {round((len(steps) - 1) * (at / (count - 1)) ** 2) for at in range(count)}
    return [steps[place] for place in sorted(places)]
