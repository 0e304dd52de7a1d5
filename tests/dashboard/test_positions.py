"""The page Positions under AppTest: what is said is what is measured."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.runs.placing import ALL

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test


def opened() -> AppTest:
    return AppTest.from_file(str(APP), default_timeout=60).run().switch_page("views/positions.py").run()


def told(at: AppTest) -> str:
    assert not at.exception and not at.error and not at.warning
    return " ".join(element.value for element in [*at.markdown, *at.caption])


@pytest.mark.parametrize("name", ALL)
def test_every_kind_has_its_pictures_and_two_sentences(name):
    at = opened()
    at.selectbox(key="positions").set_value(name)
    at.slider(key="positions shift").set_value(20).run()
    moved = "weights change by up to" if name in ("sinusoidal", "sinusoidal_t2t", "learned", "floater") else "weight"
    assert "All positions moved by 20: " in told(at) and moved in told(at)
    assert ("cannot tell them apart" in told(at)) == (name == "none")


def test_the_trainings_wait_for_a_press_and_say_what_pressing_does():
    at = opened()
    at.button_group(key="positions part").set_value("Trained").run()
    assert "Press Train: small networks learn “the token before” in texts of 5 to 20 tokens" in told(at)
    at.button_group(key="order kinds").set_value([]).run()
    assert [one.value for one in at.info] == ["Choose one kind of positions at least."]
