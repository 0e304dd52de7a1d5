"""How many processes one press on Train may start."""

import pytest

from core.errors import RunError
from core.runs import job_queue, status, store, workspace
from tests.runs.classes import ANN, TEACHER, asking
from tests.runs.stands import Stand


class OneComputer(Stand):
    """Every worker is a process here."""

    def most_workers(self) -> int | None:
        return self.room


def a_team(name: str, workers: int):
    return store.create(name, {
        "schema": "attnlab/run/1", "seed": 1, "task": {"name": "reverse"}, "model": {"name": "transformer"},
        "training": {"steps": 2, "workers": workers},
    })  # fmt: skip


@pytest.fixture(params=[OneComputer, Stand])
def stand(request, monkeypatch) -> Stand:
    one = request.param(room=2)
    monkeypatch.setattr("core.runs.job_queue.chosen", lambda: one)
    return one


def asked(name: str, workers: int) -> str:
    run = a_team(name, workers)
    try:
        job_queue.submit(run, "ann")
    except RunError as error:
        assert status.read(run).state == "new" and job_queue.place(run) is None
        return str(error)
    return status.read(run).state


def test_a_training_of_one_computer_has_no_more_workers_than_it_has_places(stand):
    assert asked("two", 2) == "starting"
    told = asked("many", 64)
    if isinstance(stand, OneComputer):
        assert told == "many has training.workers=64, and a training here may have 2: make it anew with workers=2"
    else:  # a cluster tells as it starts, for nodes come and go
        assert told == "starting"


def test_in_a_class_a_student_has_one_worker_on_one_computer_and_a_lecturer_more(stand, monkeypatch):
    monkeypatch.setenv(workspace.CLASSROOM, "1")
    with asking(ANN):
        told = asked("two", 2)
        assert asked("one", 1) in ("starting", "waiting")
    assert told.endswith("a training of a student may have 1: make it anew with workers=1") == isinstance(
        stand, OneComputer
    )
    with asking(TEACHER):
        assert asked("two", 2) in ("starting", "waiting")
