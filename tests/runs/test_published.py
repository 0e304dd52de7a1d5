"""What a lecturer publishes, everyone reads and nobody changes; what others have, only a lecturer sees."""

import pytest

import core
from core.errors import RunError
from core.runs import status, store, workspace
from core.runs.classroom import authority, desk, published, roll
from core.runs.workspace import CLASSROOM
from tests.runs.classes import ANN, BOB, TEACHER, asking
from tests.runs.made import a_run


@pytest.fixture(autouse=True)
def classroom(monkeypatch):
    monkeypatch.setenv(CLASSROOM, "1")


def of_ann(name="secret"):
    with asking(ANN):
        return a_run(name)


def test_a_published_run_is_seen_by_all_and_opened_like_a_shipped_one():
    with asking(TEACHER):
        copy = published.publish(store.find_run("demo/reverse-transformer"), "lesson-1")
        assert copy.address == "class/lesson-1"
    with asking(ANN):
        assert "class/lesson-1" in [run.address for run in store.list_runs()]
        assert core.load("class/lesson-1").output("abc") == core.load("demo/reverse-transformer").output("abc")
        assert store.open_run("class/lesson-1") == store.open_run(str(copy.path)) == copy


def test_a_published_run_cannot_be_changed_by_anybody():
    with asking(TEACHER):
        copy = published.publish(a_run())
    for member in (ANN, TEACHER):
        with asking(member):
            for deed in (store.delete, lambda run: store.rename(run, "x"), lambda run: run.write_notes("mine")):
                with pytest.raises(RunError, match="class/first is a published run"):
                    deed(copy)


def test_it_is_a_copy_that_stays_when_the_run_goes():
    with asking(TEACHER):
        run = a_run()
        run.write_notes("as it was")
        (run.path / "log.txt").write_text("/home/somebody")
        copy = published.publish(run)
        store.delete(run)
        assert copy.notes() == "as it was" and not (copy.path / "log.txt").exists()
        assert not any(path.is_symlink() for path in copy.path.rglob("*"))


def test_a_link_in_a_run_is_not_followed(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("the neighbour's")
    run = of_ann()
    (run.path / "notes.md").symlink_to(secret)
    with asking(TEACHER):
        assert published.publish(store.find_run("of/ann/secret")).notes() == ""


def test_a_training_that_is_published_on_its_way_is_published_as_stopped():
    with asking(TEACHER):
        run = a_run()
        status.write(run, "running", step=3, steps=9)
        now = status.read(published.publish(run))
        assert (now.state, now.step) == ("stopped", 3)


def test_a_taken_name_gets_a_number_and_nothing_is_replaced():
    with asking(TEACHER):
        run = a_run()
        first = published.publish(run)
        run.write_notes("later")
        assert published.publish(run).address == "class/first-2"
        assert first.notes() == ""


def test_a_damaged_run_is_not_published_and_nothing_is_left():
    with asking(TEACHER):
        run = a_run()
        (run.path / "config.json").write_text("{")
        with pytest.raises(RunError, match=r"config\.json"):
            published.publish(run)
        assert published.published() == [] and list(store.published_folder().iterdir()) == []


def test_what_is_taken_back_is_gone_and_what_is_not_there_is_said():
    with asking(TEACHER):
        published.publish(a_run())
        published.unpublish("class/first")
        assert published.published() == []
        with pytest.raises(RunError, match="published: none"):
            published.unpublish("first")
        with pytest.raises(RunError, match="is published"):
            published.unpublish("../../workspaces/ann/runs/secret")


@pytest.mark.parametrize("name", ["class", "of", "demo", "a/b", ".."])
def test_an_impossible_name_is_not_published(name):
    with asking(TEACHER), pytest.raises(RunError, match="name"):
        published.publish(a_run(), name)


# everything that is the lecturer's alone
DEEDS = {
    "publish": lambda: published.publish(store.find_run("demo/reverse-gru")),
    "unpublish": lambda: published.unpublish("lesson"),
    "roll": roll.roll,
    "stop": lambda: roll.stop("ann", "secret"),
    "run_of": lambda: roll.run_of("ann", "secret"),
    "open": lambda: desk.put("of/ann/secret"),
    "put back": lambda: desk.put_back("of/ann/secret"),
    "find": lambda: store.find_run("of/ann/secret"),
    "open by address": lambda: store.open_run("of/ann/secret"),
    "load": lambda: core.load("of/ann/secret"),
}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("member", [ANN, BOB, None], ids=["the owner", "another", "nobody"])
def test_a_student_does_none_of_the_lecturers_deeds(deed, member):
    run = of_ann()
    status.write(run, "running", step=1, steps=9)
    with asking(TEACHER):
        published.publish(store.find_run("demo/reverse-transformer"), "lesson")
    with asking(member), pytest.raises(RunError):
        DEEDS[deed]()
    assert status.written(run).state == "running"
    with asking(TEACHER):
        assert [one.address for one in published.published()] == ["class/lesson"]


def test_a_lecturer_looks_at_a_run_of_others_and_writes_nothing_into_it():
    of_ann()
    with asking(TEACHER):
        run = store.find_run("of/ann/secret")
        assert run.read_only and store.open_run(run.address) == run
        for deed in (store.delete, lambda one: one.write_notes("x")):
            with pytest.raises(RunError, match="is somebody else's run"):
                deed(run)


@pytest.mark.parametrize(
    "address", ["of/ann", "of/ann/", "of/../ann/secret", "of/ann/../secret", "of/zoe/secret", "of//secret"]
)
def test_an_address_of_others_leads_nowhere_else(address):
    of_ann()
    with asking(TEACHER), pytest.raises(RunError):
        store.open_run(address)


def test_what_is_opened_stands_in_the_menus_of_the_lecturer_alone_until_it_is_put_back():
    of_ann()
    with asking(TEACHER):
        desk.put("of/ann/secret")
        desk.put("of/ann/gone")  # deleted meanwhile: it is not listed
        assert "of/ann/secret" in [run.address for run in store.list_runs()]
        assert "of/ann/gone" not in [run.address for run in store.list_runs()]
        kept = (workspace.home() / "desk.json").read_bytes()
    with asking(BOB):
        (workspace.home() / "desk.json").write_bytes(kept)  # a file gives nobody a right
        assert desk.opened() == [] and store.list_runs(include_demo=False) == []
    with asking(TEACHER):
        desk.put_back("of/ann/secret")
        assert store.list_runs(include_demo=False) == []


def test_the_desk_holds_a_few_and_forgets_the_oldest():
    of_ann()
    with asking(TEACHER):
        for number in range(10):
            desk.put(f"of/ann/run-{number}")
        desk.put("of/ann/run-5")
        assert desk.opened()[:2] == ["of/ann/run-5", "of/ann/run-9"] and len(desk.opened()) == 8


def test_without_a_class_everybody_publishes_and_nobody_has_others(monkeypatch):
    of_ann()
    monkeypatch.delenv(CLASSROOM)
    assert authority.teaches() and authority.places_of_others() == {}
    with pytest.raises(RunError, match="there is no run"):
        store.find_run("of/ann/secret")
    assert published.publish(a_run()).address == "class/first"
