"""A lesson beside the pages, without a browser: begun, answered, gone through, left, restored by its address, and hidden widgets."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.lessons import shelves
from core.lessons.pages import PAGES
from core.lessons.shelves import ORDER
from tests.lessons.test_reading import GOOD

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test


def opened(**params: str) -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=240)
    for name, value in params.items():
        at.query_params[name] = value
    return at.run()


def press(at: AppTest, key: str) -> AppTest:
    return at.button(key=key).click().run()


def said(at: AppTest) -> str:
    return " ".join(
        one.value for one in [*at.sidebar.caption, *at.sidebar.markdown, *at.sidebar.warning, *at.sidebar.success]
    )


def test_no_lesson_no_bar():
    at = opened()
    assert not at.exception and len(at.sidebar) == 0 and "lesson" not in at.query_params


def test_a_link_opens_the_page_of_its_step_with_its_settings():
    shelves.add(GOOD.encode(), "mine.md")
    at = opened(lesson="own/mine", step="2")
    assert not at.exception and "step 2 of 2" in said(at)
    assert {name: at.session_state[name] for name in ("pattern", "length", "window")} == {
        "pattern": "local", "length": 24, "window": 3,
    }  # fmt: skip
    assert dict(at.query_params) | {"lesson": "own/mine", "step": "2"} == dict(at.query_params)


def test_an_address_with_settings_of_its_own_keeps_them():
    shelves.add(GOOD.encode(), "mine.md")
    at = AppTest.from_file(str(APP), default_timeout=240)
    at.switch_page("views/masks.py")
    for name, value in {"lesson": "own/mine", "step": "2", "length": "30"}.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception and "step 2 of 2" in said(at)
    assert (at.session_state["length"], at.session_state["window"]) == (30, 3)


def test_answers_are_checked_and_told_and_the_way_leads_on_and_back():
    shelves.add(GOOD.encode(), "mine.md")
    at = opened(lesson="own/mine")
    for given, told in (("12", "Not yet"), ("many", "“many” is no number"), ("114", "Right. Count them.")):
        at.text_input(key="lesson own/mine 0 answer").set_value(given)
        press(at, "lesson own/mine 0 check")
        assert not at.exception and told.replace("“", "“") in said(at)
    press(at, "lesson next")
    assert at.session_state["window"] == 3 and at.button(key="lesson back").disabled is False
    at.radio(key="lesson own/mine 1 answer").set_value("no")
    assert "Not yet" in said(press(at, "lesson own/mine 1 check"))
    press(at, "lesson back")
    assert at.session_state["window"] == 2 and "Right." in said(at)
    press(at, "lesson next")
    press(at, "lesson done")
    assert len(at.sidebar) == 0
    assert "1 of 2 answered" in " ".join(one.value for one in at.markdown)


def test_a_lesson_left_is_gone_and_the_page_stays():
    shelves.add(GOOD.encode(), "mine.md")
    at = press(opened(lesson="own/mine"), "lesson leave")
    assert not at.exception and len(at.sidebar) == 0 and "lesson" not in at.query_params
    assert at.session_state["window"] == 2


@pytest.mark.parametrize("name", ["none", "own/none", "class/x", "../../etc/passwd", "<b>x</b>", "x" * 500])
def test_an_address_of_no_lesson_is_told_and_can_be_left(name):
    at = opened(lesson=name, step="-1")
    assert not at.exception and "there is no lesson" in at.sidebar.warning[0].value
    assert len(press(at, "lesson leave").sidebar) == 0


def test_what_a_lesson_hides_is_not_shown():
    shelves.add(GOOD.encode(), "mine.md")
    at = opened(lesson="own/mine")
    styles = [one.proto.body for one in at.get("html")]
    assert any(".st-key-layers" in one and "display: none" in one for one in styles)


def test_a_lesson_of_ones_own_is_brought_listed_damaged_or_not_and_taken_away(tmp_path):
    at = opened()
    at.switch_page("views/lessons.py").run()
    at.file_uploader[0].upload("mine.md", GOOD.encode("utf-8")).run()
    assert not at.exception and any("kept as own/mine" in one.value for one in at.info)
    at.file_uploader[0].upload("bad.md", b"# no lesson").run()
    assert any("bad.md, line 1: a lesson begins with a header" in one.value for one in at.info)
    (tmp_path / "lessons" / "broken.md").write_text("---\n")
    at.run()
    assert "own/broken" in " ".join(one.value for one in at.markdown)
    at.selectbox(key="lesson handed out").set_value("own/mine").run()
    press(at, "lesson away")
    assert not (tmp_path / "lessons" / "mine.md").exists()


@pytest.mark.parametrize("name", ORDER)
def test_every_step_of_a_shipped_lesson_gives_its_page_its_settings(name):
    lesson = shelves.find(name).lesson
    at = opened(lesson=name)
    for number, step in enumerate(lesson.steps, 1):
        assert not at.exception, f"{step.title}: {at.exception[0].value}"
        assert f"step {number} of {len(lesson.steps)}" in said(at)
        for key, value in step.settings.items():
            if PAGES[step.page][key].widget:
                assert at.session_state[key] == (list(value) if isinstance(value, tuple) else value), (step.title, key)
        assert not [one.value for one in at.error], step.title
        if number < len(lesson.steps):
            press(at, "lesson next")
