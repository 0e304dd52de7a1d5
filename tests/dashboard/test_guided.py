"""The page Guided or not under AppTest: a press trains both, the switch holds from the next step, what aligned first is said."""

from itertools import count
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.runs import guided_pair
from core.runs.guided_pair import GuidedPair
from tests.dashboard.buttons import labels

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"
STEPS = 24
OWN = count(0, 100)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test
    monkeypatch.setattr(guided_pair, "STEPS", STEPS)
    monkeypatch.setitem(guided_pair._TRAINING, "evaluate_on", 4)
    monkeypatch.setattr(guided_pair, "pairs_of", lambda task: [("fa", "cai")])


@pytest.fixture
def slow(monkeypatch):
    """Six steps at every redraw."""
    monkeypatch.setattr(GuidedPair, "go_on", lambda one, seconds: [one.advance() for _ in range(6) if not one.done])


def opened() -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.session_state["guided again"] = next(OWN)  # all tests are one session: each has trainings of its own
    return at.run().switch_page("views/guided.py").run()


def by_label(elements, label):
    return next(element for element in elements if element.label == label)


def said(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.warning, *at.error, *at.info])


def words(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.markdown, *at.caption])


def progress(at: AppTest) -> str:
    return at.get("progress")[0].proto.text


def test_it_opens_on_two_models_that_have_learned_nothing():
    at = opened()
    assert not at.exception and said(at) == "" and "Press Train" in words(at)
    assert labels(at) == ["Train", "Start over"] and progress(at) == f"step 0 of {STEPS} of each"


def test_both_are_trained_and_what_each_can_do_is_said(monkeypatch):
    monkeypatch.setattr(guided_pair, "ALIGNED", 0.0)  # whatever it is, it is aligned at once
    at = opened()
    by_label(at.button, "Train").click().run()
    for _ in range(60):
        if "Stop" not in labels(at):
            break
        at.run()
    assert not at.exception and said(at) == ""
    assert labels(at) == ["Start over"]
    assert "with guidance at step **0** · without guidance at step **0**" in words(at)
    table = at.dataframe[0].value
    assert list(table[""]) == ["without guidance", "with guidance"]
    assert [*table.columns[1:]] == ["exact, held out", "pairs ×1", "pairs ×2", "pairs ×3", "pairs ×4"]
    assert at.select_slider(key="guided strength").value == 10.0
    slider = by_label(at.select_slider, "Step looked at")
    assert slider.options == ["0", "10", "20", "24"] and slider.value == 24
    slider.set_value(10).run()
    assert not at.exception


def test_stop_keeps_what_was_learned_and_train_goes_on_from_there(slow):
    at = opened()
    by_label(at.button, "Train").click().run()
    assert progress(at) == f"step 6 of {STEPS} of each"
    by_label(at.button, "Stop").click().run()
    held = progress(at)
    assert held == f"step 6 of {STEPS} of each · stopped, Train goes on from here"
    assert progress(at.run()) == held
    by_label(at.button, "Train").click().run()
    assert progress(at) == f"step 12 of {STEPS} of each"
    by_label(at.button, "Stop").click().run()
    by_label(at.button, "Start over").click().run()
    assert not at.exception and progress(at) == f"step 0 of {STEPS} of each"


def test_guidance_is_switched_in_the_middle_and_the_two_are_equal_before(slow, monkeypatch):
    pairs = []
    monkeypatch.setattr(guided_pair.GuidedPair, "__init__", noted(guided_pair.GuidedPair.__init__, pairs))
    at = opened()
    by_label(at.toggle, "Guidance").set_value(False).run()
    by_label(at.button, "Train").click().run()
    (one,) = {id(pair): pair for pair in pairs}.values()
    plain, guided = one.sides.values()
    assert one.strength == 0.0 and plain.losses == guided.losses and len(plain.losses) == 6
    at.select_slider(key="guided strength").set_value(20.0).run()
    assert one.strength == 0.0  # off is off, however strong
    by_label(at.toggle, "Guidance").set_value(True).run()
    assert not at.exception and one.strength == 20.0
    ((step, strength),) = one.switched
    assert strength == 20.0 and plain.losses[: step + 1] == guided.losses[: step + 1]
    at.run()
    assert plain.losses[step + 1 :] != guided.losses[step + 1 :]


def noted(make, made):
    def init(self, *arguments, **settings):
        make(self, *arguments, **settings)
        made.append(self)

    return init


def test_the_task_against_the_order_and_the_transformer_can_be_chosen(slow):
    at = opened()
    by_label(at.selectbox, "Task").select("reverse").run()
    by_label(at.selectbox, "Model").select("transformer").run()
    by_label(at.button, "Train").click().run()
    assert not at.exception and said(at) == "" and progress(at) == f"step 6 of {STEPS} of each"
