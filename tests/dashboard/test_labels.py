"""The page Labels under AppTest: a press trains both, a set comes with its reasons, and what cannot be labelled is said."""

from itertools import count
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.runs.label_race import WRITERS, LabelRace
from dashboard.components import labels_view
from tests.dashboard.buttons import labels

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"
STEPS = 4
OWN = count(100)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test
    made = lambda task, seed, names: LabelRace(task, seed, STEPS, names)  # noqa: E731
    monkeypatch.setattr(labels_view, "LabelRace", made)
    monkeypatch.setattr(LabelRace, "go_on", lambda one, seconds: [one.advance() for _ in range(2) if not one.done])


def opened() -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=60).run().switch_page("views/labels.py").run()
    at.number_input(key="labels seed").set_value(next(OWN))  # trainings are everybody's: each test has its own
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


def test_both_are_trained_and_each_has_its_row():
    at = pressed(opened())
    assert not at.exception and said(at) == "" and labels(at) == []
    table = at.dataframe[0].value
    assert list(table["model"]) == [WRITERS["fixed"][0], "independent sigmoids"]
    assert ((table[["micro-F1", "subset accuracy", "consistent"]] >= 0).all()).all()
    assert "**independent sigmoids** ·" in words(at) and "p(end)" in words(at)


def test_stop_keeps_what_was_learned():
    at = opened()
    by_label(at.button, "Train").click().run()
    by_label(at.button, "Stop").click().run()
    held = progress(at)
    assert held == f"step 2 of {STEPS} of each · stopped, Train goes on from here" and progress(at.run()) == held


def test_a_text_is_typed_or_taken_and_one_that_cannot_be_labelled_is_told():
    at = pressed(opened())
    source = at.text_input(key="labels text")
    source.set_value("").run()
    assert not at.exception and "there is nothing to label: the text is empty" in said(at)
    source.set_value("zorblax quirin").run()
    assert "every word of this text is unknown" in said(at)
    example = by_label(at.selectbox, "Example")
    example.select(example.options[0]).run()
    assert not at.exception and said(at) == "" and at.text_input(key="labels text").value == example.options[0]


def test_another_decoder_and_one_annotator_are_trainings_of_their_own():
    at = opened()
    at.selectbox(key="labels decoder").select("order_free").run()
    at.selectbox(key="labels annotators").select(1).run()
    assert not at.exception and labels(at) == ["Train"] and progress(at) == f"step 0 of {STEPS} of each"
