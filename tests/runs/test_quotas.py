"""How much a workspace may hold: asked before anything is added, by whoever adds it."""

from threading import Event, Thread

import pytest

from core.errors import RunError
from core.runs import store, uploads, workspace
from core.runs.archive import export_bytes, import_run
from core.runs.classroom import authority, quotas
from core.runs.classroom.room import Classroom, Member, Quotas, keep_classroom
from tests.runs.classes import ANN, BOB, TEACHER, asking

CONFIG = {
    "schema": "attnlab/run/1", "seed": 1, "task": {"name": "reverse"}, "model": {"name": "transformer", "layers": 1, "width": 8, "heads": 1},
    "training": {"steps": 2},
}  # fmt: skip


@pytest.fixture
def room(monkeypatch):
    monkeypatch.setenv(workspace.CLASSROOM, "1")
    keep_classroom(Classroom("a class"))


def test_a_workspace_takes_as_many_runs_as_it_may_and_a_lecturers_any(room):
    keep_classroom(Classroom("a class", quotas=Quotas(runs=2)))
    with asking(ANN):
        store.create("one", CONFIG)
        store.create("two", CONFIG)
        with pytest.raises(RunError, match="you have 2 runs, and a workspace of this class may hold 2"):
            store.create("three", CONFIG)
        assert not (workspace.home() / "runs" / "three").exists()
        store.delete(store.find_run("one"))
        store.create("three", CONFIG)
    with asking(BOB):
        store.create("one", CONFIG)
    with asking(TEACHER):
        for name in ("one", "two", "three"):
            store.create(name, CONFIG)


def test_a_workspace_takes_as_many_megabytes_as_it_may(room):
    keep_classroom(Classroom("a class", quotas=Quotas(megabytes=1)))
    with asking(ANN):
        uploads.keep(b"x" * 600_000)
        with pytest.raises(RunError, match=r"0\.6 MB more, and one of this class may hold 1 MB"):
            uploads.keep(b"y" * 600_000)
        assert len(list(workspace.uploads_folder().iterdir())) == 1
        with pytest.raises(RunError, match="may hold 1 MB"), quotas.room_for_run(600_000):
            raise AssertionError("there is no room")
        store.create("small", CONFIG)
    with asking(BOB):
        uploads.keep(b"y" * 600_000)


ADDED = [
    (lambda archive: store.create("one", CONFIG), store, "new_draft"),
    (lambda archive: import_run(archive), store, "new_draft"),
    (lambda archive: uploads.keep(b"x" * 900_000), uploads.atomic, "write_bytes"),
]


@pytest.mark.parametrize(("add", "module", "last"), ADDED, ids=["a run", "an archive", "an upload"])
def test_between_the_question_and_what_is_added_nothing_else_is_added(room, monkeypatch, add, module, last):
    keep_classroom(Classroom("a class", quotas=Quotas(runs=1, megabytes=1)))
    with asking(BOB):
        archive = export_bytes(store.create("one", CONFIG))
    inside, free, real = Event(), Event(), getattr(module, last)

    def held(*given):
        monkeypatch.setattr(module, last, real)
        inside.set()
        assert free.wait(20)
        return real(*given)

    monkeypatch.setattr(module, last, held)
    with asking(ANN):
        adding = Thread(target=add, args=(archive,))
        adding.start()
        assert inside.wait(20)
        monkeypatch.setattr(quotas, "_PATIENCE", 0.05)
        others = (
            lambda: store.create("two", CONFIG),
            lambda: import_run(archive),
            lambda: uploads.keep(b"y" * 900_000),
        )
        for other in others:
            with pytest.raises(RunError, match="something else is being added to your workspace"):
                other()
        free.set()
        adding.join(20)
        with pytest.raises(RunError, match="may hold 1"):
            store.create("two", CONFIG) if last == "new_draft" else uploads.keep(b"y" * 900_000)
    with asking(BOB):
        uploads.keep(b"y" * 900)


def test_outside_a_classroom_there_are_no_quotas():
    keep_classroom(Classroom("a class", quotas=Quotas(runs=1, megabytes=1)))
    store.create("one", CONFIG)
    store.create("two", CONFIG)
    assert authority.asker() is None and isinstance(ANN, Member)
