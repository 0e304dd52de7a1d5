"""A run that was copied while it trained is trained on as if it had been killed, in whichever order it was copied."""

import random
import shutil
from itertools import permutations
from pathlib import Path

import pytest

from core.runs import checkpoint, controls, store
from core.runs.experiment import run_experiment
from core.runs.folder import RunFolder
from core.training.events import StepDone
from tests.faults.nursery import Nursery
from tests.faults.trainings import STEPS, Reader, Result, made, plain, trained

PARTS = ("events.jsonl", "checkpoints", "snapshots")


@pytest.fixture
def moments(tmp_path: Path) -> list[Path]:
    """The folder of a training as it was after every step, before the checkpoint of that step."""
    run, seen = made("whole", plain()), [tmp_path / f"after-{step}" for step in range(STEPS + 1)]
    for event in run_experiment(run):
        if not seen[event.step].exists():
            shutil.copytree(run.path, seen[event.step])
    return seen


def copied(moments: list[Path], at: dict[str, int]) -> RunFolder:
    """A copy whose parts were copied after these steps."""
    place = store.runs_folder() / "copy"
    shutil.copytree(moments[0], place, ignore=shutil.ignore_patterns(*PARTS))
    for name, step in at.items():
        part = moments[step] / name
        if part.is_dir():
            shutil.copytree(part, place / name)
        elif part.exists():
            shutil.copyfile(part, place / name)
    return store.find_run("copy")


def resumed(nursery: Nursery, run: RunFolder, dies_at: int) -> Result:
    """How a copy ends that is killed once right before a deed to the disk; it keeps all that its own journal had shown."""
    reader = Reader(run)
    reader.look()
    nursery.does("train", address=str(run.path), dies_at=dies_at)
    reader.look()
    trained(nursery, run)
    reader.look_anew()
    found = Result.of(run)
    store.delete(run)
    return found


@pytest.mark.parametrize("order", permutations(PARTS), ids=" ".join)
def test_no_step_of_a_live_copy_is_lost_and_its_parameters_are_those_of_the_whole(
    order, moments, nursery, as_many, seed
):
    expected, chance = Result.of(store.find_run("whole")), random.Random(seed)
    fixed = [(2, 5, 8), (2, 12, 12), (4, 8, 8)]  # all checkpoints are ahead: one, as many as are kept; one of two is
    drawn = [sorted(chance.choices(range(STEPS + 1), k=3)) for _ in range(as_many(4))]
    for steps in (*fixed, *drawn):
        at = dict(zip(order, steps, strict=True))
        found = resumed(nursery, copied(moments, at), chance.randrange(40))
        assert (found.course, found.state) == (expected.course, expected.state), at
        names = expected.files if order[-1] == "snapshots" else [name for name in expected.files if "check" in name]
        assert {name: found.files.get(name) for name in names} == {name: expected.files[name] for name in names}, at


def test_a_checkpoint_that_the_journal_knows_nothing_of_never_comes_back(nursery):
    """It learned at a rate that the copy was never told of."""
    whole, run = made("whole", plain()), made("begun", plain())
    trained(nursery, whole)
    for event in run_experiment(run):
        if isinstance(event, StepDone) and event.step == 4:
            journal = (run.path / "events.jsonl").read_bytes()
            controls.send(run, "learning_rate", 0.5)
        if isinstance(event, StepDone) and event.step == 8:
            break
    size = (run.path / "events.jsonl").stat().st_size
    (run.path / "events.jsonl").write_bytes(journal)
    assert checkpoint.steps(run) == [3, 6]
    while (run.path / "events.jsonl").stat().st_size <= size:
        assert nursery.does("train", address=str(run.path), dies_after=5).code < 0
        assert checkpoint.steps(run) == [3]
    trained(nursery, run)
    assert Result.of(run) == Result.of(whole)
