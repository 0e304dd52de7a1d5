"""The pages Inputs and Pictures under AppTest: every kind becomes vectors, and what cannot be read is said."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.runs.experiment import run_experiment
from core.runs.set_config import SetConfig
from core.runs.trained_set import create_set_run

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test


def opened(page: str) -> AppTest:
    return AppTest.from_file(str(APP), default_timeout=60).run().switch_page(f"views/{page}.py").run()


def said(at: AppTest) -> str:
    return " ".join(
        str(one.value) for group in (at.markdown, at.caption, at.warning, at.info, at.error) for one in group
    )


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("Words", "so 11 vectors"),
        ("Sound", "1.00 s are 100 vectors"),
        ("Picture", "16 patches, so 16 vectors"),
        ("Graph", "34 nodes, so 34 vectors"),
    ],
)
def test_every_kind_becomes_vectors(kind, told):
    at = opened("inputs")
    at.segmented_control(key="input kind").set_value(kind).run()
    assert not at.exception and told in said(at)


def test_an_empty_text_is_said():
    at = opened("inputs")
    next(one for one in at.text_input if one.label == "Text").set_value(" ").run()
    assert not at.exception and "the source is empty" in said(at)


def test_pictures_are_looked_at_from_a_patch_and_a_convolution_says_that_it_has_no_attention():
    for model in ("attention", "convolution"):
        config = SetConfig.preset("digits", model).changed({"training.steps": 3})
        for _ in run_experiment(create_set_run(f"digits-{model}", config)):
            pass
    at = opened("pictures")
    assert not at.exception
    runs = next(one for one in at.selectbox if one.label == "Run")
    runs.set_value("digits-attention").run()
    next(one for one in at.selectbox if one.label == "Look from").set_value(6).run()
    assert not at.exception and "at the class item" in said(at)
    next(one for one in at.selectbox if one.label == "Run").set_value("digits-convolution").run()
    assert not at.exception and "has no attention" in said(at)
    at.selectbox(key="pictures task").set_value("pictures").run()
    at.button(key="pictures train").click().run()
    assert "needs task.pictures_file" in said(at) and not at.exception
