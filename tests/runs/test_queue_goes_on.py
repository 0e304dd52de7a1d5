"""One bad run, ticket or folder holds nobody up: it is refused, or passed over, and the others of the line begin."""

import json
from dataclasses import replace

import pytest

from core.errors import RunError, SettingError
from core.runs import controls, job_queue, status, tickets
from core.runs.cluster.connection import Seen
from core.runs.cluster.ray_backend import RayCluster
from tests.runs.made import a_run
from tests.runs.stands import Stand, die, set_state


@pytest.fixture(autouse=True)
def stand(monkeypatch) -> Stand:
    one = Stand(room=1)
    monkeypatch.setattr("core.runs.job_queue.chosen", lambda: one)
    return one


def state(run) -> str:
    return status.read(run).state


def runs(*names: str) -> list:
    return [a_run(name) for name in names]


def edited(run, **parts: object) -> None:
    """As somebody's hand leaves a configuration: JSON, but nothing that can be trained."""
    path = run.path / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | parts))


def test_what_cannot_be_trained_is_refused_before_it_has_a_ticket(stand):
    run = a_run()
    edited(run, training=[])
    with pytest.raises(SettingError, match="the part training is"):
        job_queue.submit(run, "ann")
    assert state(run) == "new" and not tickets.any_there()


@pytest.mark.parametrize("before", ["waiting", "stopped", None])
def test_one_that_was_edited_while_it_waits_holds_nobody_up(stand, before):
    first, second, third = runs("first", "second", "third")
    for run in (first, second, third):
        job_queue.submit(run, "ann")
    edited(second, training=[])
    if before is None:
        (second.path / "status.json").unlink()
    else:
        set_state(second, before)
    stand.room = 3
    job_queue.turn()
    assert "third" in stand.started


@pytest.mark.parametrize("said", ["waiting", "starting"])
def test_one_whose_folder_takes_no_word_any_more_holds_nobody_up(stand, monkeypatch, said):
    first, second, third = runs("first", "second", "third")
    for run in (first, second, third):
        job_queue.submit(run, "ann")
    if said == "starting":
        die(first)
    else:
        set_state(first, "done")
    shut = first if said == "starting" else second
    stand.refuses.add(shut.name)
    put = status.put

    def refuse(run, value):
        if run.path == shut.path:
            raise RunError("the disk refuses")
        put(run, value)

    monkeypatch.setattr(status, "put", refuse)
    job_queue.turn()
    job_queue.turn()
    assert stand.started[1:] == ["second" if said == "starting" else "third"]
    assert job_queue.place(shut) is None


def test_a_start_that_breaks_in_a_way_nobody_thought_of_is_said_in_its_run_and_holds_nobody_up(stand, monkeypatch):
    first, second, third = runs("first", "second", "third")
    for run in (first, second, third):
        job_queue.submit(run, "ann")
    start = stand.start

    def broken(run, limits):
        return start(run, limits) if run.name != "second" else [].get("workers")

    monkeypatch.setattr(stand, "start", broken)
    set_state(first, "done")
    job_queue.turn()
    assert state(second) == "failed" and "AttributeError" in status.read(second).reason
    assert job_queue.turn() == [third]


def test_nobody_waits_in_the_lines_lock_for_a_cluster_to_answer(stand, monkeypatch):
    run, places = a_run(), stand.places
    monkeypatch.setattr("core.runs.job_queue._PATIENCE", 0.05)

    def slow() -> int:
        with job_queue._turn():  # somebody else's press, meanwhile
            return places()

    monkeypatch.setattr(stand, "places", slow)
    job_queue.submit(run, "ann")
    assert job_queue.turn() == [] and stand.started == ["first"]


def test_while_a_cluster_does_not_answer_the_line_is_told_and_cancelling_works(stand, monkeypatch):
    first, second, third = runs("first", "second", "third")
    for run in (first, second, third):
        job_queue.submit(run, "ann")

    def silent() -> int:
        raise RunError("the cluster does not answer")

    monkeypatch.setattr(stand, "places", silent)
    monkeypatch.setattr(stand, "lately", lambda: None)
    assert [job_queue.place(run) for run in (first, second, third)] == [None, 0, 1]
    job_queue.cancel(second)
    assert state(second) == "stopped" and job_queue.place(third) == 0
    set_state(first, "running")
    job_queue.cancel(first)
    assert [one.what for one in controls.take(first)] == ["stop"]
    for deed in (job_queue.turn, lambda: job_queue.submit(a_run("fourth"), "ann")):
        with pytest.raises(RunError, match="does not answer"):
            deed()
    assert state(third) == "waiting" and job_queue.place(third) == 0


def test_a_start_that_fails_after_a_cancel_is_not_the_cancels_failure(stand, monkeypatch):
    first, second = runs("first", "second")
    for run in (first, second):
        job_queue.submit(run, "ann")

    def full(ticket) -> None:
        raise RunError("the disk is full")

    monkeypatch.setattr("core.runs.served.remember", full)
    job_queue.cancel(first)
    assert state(first) == "stopped"


def test_one_that_a_cluster_is_thought_to_move_is_asked_and_not_killed(stand, monkeypatch):
    run = a_run()
    job_queue.submit(run, "ann")
    set_state(run, "running")
    status.put(run, replace(status.read(run), job="a training", heartbeat=0.0))
    monkeypatch.setattr("core.runs.cluster.ray_backend.knows", lambda job: True)
    assert state(run) == "starting", "nothing was heard of it for long, and the cluster has it"
    job_queue.cancel(run)
    assert status.written(run).state == "running" and [one.what for one in controls.take(run)] == ["stop"]


def test_what_a_cluster_lately_had_is_told_without_asking_it(monkeypatch):
    cluster = RayCluster("ray://127.0.0.1:1")  # where nothing answers
    assert cluster.lately() is None
    monkeypatch.setattr(cluster._line, "lately", lambda: Seen(cpus=3, gpus=2))
    assert cluster.lately() == 3
    monkeypatch.setenv("ATTNLAB_DEVICE", "cuda")
    assert cluster.lately() == 2
    monkeypatch.setattr(cluster._line, "lately", Seen)
    assert cluster.lately() is None, "no node is there"
