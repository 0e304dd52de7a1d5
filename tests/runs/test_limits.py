"""A training that takes too much stops with a checkpoint and a sentence; one that cannot stop is ended, with the sentence."""

from collections import deque

import pytest

from core.errors import SettingError
from core.language import speaking
from core.runs import checkpoint, controls, limits, status
from core.runs.config import ExperimentConfig
from core.runs.experiment import create, run_experiment
from core.runs.limits import Limits, Watch
from tests.runs.made import a_run, eventually, python

# what trains here: it says that it runs as fast as it can, and ends when asked; or it never hears
PROCESS = """
import subprocess, sys
from core.runs import controls, limits, status, store
run = store.open_run(sys.argv[1])
how, memory, minutes = sys.argv[2], float(sys.argv[3]) or None, float(sys.argv[4]) or None
with limits.Watch(run, limits.Limits(memory, minutes), grace=0.3):
    if how == "grows":
        much = bytearray(900_000_000)
    if how == "child":
        child = "import sys; much = bytearray(900_000_000); sys.stdin.read()"
        child = subprocess.Popen([sys.executable, "-c", child], stdin=subprocess.PIPE)
    while how != "hears" or not controls.take(run):
        status.write(run, "running", step=7, steps=9)
    status.write(run, "stopped", step=8, steps=9)
"""


def ended(how: str, memory: float = 0.0, minutes: float = 0.0):
    run = a_run()
    process = python(PROCESS, str(run.path), how, str(memory), str(minutes))
    process.wait(60)
    return process.returncode, status.read(run)


@pytest.fixture
def training():
    return create("small", ExperimentConfig.from_dict({
        "task": {"name": "reverse"}, "model": {"name": "transformer", "width": 16, "layers": 1, "heads": 2},
        "training": {"steps": 100_000, "batch_size": 4, "checkpoint_every": 100_000, "evaluate_on": 2},
    }))  # fmt: skip


def test_a_training_over_its_memory_ends_with_a_checkpoint_and_can_go_on(training):
    with Watch(training, Limits(memory_mb=700), holds=lambda: 812.0):
        deque(run_experiment(training), maxlen=0)
    now = status.read(training)
    assert now.state == "stopped" and checkpoint.steps(training) == [now.step]
    assert now.reason.startswith("it took 812 MB of memory, and a training may take 700 MB here")
    assert "smaller batch" in now.reason and "resume it where the limit is larger" in now.reason
    before = now.step
    with Watch(training, Limits(minutes=0.3 / 60)):
        deque(run_experiment(training), maxlen=0)
    now = status.read(training)
    assert now.step > before and checkpoint.steps(training)[-1] == now.step
    assert now.reason.startswith("it trained for 0.005 min,") and "Resume" in now.reason


def test_without_limits_nothing_is_watched(training):
    controls.send(training, "stop")
    with Watch(training, Limits(), holds=lambda: 1e9):
        deque(run_experiment(training), maxlen=0)
    assert status.read(training).state == "stopped" and status.read(training).reason == ""


def test_a_stop_by_hand_gives_no_reason_that_was_none(training):
    controls.send(training, "stop")
    with Watch(training, Limits(memory_mb=1e6, minutes=1e6)):
        deque(run_experiment(training), maxlen=0)
    assert status.read(training).reason == ""


def test_a_step_without_an_end_is_ended_and_its_last_word_stands():
    code, now = ended("never", minutes=0.1 / 60)
    assert code == limits.ENDED and now.state == "failed" and now.step == 7
    assert "it trained for 0.00166667 min," in now.reason and "ended within a step" in now.reason


@pytest.mark.parametrize("how", ["grows", "child"])
def test_a_burst_of_memory_is_ended_at_once_whichever_of_its_processes_has_it(how):
    code, now = ended(how, memory=400)
    assert code == limits.ENDED and now.state == "failed"
    assert "MB of memory, and a training may take 400 MB here" in now.reason


def test_one_that_hears_stops_by_itself():
    code, now = ended("hears", minutes=0.1 / 60)
    assert code == 0 and now.state == "stopped" and now.step == 8 and "it trained for" in now.reason


def test_pauses_are_no_training_but_they_end_too():
    run = a_run()
    status.write(run, "paused", step=3, steps=9)
    watch = Watch(run, Limits(minutes=1))
    for _ in range(3):
        watch._count(25)
    assert watch._trained == 0 and "it was paused for 1 min," in watch._excess(0.0)
    with speaking("zh"):
        assert "它被暂停了1分钟" in watch._excess(0.0)
    status.write(run, "running", step=3, steps=9)
    watch._count(59)
    assert watch._trained == 59
    watch._count(2)
    with speaking("zh"):
        assert "它训练了1分钟" in watch._excess(0.0)
    with Watch(run, Limits(minutes=1 / 600)):
        assert eventually(lambda: [one.what for one in controls.take(run)] == ["stop"])


@pytest.mark.parametrize(("name", "text"), [
    (limits.TRAININGS, "0"), (limits.TRAININGS, "many"), (limits.MEMORY, "-5"), (limits.MINUTES, "nan"), (limits.MINUTES, "inf"),
])  # fmt: skip
def test_limits_that_are_none_are_refused(monkeypatch, name, text):
    monkeypatch.setenv(name, text)
    with pytest.raises(SettingError, match=r"expected a number|out of range"):
        limits.trainings() if name == limits.TRAININGS else limits.usual()


def test_limits_come_from_the_environment(monkeypatch):
    assert limits.usual() == Limits() and limits.trainings() >= 1
    monkeypatch.setenv(limits.TRAININGS, "3")
    monkeypatch.setenv(limits.MEMORY, "700")
    monkeypatch.setenv(limits.MINUTES, "10")
    assert limits.usual() == Limits(700, 10) and limits.trainings() == 3
