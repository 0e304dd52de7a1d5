"""Where lessons lie: one's own, those of the class, the nearest language; names that are none; what a lecturer gives."""

import pytest

from core import language
from core.errors import InputError, LockedControl, RunError
from core.lessons import shelves
from core.runs import workspace
from core.runs.classroom import authority, locked
from tests.lessons.test_reading import GOOD
from tests.runs.classes import ANN, TEACHER

CHINESE = GOOD.replace("title: Masks", "title: 掩码")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    yield tmp_path
    for ask in (workspace.ask, authority.ask, language.ask):
        ask(None)


def own() -> list[str]:
    return [one.address for one in shelves.known() if one.address.startswith(shelves.OWN)]


def test_a_lesson_is_kept_found_replaced_and_taken_away():
    assert shelves.add(GOOD.encode(), "mine.md").lesson.title == "Masks"
    assert shelves.add(GOOD.replace("Masks", "Other").encode(), "mine.md").lesson.title == "Other"
    assert own() == ["own/mine"]
    shelves.remove("own/mine")
    assert own() == []
    with pytest.raises(InputError, match="there is no lesson “own/mine” to take away"):
        shelves.remove("own/mine")


def test_everybody_reads_their_own_language_or_the_nearest():
    shelves.add(GOOD.encode(), "two.en.md")
    shelves.add(CHINESE.encode(), "two.zh.md")
    shelves.add(GOOD.encode(), "one.en.md")
    for code, title in (("en", "Masks"), ("zh", "掩码")):
        language.ask(lambda code=code: code)
        assert shelves.find("own/two").lesson.title == title and shelves.find("own/one").lesson.title == "Masks"
    assert own() == ["own/one", "own/two"]


@pytest.mark.parametrize(
    "name", ["../x.md", "x.txt", ".md", "a b.md", "x.fr.md", "x/y.md", "a" * 90 + ".md", "x.md.md"]
)
def test_no_lesson_is_called_so(name):
    with pytest.raises(InputError, match="cannot be the name of a lesson"):
        shelves.add(GOOD.encode(), name)
    assert own() == []


def test_what_is_no_lesson_is_not_kept_and_what_was_damaged_later_is_told(home):
    with pytest.raises(InputError, match=r"bad\.md, line 1"):
        shelves.add(b"nothing", "bad.md")
    shelves.add(GOOD.encode(), "mine.md")
    (home / "lessons" / "mine.md").write_text("---\n")
    (found,) = [one for one in shelves.known() if one.address == "own/mine"]
    assert found.lesson is None and "mine.md, line 1" in found.problem
    with pytest.raises(InputError, match=r"mine\.md, line 1"):
        shelves.find("own/mine")


def test_a_student_gets_what_the_lecturer_gives_and_gives_nothing(home, monkeypatch):
    monkeypatch.setenv(workspace.CLASSROOM, "1")
    who = TEACHER
    workspace.ask(lambda: workspace.workspace(who.workspace))
    authority.ask(lambda: who)
    shelves.add(GOOD.encode(), "mine.md")
    assert shelves.publish("own/mine").address == "class/mine"
    who = ANN
    assert shelves.published() == ["class/mine"] and own() == []
    assert shelves.find("class/mine").lesson.title == "Masks"
    shelves.add(GOOD.encode(), "hers.md")
    for deed in (shelves.publish, shelves.take_back):
        with pytest.raises(RunError, match="is the lecturer's"):
            deed("own/hers")
    who = TEACHER
    assert own() == ["own/mine"]
    locked.lock("upload")
    who = ANN
    with pytest.raises(LockedControl, match="bringing files"):
        shelves.add(GOOD.encode(), "more.md")
    who = TEACHER
    shelves.take_back("class/mine")
    assert shelves.published() == []
