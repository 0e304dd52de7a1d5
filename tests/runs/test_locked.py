"""What a lecturer locks, students cannot do; the lecturer can, and so can everybody where there is no class."""

import pytest

from core.errors import InputError, LockedControl, RunError
from core.runs import archive, job_queue, store, uploads
from core.runs.classroom import locked
from core.runs.classroom.locked import CONTROLS, Lock
from core.runs.workspace import CLASSROOM
from tests.runs.classes import ANN, BOB, TEACHER, asking
from tests.runs.made import a_run


@pytest.fixture(autouse=True)
def classroom(monkeypatch):
    monkeypatch.setenv(CLASSROOM, "1")


def locks(*controls, workspace=""):
    with asking(TEACHER):
        for control in controls:
            locked.lock(control, workspace)


# every deed that the core does under a lock; a control of pages alone stands in IN_PAGES, and its pages are tested in a browser
DEEDS = {
    "train": [lambda: a_run("another"), lambda: job_queue.submit(store.find_run("mine"), "ann")],
    "upload": [lambda: uploads.keep(b"text")],
    "import": [lambda: archive.import_run(PACKED[0])],
    "delete": [lambda: store.rename(store.find_run("mine"), "other"), lambda: store.delete(store.find_run("mine"))],
}
IN_PAGES = {"practice", "download"}
PACKED: list[bytes] = []


def test_every_control_is_a_deed_of_the_core_or_of_pages():
    assert set(DEEDS) | IN_PAGES == set(CONTROLS)


@pytest.mark.parametrize("control", DEEDS)
@pytest.mark.parametrize("whose", ["", "ann"], ids=["for all", "for one"])
def test_a_student_cannot_do_what_is_locked_and_nothing_has_happened(control, whose):
    with asking(ANN):
        run = a_run("mine")
        PACKED[:] = [archive.export_bytes(run)]
        before = sorted(path.name for path in store.home().rglob("*"))
        locks(control, workspace=whose)
        for deed in DEEDS[control]:
            with pytest.raises(LockedControl, match=f"has locked {CONTROLS[control].doing} for (the class|ann)"):
                deed()
        assert sorted(path.name for path in store.home().rglob("*")) == before
        assert list(locked.problems()) == [control]


def test_a_lock_for_one_is_not_for_another_and_what_is_unlocked_is_done():
    locks("import", "delete", workspace="ann")
    with asking(BOB):
        store.delete(a_run())
    with asking(ANN):
        run = a_run()
        with pytest.raises(LockedControl):
            store.delete(run)
    with asking(TEACHER):
        locked.unlock("delete", "ann")
        assert locked.locks() == [Lock("import", "ann")]
    with asking(ANN):
        store.delete(run)


def test_the_lecturer_is_never_locked_nor_is_anybody_without_a_class(monkeypatch):
    locks(*CONTROLS)
    with asking(TEACHER):
        assert list(locked.problems()) == []
        store.delete(a_run())
    monkeypatch.delenv(CLASSROOM)
    assert list(locked.problems()) == []


def test_who_is_not_known_is_locked_as_a_student_is():
    locks("upload")
    with asking(None):
        assert list(locked.problems()) == ["upload"]


def test_unlocking_for_all_lifts_every_lock_of_that_control_and_one_alone_cannot_be_let_out():
    locks("train")
    locks("train", "upload", workspace="ann")
    with asking(TEACHER):
        with pytest.raises(InputError, match="locked for the whole class"):
            locked.unlock("train", "ann")
        locked.unlock("train")
        assert locked.locks() == [Lock("upload", "ann")]
        locked.unlock("train")


@pytest.mark.parametrize("member", [ANN, None], ids=["a student", "nobody"])
def test_only_a_lecturer_locks_and_unlocks(member):
    locks("train")
    with asking(member):
        for deed in (lambda: locked.lock("upload"), lambda: locked.unlock("train")):
            with pytest.raises(RunError, match="the lecturer's"):
                deed()
    with asking(TEACHER):
        assert locked.locks() == [Lock("train")]


def test_a_control_or_a_workspace_that_cannot_be_is_named():
    with asking(TEACHER):
        with pytest.raises(InputError, match="did you mean train"):
            locked.lock("trian")
        with pytest.raises(InputError, match="name of a workspace"):
            locked.lock("train", "../ann")


def test_a_file_of_another_name_is_no_lock():
    locks("train")
    (store.root() / "locked" / "everything").touch()
    with asking(TEACHER):
        assert locked.locks() == [Lock("train")]
