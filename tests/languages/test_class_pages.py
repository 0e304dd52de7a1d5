"""What only a class sees, in a pretended language: the lecturer's page, a student's line, the page to log in, a lesson beside the pages."""

import re
from html import unescape
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.language import ENGLISH, speaking
from core.lessons import shelves
from core.runs import status, store, workspace
from core.runs.classroom import authority, badges, locked, passwords, published
from core.runs.classroom.attempts import Attempts
from core.runs.classroom.room import Member, keep_classroom, new_classroom
from core.runs.workspace import CLASSROOM
from dashboard import member
from tests.dashboard.test_gate import fill, speak
from tests.languages.pretend import Pretended
from tests.languages.shown import plain, untranslated
from tests.languages.test_pages import ROOT, bare, settled
from tests.lessons.test_reading import GOOD
from tests.runs.classes import TEACHER, asking
from tests.runs.made import a_run

AN, BO = Member("an", "an"), Member("bo", "bo")  # names are no words: as short as no word is
READ = re.compile(r'(?:placeholder|title|aria-label|alt)="([^"]*)"')  # attributes that people read
WORD = re.compile(r"[A-Za-z]{3,}")
PROGRAM = "Attention Lab"  # its name in every language, where no class is known
PASSWORD, PHRASE = "class-pass", "my own words"


@pytest.fixture
def classroom(spoken: Pretended, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv(CLASSROOM, "1")
    monkeypatch.setattr(passwords, "_COST", 16)
    with speaking(ENGLISH):  # what stands above the file are comments, each a line that begins with #
        keep_classroom(new_classroom("一", PASSWORD, "teach-pass"))
    yield spoken
    authority.ask(None)
    workspace.ask(None)


def opened(who: Member, monkeypatch: pytest.MonkeyPatch, view: str = "") -> AppTest:
    badge = badges.give(who)
    monkeypatch.setattr(member, "badge", lambda: badge)
    member.settle()
    app = AppTest.from_file(str(ROOT / "dashboard/app.py"), default_timeout=120).run()
    return settled(app.switch_page(view).run() if view else app)


def labelled(widgets: Any, label: str) -> Any:
    return next(one for one in widgets if bare(one.label) == label)


def test_the_lecturers_page_with_a_run_that_trains_one_that_is_published_and_locks(
    classroom: Pretended, monkeypatch: pytest.MonkeyPatch
) -> None:
    with asking(AN):
        status.write(a_run("r1"), "waiting", step=2, steps=8)
    with asking(BO):
        status.write(a_run("r2"), "done", step=8, steps=8)
    with asking(TEACHER):
        locked.lock("upload")
        published.publish(store.find_run("demo/reverse-gru"), "p1")
    app = opened(TEACHER, monkeypatch, "views/class_room.py")
    found = untranslated(app, classroom.known)
    for chosen in (("an", "r1"), ("bo", "r2")):
        app.session_state["class chosen"] = chosen
        found += untranslated(settled(app.run()), classroom.known)
    labelled(app.selectbox, "One person").set_value("an").run()
    labelled(app.text_input, "New pass phrase").set_value("abc").run()
    found += untranslated(settled(labelled(app.button, "Set").click().run()), classroom.known)
    assert not found, "\n".join(dict.fromkeys(found))
    assert sorted(classroom.unknown) == []


def test_a_students_line_and_what_is_locked(classroom: Pretended, monkeypatch: pytest.MonkeyPatch) -> None:
    with asking(TEACHER):
        for what in locked.CONTROLS:
            locked.lock(what)
        published.publish(store.find_run("demo/reverse-gru"), "p1")
    found = untranslated(opened(AN, monkeypatch), classroom.known)
    found += untranslated(opened(AN, monkeypatch, "views/train.py"), classroom.known)
    assert not found, "\n".join(dict.fromkeys(found))
    assert sorted(classroom.unknown) == []


def test_the_page_to_log_in_and_each_of_its_refusals(classroom: Pretended, monkeypatch: pytest.MonkeyPatch) -> None:
    from dashboard import log_in

    monkeypatch.setattr(log_in, "_attempts", Attempts())
    refused = (
        ("an", "no", PHRASE, PHRASE), ("an", PASSWORD, "abc", "abc"), ("!", PASSWORD, PHRASE, PHRASE),
        ("oidc.a", PASSWORD, PHRASE, PHRASE), ("an", PASSWORD, "", ""),
    )  # fmt: skip
    pages = [speak(log_in.PATH).text, speak(log_in.PATH, method="POST").text, *(fill(*given).text for given in refused)]
    assert len(set(re.findall(r'role="alert" >([^<]*)', " ".join(pages)))) > 3
    found = [text for page in pages for text in unsaid(page)]
    assert not found, "\n".join(dict.fromkeys(found))
    assert sorted(classroom.unknown) == []


def unsaid(page: str) -> list[str]:
    """What of a page of HTML is words of nobody's tongue."""
    body = page[page.index("<body") :]
    shown = [*re.split(r"<[^>]*>", body), *READ.findall(body)]
    return [text.strip() for text in shown if WORD.search(plain(unescape(text))) and text != PROGRAM]


def test_a_lesson_beside_the_pages(spoken: Pretended) -> None:
    shelves.add(GOOD.encode(), "a.md")
    app = AppTest.from_file(str(ROOT / "dashboard/app.py"), default_timeout=120)
    app.query_params["lesson"] = "own/a"
    found = untranslated(settled(app.run()), spoken.known)
    for given in ("12", "many", "114"):
        app.text_input(key="lesson own/a 0 answer").set_value(given)
        found += untranslated(settled(app.button(key="lesson own/a 0 check").click().run()), spoken.known)
    found += untranslated(settled(app.button(key="lesson next").click().run()), spoken.known)
    found += untranslated(settled(app.switch_page("views/lessons.py").run()), spoken.known)
    assert not found, "\n".join(dict.fromkeys(found))
    assert sorted(spoken.unknown) == []
