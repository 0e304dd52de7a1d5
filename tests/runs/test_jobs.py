"""Trainings are processes of their own; a spare one waits for the next."""

import os
import sys
import time
from pathlib import Path

import psutil
import pytest

from core.errors import RunError
from core.language import speaking
from core.runs import controls, jobs, status
from tests.runs.made import a_run, close_spare, eventually, python

# a worker whose training counts steps until it is told to stop; named "fail" it fails
WORKER = """
import sys, time
from core.errors import RunError
from core.runs import controls, jobs, status
def train(run):
    with run.lock():
        heart = status.Heartbeat(run, 1000, every=0.0)
        print("training", run.name, flush=True)
        if run.name.startswith("failwords"): raise ValueError("seven")
        if run.name.startswith("fail"): raise RunError("this cannot be trained")
        for step in range(1, 1000):
            heart.beat(step)
            if controls.take(run): break
            time.sleep(0.01)
        heart.beat(step, "stopped")
sys.exit(jobs.worker_main(sys.argv[1:], train))
"""
COMMAND = (sys.executable, "-P", "-c", WORKER, "--spare")


@pytest.fixture(autouse=True)
def no_process_is_left():
    yield
    close_spare(COMMAND)


def state(run) -> str:
    return status.read(run).state


def started(run):
    jobs.start(run, COMMAND)
    assert status.read(run).alive
    assert eventually(lambda: state(run) == "running")
    return psutil.Process(status.read(run).pid)


def test_a_training_says_what_became_of_it_in_the_language_of_whoever_started_it():
    run = a_run("failwords")
    with speaking("zh"):
        jobs.start(run, COMMAND)
    assert eventually(lambda: state(run) == "failed")
    assert "log.txt" in status.read(run).reason and status.read(run).reason.endswith("；见log.txt")


def test_a_job_starts_trains_and_stops_when_asked():
    run = a_run()
    process = started(run)
    assert process.pid != os.getpid() and os.getsid(process.pid) == process.pid
    assert process.nice() == 19 and process.environ()["OMP_NUM_THREADS"] == "1"
    group = Path(f"/proc/{process.pid}/autogroup")  # niceness alone counts only within a session
    assert not group.exists() or group.read_text().endswith("nice 19\n")
    with pytest.raises(RunError, match=f"being trained by process {process.pid}"):
        jobs.start(run, COMMAND)
    controls.send(run, "stop")
    assert eventually(lambda: state(run) == "stopped")
    assert eventually(lambda: not psutil.pid_exists(process.pid)), "no zombie is left"
    assert jobs.tail_log(run) == "training first"


def test_a_spare_takes_the_run_at_once():
    jobs.prepare(COMMAND)
    spare = jobs._spares[COMMAND]
    jobs.prepare(COMMAND)
    assert jobs._spares[COMMAND] is spare
    run = a_run()
    assert started(run).pid == spare.pid
    jobs.kill(run)


def test_a_dead_spare_is_not_taken():
    jobs.prepare(COMMAND)
    spare = jobs._spares[COMMAND]
    spare.kill()
    spare.wait()
    run = a_run()
    assert started(run).pid != spare.pid
    jobs.kill(run)


def test_a_job_started_again_forgets_an_old_stop():
    run = a_run()
    controls.send(run, "stop")
    started(run)
    time.sleep(0.1)
    assert state(run) == "running"
    jobs.kill(run)


def test_a_killed_training_is_stopped_and_can_be_started_again():
    run = a_run()
    started(run)
    jobs.kill(run)
    assert state(run) == "stopped" and not run.locked
    started(run).kill()
    assert eventually(lambda: state(run) == "crashed")
    started(run)
    jobs.kill(run)


def test_what_a_training_raises_is_its_end_and_in_its_log():
    run = a_run("fail")
    jobs.start(run, COMMAND)
    assert eventually(lambda: state(run) == "failed")
    assert status.read(run).reason == "this cannot be trained"
    assert "RunError: this cannot be trained" in jobs.tail_log(run)


def test_a_worker_that_cannot_even_begin_is_reported():
    run = a_run()
    jobs.start(run, (sys.executable, "-c", "import a_module_that_is_missing"))
    assert eventually(lambda: state(run) == "failed")
    assert "a_module_that_is_missing" in status.read(run).reason


def test_with_the_servers_death_a_training_lives_on_and_a_spare_ends():
    run = a_run()
    server = python(
        "import sys, time; from core.runs import jobs, store; command = tuple(sys.argv[2:])\n"
        "jobs.start(store.open_run(sys.argv[1]), command); jobs.prepare(command)\n"
        "print(jobs._spares[command].pid, flush=True); time.sleep(60)", str(run.path), *COMMAND)  # fmt: skip
    spare = int(server.stdout.readline())
    assert eventually(lambda: state(run) == "running")
    server.kill()
    server.communicate()
    assert eventually(lambda: not psutil.pid_exists(spare) or psutil.Process(spare).status() == psutil.STATUS_ZOMBIE)
    step = status.read(run).step
    assert eventually(lambda: status.read(run).step > step + 5)
    controls.send(run, "stop")
    assert eventually(lambda: state(run) == "stopped")


def test_a_shipped_or_damaged_run_is_not_started():
    run = a_run()
    (run.path / "config.json").write_text("{")
    with pytest.raises(RunError, match=r"config\.json, line 1"):
        jobs.start(run, COMMAND)


@pytest.mark.parametrize("last", ["done", "stopped", "failed"])
def test_a_training_that_ends_as_it_is_killed_keeps_its_own_last_word(last, monkeypatch):
    run = a_run()
    process = started(run)
    lives = status.process_lives

    def ends_meanwhile(pid: int, born: float) -> bool:
        if lives(pid, born):
            process.kill()
            eventually(lambda: not lives(pid, born))
            status.write(run, last, step=9, steps=9, reason="as it says", pid=pid)
        return lives(pid, born)

    read, before = status.read, [status.read(run)]
    monkeypatch.setattr(status, "read", lambda run: before.pop() if before else read(run))
    monkeypatch.setattr(status, "process_lives", ends_meanwhile)
    jobs.kill(run)
    now = status.written(run)
    assert (now.state, now.step, now.reason) == (last, 9, "as it says")
