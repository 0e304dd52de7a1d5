"""The page Class and the line of the class: the lecturer's deeds work, and a student reaches none of them."""

import pytest
from streamlit.testing.v1 import AppTest

from core.lessons import shelves
from core.runs import status, store, workspace
from core.runs.classroom import accounts, authority, badges, desk, locked, passwords, published
from core.runs.classroom.locked import Lock
from core.runs.classroom.room import Member, keep_classroom, new_classroom
from core.runs.workspace import CLASSROOM
from dashboard import kept, member
from tests.dashboard.test_pages import APP, by_label, said
from tests.lessons.test_reading import GOOD
from tests.runs.classes import ANN, BOB, TEACHER, asking
from tests.runs.made import a_run

CLASS, LESSONS = "views/class_room.py", "views/lessons.py"


@pytest.fixture(autouse=True)
def classroom(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setenv(CLASSROOM, "1")
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test
    keep_classroom(new_classroom("Attention 101", "", ""))
    yield
    authority.ask(None)
    workspace.ask(None)


@pytest.fixture
def log_in(monkeypatch):
    """A page of somebody, opened; what they hold is looked up as a browser's badge is."""

    def opened(who: Member, view: str = "", file: str = str(APP)) -> AppTest:
        badge = badges.give(who)
        monkeypatch.setattr(member, "badge", lambda: badge)
        member.settle()
        at = AppTest.from_file(file, default_timeout=60).run()
        return at.switch_page(view).run() if view else at

    return opened


def a_class() -> None:
    with asking(ANN):
        status.write(a_run("hers"), "waiting", step=2, steps=8)
    with asking(BOB):
        status.write(a_run("his"), "done", step=8, steps=8)


def captions(at: AppTest) -> str:
    return " ".join(one.value for one in at.caption)


def test_the_lecturer_sees_everybodys_runs_and_who_is_here(log_in):
    a_class()
    log_in(ANN)
    at = log_in(TEACHER, CLASS)
    assert not at.exception and "1 of 2 students here" in captions(at)
    runs, people = at.dataframe[0].value, at.dataframe[1].value
    assert runs[["workspace", "run", "step"]].values.tolist() == [["ann", "hers", 2], ["bob", "his", 8]]
    assert people.set_index("workspace")["here"].to_dict() == {"ann": "● here", "bob": ""}


@pytest.mark.parametrize("who", [ANN, BOB])
def test_a_student_has_no_page_class_by_menu_or_by_file(log_in, who):
    a_class()
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        log_in(who, CLASS)
    at = log_in(who, file=str(APP.parent / CLASS))
    assert not at.exception and "this page is the lecturer's" in said(at) and not at.dataframe and not at.toggle[1:]


def test_the_lecturer_ends_opens_and_publishes_the_run_that_is_chosen(log_in):
    a_class()
    at = log_in(TEACHER, CLASS)
    at.session_state["class chosen"] = ("ann", "hers")
    at.run()
    by_label(at.button, "Cancel").click().run()
    by_label(at.button, "Publish to all").click().run()
    assert not at.exception and "published as class/hers" in said(at)
    with asking(ANN):
        assert status.read(store.find_run("hers")).state == "stopped"
        assert [run.address for run in published.published()] == ["class/hers"]
    by_label(at.button, "Curves").click().run()
    assert not at.exception and by_label(at.selectbox, "Run").value == "of/ann/hers"
    with asking(TEACHER):
        assert desk.opened() == ["of/ann/hers"]


def test_the_chosen_run_stays_chosen_when_others_come_above_it(log_in):
    a_class()
    at = log_in(TEACHER, CLASS)
    at.session_state["class chosen"] = ("bob", "his")
    at.run()
    with asking(ANN):
        status.write(a_run("newer"), "waiting", step=0, steps=8)
    at.run()
    rows = at.dataframe[0].value["run"].tolist()
    assert [rows[row] for row in at.session_state["class runs"]["selection"]["rows"]] == ["his"]


def test_a_switch_locks_for_all_and_for_one(log_in):
    a_class()
    at = log_in(TEACHER, CLASS)
    by_label(at.toggle, "Import").set_value(True).run()
    by_label(at.selectbox, "One person").set_value("ann").run()
    by_label(at.multiselect, "Locked for them alone").set_value(["train"]).run()
    assert locked.locks() == [Lock("import"), Lock("train", "ann")]
    by_label(at.toggle, "Import").set_value(False).run()
    by_label(at.multiselect, "Locked for them alone").set_value([]).run()
    assert not at.exception and locked.locks() == []


def test_a_forgotten_pass_phrase_is_set_anew_and_a_short_one_is_refused(log_in):
    a_class()
    accounts._folder().mkdir()
    accounts._write("ann", passwords.hashed("what was it"))
    at = log_in(TEACHER, CLASS)
    by_label(at.selectbox, "One person").set_value("ann").run()
    for phrase, words in (("abc", "has 6 to"), ("a new phrase", "ann has a new pass phrase")):
        by_label(at.text_input, "New pass phrase").set_value(phrase).run()
        by_label(at.button, "Set").click().run()
        assert not at.exception and words in captions(at).replace("\\", "")
    assert passwords.fits("a new phrase", accounts._kept("ann"))


def test_a_student_reads_in_the_line_what_is_locked_and_published_and_how_much_is_used(log_in):
    a_class()
    with asking(TEACHER):
        locked.lock("upload")
        published.publish(store.find_run("demo/reverse-gru"), "lesson")
    line = captions(log_in(ANN)).replace("\\", "")
    assert "**ann** · Attention 101" in line and "1 of 60 runs" in line
    assert "from your lecturer: class/lesson" in line and "locked by your lecturer: Upload" in line
    line = captions(log_in(TEACHER))
    assert "Attention 101" in line and "locked by" not in line


def test_train_is_grey_when_it_is_locked_and_a_stale_pages_press_trains_nothing(log_in):
    at = log_in(ANN, "views/train.py")
    with asking(TEACHER):
        locked.lock("train")
    by_label(at.button, "Train").click().run()  # the page was drawn before
    assert not at.exception
    with asking(ANN):
        assert store.list_runs(include_demo=False) == []
    button = by_label(at.button, "Train")
    assert button.disabled and "has locked training" in button.help
    assert not by_label(log_in(TEACHER, "views/train.py").button, "Train").disabled


def test_a_training_in_a_page_does_not_begin_and_does_not_go_on_when_it_is_locked(log_in):
    at = log_in(ANN, "views/copying.py")
    with asking(TEACHER):
        locked.lock("practice")
    by_label(at.button, "Train").click().run()
    assert not at.exception and "has locked training in a page" in said(at)
    assert any("step 0 of" in one.proto.text for one in at.get("progress"))


def test_a_link_to_somebodys_run_shows_nothing_of_it(log_in):
    a_class()
    for address in ("of/bob/his", "of/ann/hers"):
        log_in(ANN)
        at = AppTest.from_file(str(APP), default_timeout=60).run().switch_page("views/attention.py")
        at.query_params["run"] = address
        at.run()
        assert not at.exception and "There is no run" in said(at)


def test_a_file_to_take_away_is_refused_where_it_is_made(log_in, monkeypatch):
    from dashboard.components import locks

    log_in(ANN)
    made = []
    monkeypatch.setattr(locks.st, "download_button", lambda label, data, *more, **options: made.append((data, options)))
    locks.download_button("CSV", "a,b", "x.csv")
    (data, options), *_ = made
    monkeypatch.setattr(member, "get_script_run_ctx", lambda **_: None)  # as in Streamlit's thread for such files
    assert data() == "a,b" and not options["disabled"]
    with asking(TEACHER):
        locked.lock("download")
    member.settle()
    with pytest.raises(locked.LockedControl, match="taking files away"):
        data()
    locks.download_button("CSV", "a,b", "x.csv")
    assert made[-1][1]["disabled"] and "has locked" in made[-1][1]["help"]


def test_a_run_that_is_published_under_a_name_that_was_taken_back_is_not_taken_for_the_one_before(log_in):
    log_in(ANN)

    @kept.of_run(max_entries=4)
    def model(address: str) -> str:
        return store.find_run(address).config()["model"]["name"]

    for name, found in (("reverse-gru", "recurrent"), ("reverse-transformer", "transformer")):
        with asking(TEACHER):
            published.publish(store.find_run(f"demo/{name}"), "lesson")
        assert model("class/lesson") == found
        with asking(TEACHER):
            published.unpublish("lesson")


def test_the_lecturer_gives_a_lesson_to_the_class_and_takes_it_back_and_a_student_has_no_such_button(log_in):
    with asking(TEACHER):
        shelves.add(GOOD.encode(), "mine.md")
    at = log_in(TEACHER, LESSONS)
    at.selectbox(key="lesson handed out").set_value("own/mine").run()
    by_label(at.button, "Give it to the class").click().run()
    assert not at.exception and any("everybody has it as class/mine" in one.value for one in at.info)
    student = log_in(ANN, LESSONS)
    assert "begin class/mine" in [one.key for one in student.button]
    student.selectbox(key="lesson handed out").set_value("class/mine").run()
    assert not student.exception and "lesson given" not in [one.key for one in student.button]
    at = log_in(TEACHER, LESSONS)
    at.selectbox(key="lesson handed out").set_value("class/mine").run()
    by_label(at.button, "Take it back").click().run()
    assert not at.exception and any("class/mine is gone" in one.value for one in at.info)
    assert "begin class/mine" not in [one.key for one in log_in(ANN, LESSONS).button]
