"""A training may be killed at any moment, by chance or right before anything it does to the disk: nothing is lost."""

import contextlib
import os
import random
import signal
import time

import pytest

from core.runs import controls, status, store
from core.runs.experiment import run_experiment
from core.runs.folder import RunFolder
from core.training.events import Changed, StepDone
from tests.faults.nursery import Nursery
from tests.faults.trainings import (
    OBJECTIVES,
    TEACHER,
    Reader,
    Result,
    distilled,
    half_trained,
    made,
    on_sets,
    plain,
    same_start,
    spoken,
    trained,
)

KINDS = {
    **{name: lambda home, name=name: plain(name) for name in OBJECTIVES},
    "distillation": lambda home: distilled(),
    "sets": lambda home: on_sets(),
    "voice": lambda home: spoken(home / "speech"),
}


def kill_often(nursery: Nursery, begun: RunFolder, kills: int, seed: int) -> None:
    """Train the same run again and again, killed at so many random moments on the way, and compare how it ends."""
    whole = same_start(begun, "whole")
    seconds, chance = trained(nursery, whole), random.Random(seed)
    expected, killed, number = Result.of(whole), 0, 0
    while killed < kills:
        number += 1
        reader = Reader(same_start(begun, f"parts-{number}"))
        while status.read(reader.run).state != "done":
            pid = nursery.born("train", address=str(reader.run.path))
            end = time.monotonic() + (chance.uniform(0, seconds) if killed < kills else 60)
            while time.monotonic() < end and nursery.quiet:
                reader.look()
                time.sleep(0.002)  # whoever watches takes no time from whom they watch
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            ended = nursery.ended()
            assert ended.code in (0, -signal.SIGKILL), ended.told
            killed += ended.code < 0
            reader.look_anew()
        assert Result.of(reader.run) == expected, "it ends as it would have ended"
        store.delete(reader.run)


def test_a_training_killed_at_random_moments_ends_as_if_it_never_had_been(nursery, as_many, seed):
    kill_often(nursery, made("begun", plain()), as_many(200), seed)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "likelihood"])
def test_so_does_every_kind_of_training(kind, nursery, as_many, seed, home):
    if kind == "distillation":
        trained(nursery, made(TEACHER, plain()))
    kill_often(nursery, made("begun", KINDS[kind](home)), as_many(4), seed)


def test_a_training_killed_right_before_any_deed_to_the_disk_loses_nothing(nursery):
    """From between two checkpoints to the end: every file that is filled, renamed or removed."""
    begun, expected = half_trained(nursery)
    at, ended = 0, None
    while ended is None or ended.code < 0:
        reader = Reader(same_start(begun, f"dies-{at}"))
        reader.look_anew()
        ended = nursery.does("train", address=str(reader.run.path), dies_at=at)
        assert ended.code in (0, -signal.SIGKILL), ended.told
        reader.look_anew()
        if ended.code < 0:
            trained(nursery, reader.run)
        assert Result.of(reader.run) == expected, f"killed right before deed {at}"
        store.delete(reader.run)
        at += 1
    assert at > 40, "to go on from there does at least so much to the disk"


@pytest.mark.parametrize("what", ["learning_rate", "guidance"])
@pytest.mark.parametrize("at", [2, 6, 7])
def test_what_people_changed_before_a_kill_is_done_again(what, at):
    """Before there is a checkpoint, right after the one of step 6, and a step later."""
    results = {}
    for name, kills in (("whole", 0), ("parts", 2)):
        run = made(name, plain())
        reader = Reader(run)
        for number in range(kills + 1):
            for event in run_experiment(run):
                reader.look()
                if isinstance(event, StepDone) and event.step == at and number == 0:
                    controls.send(run, what, 0.5)
                if isinstance(event, StepDone) and event.step == at + 1 and number < kills:
                    break  # as a kill, the journal ends here
        reader.look_anew()
        changed = [one for one in reader.course.events if isinstance(one, Changed) and one.what == what]
        assert [(one.step, one.value) for one in changed] == [(at, 0.5)]
        results[name] = Result.of(run)
    assert results["whole"] == results["parts"]
