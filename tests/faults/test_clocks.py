"""Clocks that go backwards, jump a day, or differ between two computers: order, life and results do not hang on them."""

import json
import time

import psutil
import pytest

from core.runs import controls, status
from core.runs.folder import RunFolder
from tests.faults.trainings import Reader, Result, half_trained
from tests.runs.made import a_run, python

HOUR = 3600.0


class Here:
    """The two clocks of this computer, in a test's hands."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now, self.wall = 1000.0, 1.8e9
        patch.setattr(time, "monotonic", lambda: self.now)
        patch.setattr(time, "time", lambda: self.wall)

    def wait(self, seconds: float) -> None:
        """Let time go by."""
        self.now, self.wall = self.now + seconds, self.wall + seconds


@pytest.fixture
def here(monkeypatch):
    """Clocks that stand still until the test moves them."""
    return Here(monkeypatch)


def beat(run: RunFolder, clock: float) -> None:
    """Another computer writes that it trains, by its own clock."""
    status.write(run, "running", step=7, steps=9)
    facts = json.loads((run.path / "status.json").read_text()) | {"host": "elsewhere", "heartbeat": clock}
    (run.path / "status.json").write_text(json.dumps(facts))


@pytest.mark.parametrize("ahead", [-24 * HOUR, -HOUR, 0.0, HOUR, 24 * HOUR])
def test_a_training_elsewhere_lives_while_its_heartbeat_changes_whatever_its_clock_says(here, ahead):
    run = a_run()
    beat(run, here.wall + ahead)
    status.read(run)
    for _ in range(50):
        here.wait(2.0)
        beat(run, here.wall + ahead)
        assert status.read(run).state == "running"
    here.wait(31.0)
    assert status.read(run).state == "crashed", "it is silent"
    here.wait(2.0)
    beat(run, here.wall + ahead)
    assert status.read(run).state == "running", "it was only slow"


@pytest.mark.parametrize("jump", [-24 * HOUR, -HOUR, HOUR, 24 * HOUR])
@pytest.mark.parametrize("whose", ["its", "ours"])
def test_a_clock_that_is_set_kills_no_training_elsewhere(here, jump, whose):
    run, ahead = a_run(), 0.0
    for second in range(60):
        if second == 30:
            ahead, here.wall = (jump, here.wall) if whose == "its" else (-jump, here.wall + jump)
        beat(run, here.wall + ahead)
        assert status.read(run).state == "running"
        here.wait(1.0)


def test_one_that_died_between_two_looks_is_dead_at_the_second(here):
    run = a_run()
    beat(run, here.wall)
    assert status.read(run).state == "running"
    here.wait(5.0)
    beat(run, here.wall)
    here.wait(HOUR)
    assert status.read(run).state == "crashed"


@pytest.mark.parametrize("jump", [-24 * HOUR, 24 * HOUR])
def test_a_training_here_lives_although_somebody_set_the_clock(monkeypatch, jump):
    run, process = a_run(), python("input()")
    status.write(run, "running", step=7, steps=9, pid=process.pid)
    born = psutil.Process.create_time
    monkeypatch.setattr(
        psutil.Process, "create_time", lambda self: born(self) + jump
    )  # as another program sees it then
    assert status.read(run).state == "running"
    process.communicate("\n")
    assert status.read(run).state == "crashed"


def test_requests_keep_their_order_when_the_clock_goes_backwards(monkeypatch):
    run, clock = a_run(), iter([5_000, 4_000, 4_000, 3_000, 9_000])
    monkeypatch.setattr(time, "time_ns", lambda: next(clock))
    for rate in range(1, 6):
        controls.send(run, "learning_rate", float(rate))
    assert [one.value for one in controls.take(run)] == [1.0, 2.0, 3.0, 4.0, 5.0]


@pytest.mark.parametrize("jump", [-24 * HOUR, 400 * 24 * HOUR])
def test_a_clock_that_jumps_while_a_run_is_made_takes_no_draft_of_its_own(monkeypatch, jump):
    right = time.time
    monkeypatch.setattr(time, "time", lambda: right() + jump)
    assert a_run().problem is None


def test_a_training_by_a_mad_clock_ends_as_by_a_right_one(nursery):
    begun, expected = half_trained(nursery)
    reader = Reader(begun)
    reader.look_anew()
    ended = nursery.does("train_by_a_mad_clock", address=str(begun.path))
    assert ended.code == 0, ended.told
    reader.look_anew()
    assert Result.of(begun) == expected and status.read(begun).state == "done"
