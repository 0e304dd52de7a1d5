"""The page Speech under AppTest: a folder that is not there is said, and runs are compared by window and pairs scored."""

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


def opened() -> AppTest:
    return AppTest.from_file(str(APP), default_timeout=60).run().switch_page("views/speech_window.py").run()


def said(at: AppTest) -> str:
    return " ".join(
        str(one.value) for group in (at.markdown, at.caption, at.warning, at.info, at.error) for one in group
    )


def test_recordings_without_a_folder_are_refused_in_one_sentence():
    at = opened()
    at.selectbox(key="speech task").set_value("spoken").run()
    at.button(key="speech train").click().run()
    assert not at.exception and "task=spoken needs task.folder" in said(at)


def test_runs_are_compared_by_window_and_pairs_scored():
    for window, attention in ((1, "banded"), (4, "pairs")):
        changes = {"model.window": window, "model.attention": attention, "training.steps": 2}
        config = SetConfig.preset("phones").changed(changes)
        for _ in run_experiment(create_set_run(f"phones-{attention}", config)):
            pass
    at = opened()
    assert not at.exception
    table = at.dataframe[-1].value.set_index("run")
    assert dict(table["pairs scored"]) == {"phones-banded": 298, "phones-pairs": 10_000}
    assert table["right"].between(0, 1).all()
