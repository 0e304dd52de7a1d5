"""The line by hand: who is next, what every state leaves, what lies there that is no ticket."""

import json
import os
import threading

import pytest

from core.errors import RunError, SettingError
from core.language import speaking
from core.runs import attending, controls, job_queue, status, store, tickets
from core.runs.limits import Limits
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


def test_what_has_no_room_waits_and_is_told_its_place(stand):
    first, second, third = runs("first", "second", "third")
    for run in (first, second, third):
        job_queue.submit(run, "ann")
    assert [state(run) for run in (first, second, third)] == ["starting", "waiting", "waiting"]
    assert [job_queue.place(run) for run in (first, second, third)] == [None, 0, 1]
    assert not status.read(second).alive and status.read(second).active
    set_state(first, "done")
    assert job_queue.turn() == [second] and stand.started == ["first", "second"]
    assert job_queue.place(third) == 0
    assert job_queue.turn() == [], "it is full again"


def test_an_owner_who_was_served_goes_to_the_back(stand):
    ann = runs("a1", "a2", "a3")
    for run in ann:
        job_queue.submit(run, "ann")
    bob, eve = runs("b1", "e1")
    job_queue.submit(bob, "bob")
    job_queue.submit(eve, "eve")
    assert [one.run.name for one in job_queue.line().waiting] == ["a2", "b1", "e1", "a3"]
    for run in (ann[0], ann[1], bob, eve):
        set_state(run, "done")
        job_queue.turn()
    assert stand.started == ["a1", "a2", "b1", "e1", "a3"]


def test_whoever_has_fewer_running_goes_first(stand):
    stand.room = 2
    a1, a2, a3, b1 = runs("a1", "a2", "a3", "b1")
    for run in (a1, a2, a3):
        job_queue.submit(run, "ann")
    job_queue.submit(b1, "bob")
    set_state(a1, "done")
    job_queue.turn()
    assert stand.started == ["a1", "a2", "b1"]
    assert job_queue.place(a3) == 0


def test_asking_twice_keeps_the_place_and_what_trains_is_not_asked_for(stand):
    first, second, third = runs("first", "second", "third")
    for run in (first, second, third, second):
        job_queue.submit(run, "ann")
    assert [one.run.name for one in job_queue.line().waiting] == ["second", "third"]
    with pytest.raises(RunError, match="first is being trained by process"):
        job_queue.submit(first, "ann")


def test_what_waits_is_neither_renamed_nor_deleted_but_cancelled():
    first, second = runs("first", "second")
    job_queue.submit(first, "ann")
    job_queue.submit(second, "ann")
    for change in (lambda: store.rename(second, "other"), lambda: store.delete(second)):
        with pytest.raises(RunError, match=r"second waits for its turn .* cancel it first"):
            change()
    job_queue.cancel(second)
    assert state(second) == "stopped" and "cancelled" in status.read(second).reason
    assert job_queue.place(second) is None
    store.delete(second)


def test_cancel_works_in_every_state(stand):
    first, second = runs("first", "second")
    job_queue.submit(first, "ann")
    job_queue.submit(second, "ann")
    job_queue.cancel(first)  # starting: it has learned nothing, so it ends at once, and the next begins
    assert [state(first), state(second)] == ["stopped", "starting"]
    for running in ("running", "paused"):
        set_state(second, running)
        job_queue.cancel(second)
        assert state(second) == running and [one.what for one in controls.take(second)] == ["stop"]
    set_state(second, "running")
    die(second)
    job_queue.cancel(second)
    assert state(second) == "crashed" and job_queue.line().running == ()
    for over in ("done", "failed", "stopped"):
        set_state(second, over)
        job_queue.cancel(second)
        assert state(second) == over


def test_a_training_that_does_not_hear_is_ended_when_it_is_asked_again(monkeypatch):
    run = a_run()
    job_queue.submit(run, "ann")
    set_state(run, "running")
    job_queue.cancel(run)
    job_queue.cancel(run)
    assert state(run) == "running", "a second press at once is the same wish"
    monkeypatch.setattr("core.runs.job_queue._UNHEARD", 0.0)
    job_queue.cancel(run)
    assert state(run) == "stopped"


def test_a_training_that_dies_before_its_first_word_is_tried_again_thrice(stand):
    run = a_run()
    job_queue.submit(run, "ann")
    for _ in range(5):
        if status.read(run).alive:
            die(run)
        job_queue.turn()
    assert stand.started == ["first"] * 3 and state(run) == "crashed" and not tickets.any_there()


def test_what_cannot_be_started_says_so_and_the_next_begins(stand):
    stand.refuses.add("second")
    first, second, third = runs("first", "second", "third")
    for run in (first, second, third):
        job_queue.submit(run, "ann")
    set_state(first, "done")
    assert job_queue.turn() == []
    assert status.read(second).reason == "no process can be started"
    assert job_queue.turn() == [third]


def test_a_run_that_somebody_trains_by_hand_leaves_the_line(stand):
    first, second = runs("first", "second")
    job_queue.submit(first, "ann")
    job_queue.submit(second, "ann")
    set_state(second, "running")  # attnlab train --resume
    set_state(first, "done")
    assert job_queue.turn() == [] and state(second) == "running" and not tickets.any_there()


