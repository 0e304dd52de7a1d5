"""The page One wrong word under AppTest: two are trained or chosen, a wrong word is put anywhere, and what cannot be is said."""

from itertools import count
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.runs import exposed_pair
from core.runs.config import ExperimentConfig
from core.runs.experiment import create, run_experiment
from core.runs.exposed_pair import ExposedPair
from tests.dashboard.buttons import labels

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"
STEPS = 6
OWN = count(0, 100)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test
    monkeypatch.setattr(exposed_pair, "STEPS", STEPS)
    monkeypatch.setattr(exposed_pair, "_MEASURED", 6)


def opened() -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.session_state["wrong again"] = next(OWN)  # all tests are one session: each has trainings of its own
    return at.run().switch_page("views/wrong_word.py").run()


def by_label(elements, label):
    return next(element for element in elements if element.label == label)


def said(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.warning, *at.error, *at.info])


def words(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.markdown, *at.caption])


def trained(at: AppTest) -> AppTest:
    by_label(at.button, "Train").click().run()
    for _ in range(60):
        if "Stop" not in labels(at):
            return at
        at.run()
    raise AssertionError("it never ended")


def test_it_opens_on_two_models_that_have_learned_nothing():
    at = opened()
    assert not at.exception and said(at) == "" and "Press Train" in words(at)
    assert labels(at) == ["Train", "Start over"] and at.get("progress")[0].proto.text == f"step 0 of {STEPS} of each"
    assert "Huszár" in words(at) and not at.slider


@pytest.mark.parametrize("model", ["recurrent", "transformer"])
def test_both_are_trained_and_a_wrong_word_is_put_at_any_place(model):
    at = opened()
    by_label(at.selectbox, "Model").select(model).run()
    at = trained(at)
    assert not at.exception and said(at) == "" and labels(at) == ["Start over"]
    assert "**Teacher forcing**" in words(at) and "**Scheduled sampling**" in words(at)
    table = at.dataframe[0].value
    assert list(table[""]) == ["teacher forcing", "scheduled sampling"]
    assert (table["lost"] - (table["right prefix"] - table["running free"])).abs().max() < 1e-9
    slider = by_label(at.slider, "Place of the wrong word")
    assert (slider.min, slider.max, slider.value) == (1, 30, 6)
    slider.set_value(30).run()  # the end alone is behind it
    assert not at.exception and said(at) == "" and "of 1 right behind the wrong word" in words(at)
    word = by_label(at.selectbox, "Wrong word")
    assert len(word.options) == 7  # eight states but the right one
    word.select(word.options[0]).run()
    assert not at.exception and f"it is told that it wrote **{word.options[0]}**" in words(at)
    by_label(at.selectbox, "Sentence").select_index(3).run()
    assert not at.exception and by_label(at.slider, "Place of the wrong word").value == 6


def test_stop_keeps_what_was_learned_and_start_over_begins_anew(monkeypatch):
    monkeypatch.setattr(ExposedPair, "go_on", lambda one, seconds: [one.advance() for _ in range(2) if not one.done])
    at = opened()
    by_label(at.button, "Train").click().run()
    assert at.get("progress")[0].proto.text == f"step 2 of {STEPS} of each" and not at.slider
    by_label(at.button, "Stop").click().run()
    assert at.get("progress")[0].proto.text.endswith("stopped, Train goes on from here") and at.slider
    by_label(at.button, "Start over").click().run()
    assert not at.exception and at.get("progress")[0].proto.text == f"step 0 of {STEPS} of each"


def test_two_runs_of_one_task_can_be_chosen_and_nothing_else():
    data = {"task": {"name": "state", "shortest": 6, "longest": 6}, "model": {"name": "recurrent", "width": 16},
            "training": {"steps": 4, "batch_size": 4, "evaluate_every": 2, "evaluate_on": 4, "record_every": 0}}  # fmt: skip
    plain = ExperimentConfig.from_dict(data)
    sampled = plain.changed({"objective.name": "scheduled_sampling"})
    other = plain.changed({"task.states": 4})
    for name, config in (("plain", plain), ("sampled", sampled), ("other", other)):
        list(run_experiment(create(name, config)))
    at = opened()
    at.button_group[0].set_value("Two of the runs").run()
    by_label(at.selectbox, "One run").select("plain").run()
    assert by_label(at.selectbox, "Another of the same task").options == ["sampled", "other"], "what fits comes first"
    assert not at.exception and said(at) == ""
    assert list(at.dataframe[0].value[""]) == ["plain", "sampled"]
    assert by_label(at.slider, "Place of the wrong word").max == 6
    by_label(at.selectbox, "Another of the same task").select("other").run()
    assert not at.exception and "plain and other were trained on different tasks or settings of a task" in said(at)
    by_label(at.selectbox, "One run").select("demo/dates-gru").run()
    assert by_label(at.selectbox, "Another of the same task").options == ["demo/dates-transformer"]
    assert not at.exception and said(at) == ""
