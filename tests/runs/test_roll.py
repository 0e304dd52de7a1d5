"""The lecturer sees every run of the class at a glance, and ends any of them."""

import itertools
import json
import os
import time

import pytest

from core.errors import RunError
from core.runs import journal, status, store, workspace
from core.runs.classroom import glance, presence, roll
from core.runs.classroom.room import Member
from core.runs.journal import Journal
from core.runs.workspace import CLASSROOM
from core.training.events import Changed
from tests.runs.classes import ANN, BOB, TEACHER, asking
from tests.runs.made import a_run, step_done


@pytest.fixture(autouse=True)
def classroom(monkeypatch):
    monkeypatch.setenv(CLASSROOM, "1")


def curve(run):
    glance._looked.cache_clear()
    return glance.glance(run)


def test_every_workspace_stands_in_the_roll_with_its_runs_newest_first():
    with asking(ANN):
        for name in ("old", "new"):
            a_run(name)
        os.utime(store.runs_folder() / "old" / "config.json", (1, 1))
        status.write(store.find_run("new"), "done", step=9, steps=9)
    with asking(BOB):
        a_run()
    with asking(TEACHER):
        pages = {page.name: page for page in roll.roll()}
    assert [run.name for run in pages["ann"].runs] == ["new", "old"]
    assert (pages["ann"].runs[0].status.state, pages["ann"].runs[0].status.step) == ("done", 9)
    assert (pages["bob"].runs[0].address, pages["bob"].runs[0].task) == ("of/bob/first", "reverse")


def test_what_trains_says_what_it_holds_and_what_waits_its_place():
    with asking(ANN):
        status.write(a_run("trains"), "running", step=1, steps=9)
    with asking(TEACHER):
        (page,) = [page for page in roll.roll() if page.name == "ann"]
    assert page.active == 1 and page.runs[0].memory_mb > 10 and page.runs[0].place is None


def test_a_damaged_run_stands_there_with_its_problem():
    with asking(ANN):
        run = a_run()
        (run.path / "config.json").write_text("{")
        (run.path / "events.jsonl").write_bytes(b"\x00\xff{")
        (store.runs_folder() / "empty").mkdir()
    with asking(TEACHER):
        (page,) = [page for page in roll.roll() if page.name == "ann"]
    problems = {entry.name: entry.problem for entry in page.runs}
    assert "expected JSON" in problems["first"] and "is missing" in problems["empty"]


def test_the_lecturer_ends_a_training_that_waits():
    with asking(ANN):
        run = a_run()
        status.write(run, "waiting", step=0, steps=9)
    with asking(TEACHER):
        roll.stop("ann", "first")
        assert status.read(run).state == "stopped"
        for place, name in (("ann", "gone"), ("zoe", "first"), ("ann", "../../bob/runs/x")):
            with pytest.raises(RunError, match="there is no run"):
                roll.stop(place, name)


def test_who_has_a_page_open_is_here_and_later_no_more():
    with asking(ANN), asking(TEACHER):
        presence.greet(ANN)
        (page,) = [page for page in roll.roll() if page.name == "ann"]
        assert page.here
        past = time.time() - presence.FRESH - 5
        os.utime(workspace.root() / "present" / "ann", (past, past))
        (page,) = [page for page in roll.roll() if page.name == "ann"]
        assert not page.here and page.seen > presence.FRESH
        presence.greet(ANN)
        assert presence.seen()["ann"].ago < presence.FRESH


def test_who_came_in_by_an_account_is_shown_by_their_name():
    with asking(TEACHER):
        with asking(Member("zoe@uni.example", "oidc.0123")):
            presence.greet(Member("zoe@uni.example", "oidc.0123"))
        (page,) = [page for page in roll.roll() if page.name == "oidc.0123"]
    assert page.owner == "zoe@uni.example"


def test_a_clock_that_went_back_leaves_people_here():
    presence.greet(ANN)
    ahead = time.time() + 3600
    os.utime(workspace.root() / "present" / "ann", (ahead, ahead))
    assert presence.seen()["ann"].ago == 0.0
    presence.greet(ANN)
    assert (workspace.root() / "present" / "ann").stat().st_mtime < ahead


def test_a_small_curve_goes_from_the_first_step_to_the_newest():
    with asking(ANN):
        run = a_run()
        with Journal(run) as events:
            for step in range(1, 2001):
                events.append(step_done(step, loss=2000.0 - step))
        drawn = curve(run)
    assert len(drawn) == glance.POINTS and drawn[0] == 1999.0 and drawn[-1] == 0.0
    gaps = [left - right for left, right in itertools.pairwise(drawn)]
    assert min(gaps) > 0 and max(gaps) < 3 * 2000 / glance.POINTS


@pytest.mark.parametrize("steps", [0, 1, 2, 7, 30])
def test_a_short_curve_has_no_step_twice(steps):
    with asking(ANN):
        run = a_run()
        with Journal(run) as events:
            for step in range(1, steps + 1):
                events.append(step_done(step, loss=float(step)))
        drawn = curve(run)
    assert list(drawn) == sorted(set(drawn)) and len(drawn) <= glance.POINTS
    assert not steps or (drawn[0], drawn[-1]) == (1.0, float(steps))


def test_steps_that_a_resumption_undid_and_losses_that_are_none_are_left_out():
    with asking(ANN):
        run = a_run()
        with Journal(run) as events:
            for step in range(1, 101):
                events.append(step_done(step, loss=1000.0 + step))
            events.append(Changed(50, journal.RESUMED))
            for step in range(51, 101):
                events.append(step_done(step, loss=float(step)))
            events.append(step_done(101, loss=float("nan")))
        with (run.path / "events.jsonl").open("ab") as file:
            file.write(json.dumps({"step": 102, "kind": "step", "loss": 5.0}).encode())  # torn: no newline
        drawn = curve(run)
    assert drawn[-1] == 100.0 and max(drawn) <= 1050.0
    assert 5.0 not in drawn


def test_a_curve_is_looked_at_again_when_its_journal_has_grown():
    with asking(ANN):
        run = a_run()
        for step in (1, 2):
            with Journal(run) as events:
                events.append(step_done(step, loss=float(step)))
            assert glance.glance(run)[-1] == step