def test_a_run_that_is_gone_or_damaged_holds_nobody_up(stand):
    first, second, third = runs("first", "second", "third")
    for run in (first, second, third):
        job_queue.submit(run, "ann")
    (second.path / "config.json").write_text("{")
    set_state(first, "done")
    assert job_queue.turn() == [third]


@pytest.mark.parametrize("text", [
    "", "{", "[]", '{"schema": "attnlab/ticket/9"}', '{"schema": "attnlab/ticket/1", "run": "first"}',
])  # fmt: skip
def test_torn_and_edited_tickets_are_passed_over_and_said(text, stand):
    first, second, third = runs("first", "second", "third")
    for run in (first, second, third):
        job_queue.submit(run, "ann")
    torn = tickets.place_of(job_queue.line().waiting[0].number, "waiting")
    torn.write_text(text)
    set_state(first, "done")
    assert job_queue.turn() == [third], "it goes on with who is left"
    (problem,) = job_queue.line().problems
    assert str(torn) in problem and "can be resumed" in problem
    assert state(second) == "waiting" and job_queue.place(second) is None
    job_queue.submit(second, "ann")
    assert job_queue.place(second) == 0


@pytest.mark.parametrize(("name", "value"), [
    ("run", "runs/../../etc"), ("memory_mb", -1), ("minutes", "long"), ("tries", True), ("owner", None),
])  # fmt: skip
def test_a_field_of_another_kind_makes_no_ticket(name, value):
    first, second = runs("first", "second")
    job_queue.submit(first, "ann")
    job_queue.submit(second, "ann")
    path = tickets.place_of(job_queue.line().waiting[0].number, "waiting")
    path.write_text(json.dumps(json.loads(path.read_text()) | {name: value}))
    assert job_queue.line().waiting == () and len(job_queue.line().problems) == 1


def test_who_was_served_may_be_edited(stand):
    first, second, third = runs("first", "second", "third")
    for run in (first, second, third):
        job_queue.submit(run, "ann")
    for text in ("{", "[]", '{"ann": "late", "bob": -3}'):
        (tickets.folder() / "served.json").write_text(text)
        assert [one.run.name for one in job_queue.line().waiting] == ["second", "third"]
    set_state(first, "done")
    assert job_queue.turn() == [second]


def test_limits_go_with_the_ticket(stand, monkeypatch):
    first, second = runs("first", "second")
    monkeypatch.setenv("ATTNLAB_MEMORY_LIMIT", "700")
    job_queue.submit(first, "ann")
    job_queue.submit(second, "ann", Limits(minutes=3))
    set_state(first, "done")
    job_queue.turn()
    assert stand.limits == [Limits(700.0), Limits(minutes=3)]
    monkeypatch.setenv("ATTNLAB_TIME_LIMIT", "soon")
    with pytest.raises(SettingError, match="ATTNLAB_TIME_LIMIT='soon': expected a number of minutes"):
        job_queue.submit(a_run("x"), "ann")


def test_the_language_goes_with_the_ticket_whoever_takes_the_turn(stand):
    first, second, third = runs("first", "second", "third")
    job_queue.submit(first, "ann")
    with speaking("zh"):
        job_queue.submit(second, "bob")
    job_queue.submit(third, "eve")
    set_state(first, "done")
    job_queue.turn()
    set_state(second, "done")
    with speaking("zh"):
        job_queue.turn()
    assert stand.started == ["first", "second", "third"] and stand.spoken == ["en", "zh", "en"]


def test_a_held_lock_is_said(monkeypatch):
    run = a_run()
    monkeypatch.setattr("core.runs.job_queue._PATIENCE", 0.05)
    with job_queue._turn(), pytest.raises(RunError, match="the queue is held by another process"):
        job_queue.submit(run, "ann")
    assert state(run) == "new"


def test_a_server_looks_by_itself(stand, monkeypatch):
    monkeypatch.setattr("core.runs.attending._attending", threading.Lock())
    first, second = runs("first", "second")
    job_queue.submit(first, "ann")
    job_queue.submit(second, "ann")
    looked = threading.Event()

    def once(seconds: float) -> None:  # instead of the sleep between two looks
        looked.set()
        raise SystemExit

    set_state(first, "done")
    monkeypatch.setattr("core.runs.attending.time.sleep", once)
    monkeypatch.setattr("threading.excepthook", lambda ended: None)
    attending.attend()
    assert looked.wait(20)
    assert state(second) == "starting" and os.getpid() == status.read(second).pid


def test_an_owner_may_be_allowed_so_many_places_only():
    first, second, third, other = runs("first", "second", "third", "other")
    job_queue.submit(first, "ann", most=1)
    job_queue.submit(second, "ann", most=1)
    with pytest.raises(RunError, match="1 of your trainings wait already"):
        job_queue.submit(third, "ann", most=1)
    assert state(third) == "new"
    job_queue.submit(second, "ann", most=1)
    job_queue.submit(other, "bob", most=1)
    assert [one.run.name for one in job_queue.line().waiting] == ["second", "other"]
