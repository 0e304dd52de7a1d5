"""The page Copy or generate under AppTest: a press trains four, a typed name is taken up, and what cannot be copied is said."""

from itertools import count
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.runs.copying_race import WRITERS, CopyingRace
from dashboard.components import copying_view
from tests.dashboard.buttons import labels

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"
STEPS = 4
TITLES = [one.title for one in WRITERS.values()]
OWN = count(100)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test
    monkeypatch.setattr(copying_view, "CopyingRace", lambda task, seed: CopyingRace(task, seed, STEPS))
    monkeypatch.setattr(CopyingRace, "go_on", lambda one, seconds: [one.advance() for _ in range(2) if not one.done])


def opened() -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=60).run().switch_page("views/copying.py").run()
    at.number_input(key="copying seed").set_value(next(OWN))  # trainings are everybody's: each test has its own
    return at.run()


def by_label(elements, label):
    return next(element for element in elements if element.label == label)


def said(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.warning, *at.error, *at.info])


def words(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.markdown, *at.caption])


def progress(at: AppTest) -> str:
    return at.get("progress")[0].proto.text


def pressed(at: AppTest) -> AppTest:
    """Press and redraw, as the page does by itself in a browser, until it is done."""
    by_label(at.button, "Train").click().run()
    for _ in range(20):
        if "Stop" not in labels(at):
            return at
        at.run()
    raise AssertionError("it never ended")


def test_it_opens_with_nothing_trained():
    at = opened()
    assert not at.exception and said(at) == "" and "Press Train" in words(at)
    assert labels(at) == ["Train"] and progress(at) == f"step 0 of {STEPS} of each" and not at.dataframe


def test_all_are_trained_and_each_has_its_row():
    at = pressed(opened())
    assert not at.exception and said(at) == "" and labels(at) == []
    table = at.dataframe[0].value
    assert list(table["decoder"]) == TITLES and set(table["steps"]) == {STEPS}
    assert all(f"**{title}** · " in words(at) for title in TITLES)
    assert "they can only be copied: **zorblax, quirin**" in words(at)


def test_stop_keeps_what_was_learned():
    at = opened()
    by_label(at.button, "Train").click().run()
    by_label(at.button, "Stop").click().run()
    held = progress(at)
    assert held == f"step 2 of {STEPS} of each · stopped, Train goes on from here" and progress(at.run()) == held


def test_a_source_is_typed_or_taken_and_one_without_anything_to_copy_is_told():
    at = pressed(opened())
    source = at.text_input(key="copying source chat")
    source.set_value("do you know ada lovelace ?").run()
    assert "only be copied: **ada, lovelace**" in words(at)
    source.set_value("do you know my friend ?").run()
    assert "**nothing has to be copied**" in words(at) and "· right" not in words(at)
    source.set_value("").run()
    assert not at.exception and "there is nothing to copy from: the source is empty" in said(at)
    source.set_value("ada lovelace").run()
    assert "every word of this source is unknown" in said(at)
    example = by_label(at.selectbox, "Example")
    example.select(example.options[0]).run()
    assert not at.exception and said(at) == "" and at.text_input(key="copying source chat").value == example.options[0]


def test_another_task_has_another_source_of_its_own():
    at = opened()
    at.selectbox(key="copying task").select("qa").run()
    assert not at.exception and "?" in at.text_input(key="copying source qa").value
