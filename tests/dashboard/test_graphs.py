"""The page Graphs under AppTest: what cannot be trained is said, and what was trained before stays on screen."""

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
    return AppTest.from_file(str(APP), default_timeout=60).run().switch_page("views/graphs.py").run()


def said(at: AppTest) -> str:
    return " ".join(
        str(one.value) for group in (at.markdown, at.caption, at.warning, at.info, at.error) for one in group
    )


def trained(model: str, task: str = "karate") -> None:
    config = SetConfig.preset(task, model).changed({"training.steps": 30, "training.checkpoint_every": 30})
    for _ in run_experiment(create_set_run(f"{task}-{model}", config)):
        pass


def test_without_a_run_it_says_what_to_press():
    at = opened()
    assert not at.exception and "press Train" in said(at)


def test_a_graph_without_its_tables_is_refused_in_one_sentence():
    at = opened()
    at.selectbox(key="graphs task").set_value("graph").run()
    at.button(key="graphs train").click().run()
    assert not at.exception and "task=graph needs task.nodes" in said(at)


def test_runs_are_compared_on_the_same_nodes_and_one_without_attention_says_so():
    trained("edges")
    trained("window")
    at = opened()
    table = at.dataframe[-1].value
    assert set(table["run"]) == {"karate-edges", "karate-window"}
    assert table["right"].between(0, 1).all()
    runs = next(one for one in at.selectbox if one.label == "Run")
    runs.set_value("karate-window").run()
    assert "This network has no attention" in said(at) and not at.exception


def test_a_graph_with_one_label_is_looked_at_on_the_page_one_label(tmp_path):
    path = tmp_path / "graphs.txt"
    ring, line = "3 ring\n0 2 1 2\n0 2 0 2\n0 2 0 1\n", "3 line\n0 1 1\n0 2 0 2\n0 1 1\n"
    path.write_text("40\n" + (ring + line) * 20, encoding="utf-8")
    config = SetConfig.preset("molecules", "edges").changed({"task.path": str(path), "training.steps": 60})
    for _ in run_experiment(create_set_run("molecules-edges", config)):
        pass
    at = AppTest.from_file(str(APP), default_timeout=60).run().switch_page("views/one_label.py").run()
    at.selectbox(key="one label task").set_value("molecules").run()
    assert (
        not at.exception
        and "Taken for **ring** (" in said(at)
        and "which is right" in said(at)
        and "Which nodes decided" in said(at)
    )
    assert len(at.dataframe[-1].value) == 3
