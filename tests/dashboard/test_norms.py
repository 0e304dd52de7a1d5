"""The page Norms under AppTest: gradients at once, trainings and batches on a button, and Stop keeps."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.claims.experiment import Experiment
from core.claims.power_norm import PowerNormCause
from core.claims.race import Race
from dashboard.components import norm_work

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test
    monkeypatch.setattr(norm_work, "DEPTHS", (2, 3))
    monkeypatch.setattr(norm_work, "batches", lambda seed: MEASURED)
    norm_work.race.clear()


MEASURED = Experiment(PowerNormCause(), [0], budget=0.01)


def opened(part: str = "") -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=60).run().switch_page("views/norms.py").run()
    return at.button_group[0].set_value(part).run() if part else at


def by_label(elements, label):
    return next(element for element in elements if element.label == label)


def labels(at: AppTest) -> list[str]:
    return [button.label for button in at.button]


def said(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.warning, *at.error, *at.info])


def words(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.markdown, *at.caption])


def finished(at: AppTest, name: str) -> AppTest:
    """Press and redraw, as the page does by itself in a browser, until it is done."""
    by_label(at.button, name).click().run()
    for _ in range(100):
        if "Stop" not in labels(at):
            return at
        at.run()
    raise AssertionError("it never ended")


def test_it_opens_with_gradients_and_nothing_trained():
    at = opened()
    assert not at.exception and said(at) == ""
    assert "From 2 to 3 layers the last layer's gradient becomes" in words(at)
    assert "with pre-norm" in words(at) and "with no residual" in words(at)


@pytest.mark.parametrize("kind", ["rms", "batch", "power"])
def test_every_kind_of_norm_can_be_looked_at(kind):
    at = opened()
    before = words(at)
    by_label(at.selectbox, "Norm").select(kind).run()
    assert not at.exception and said(at) == "" and words(at) != before


def test_stop_keeps_the_curves_and_train_goes_on_from_there(monkeypatch):
    monkeypatch.setattr(Race, "go_on", lambda one, seconds: [one._step(name) for name in tuple(one._runs)])
    at = opened("Training")
    assert not at.exception and "Press Train" in words(at)
    by_label(at.slider, "Layers").set_value(2).run()
    by_label(at.button, "Train").click().run()
    by_label(at.button, "Stop").click().run()
    held = at.get("progress")[0].proto.text
    assert not at.exception and held == "3 of 900 steps · stopped, Train goes on from here"
    assert at.run().get("progress")[0].proto.text == held
    by_label(at.button, "Train").click().run()
    assert at.get("progress")[0].proto.text == "6 of 900 steps"
    assert "post-norm, warm-up 100" in words(at)


def test_without_a_run_it_says_so():
    at = opened("Training")
    at.button_group[1].set_value([]).run()
    assert not at.exception and "choose one at least" in said(at)


def test_one_press_measures_what_varies_over_batches_and_gives_the_verdict():
    at = opened("Across batches")
    assert not at.exception and "Press Measure" in words(at)
    at = finished(at, "Measure")
    finding = MEASURED.finding
    assert not at.exception and said(at) == "" and finding is not None
    assert f"**{finding.effect / finding.baseline:.1f} times**" in words(at) and f"**{finding.verdict}**" in words(at)
    assert list(at.dataframe[0].value["norm"]) == ["layer", "batch", "power"]


def test_a_press_that_overtakes_a_change_of_settings_trains_what_is_drawn_next(monkeypatch):
    monkeypatch.setattr(Race, "go_on", lambda one, seconds: [one._step(name) for name in tuple(one._runs)])
    at = opened("Training")
    by_label(at.slider, "Layers").set_value(2)  # the page is not drawn with it before the press
    by_label(at.button, "Train").click().run()
    assert not at.exception and "Stop" in labels(at)
    assert at.get("progress")[0].proto.text == "3 of 900 steps"
