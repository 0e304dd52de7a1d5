"""The pages Tagging, One label and Fill in under AppTest: bad input gets a sentence, runs stand beside each other."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.runs.experiment import run_experiment
from core.runs.set_config import SetConfig
from core.runs.trained_set import create_set_run
from dashboard.components.labelled_words import OWN

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test


def opened(view: str) -> AppTest:
    return AppTest.from_file(str(APP), default_timeout=120).run().switch_page(f"views/{view}.py").run()


def said(at: AppTest) -> str:
    return " ".join(
        str(one.value) for group in (at.markdown, at.caption, at.warning, at.info, at.error) for one in group
    )


def by_label(elements, label):
    return next(element for element in elements if element.label == label)


def trained(name: str, task: str, model: str, **settings: object) -> None:
    short = {"training.steps": 5, "training.evaluate_on": 8, "training.record_every": 0}
    config = SetConfig.preset(task, model).changed({**short, **settings})
    for _ in run_experiment(create_set_run(name, config)):
        pass


@pytest.mark.parametrize(
    ("view", "task", "key"), [("tagging", "tagging", "tagging"), ("one_label", "sentiment", "one label")]
)
def test_a_task_without_its_files_is_refused_in_one_sentence(view, task, key):
    at = opened(view)
    assert not at.exception and "press Train" in said(at)
    by_label(at.selectbox, "Task").set_value(task).run()
    at.button(key=f"{key} train").click().run()
    assert not at.exception and "path is empty: give a" in said(at)


def test_words_never_learned_are_named_and_a_window_stands_beside_attention():
    trained("near", "saw", "window")
    trained("far", "saw", "attention")
    at = opened("tagging")
    by_label(at.selectbox, "Run").set_value("far").run()
    by_label(at.multiselect, "Beside it").set_value(["near"]).run()
    assert not at.exception
    assert "far** · self-attention" in said(at) and "near** · fully connected" in said(at)
    by_label(at.selectbox, "Held-out sentence").set_value(OWN).run()
    by_label(at.text_input, "Sentence").set_value("I saw <b>it</b>").run()
    assert not at.exception and "task=saw never learned <b>it</b>" in said(at).replace("\\", "")


def test_one_label_says_whether_it_is_right_and_reads_what_is_typed(tmp_path):
    path = tmp_path / "it.tsv"
    path.write_text("".join(f"{'ab'[at % 2]}\ta text of {at} words\n" for at in range(60)), "utf-8")
    trained("films", "sentiment", "attention", **{"task.path": str(path)})
    at = opened("one_label")
    assert not at.exception and "films** · self-attention" in said(at) and "right: **" in said(at)
    by_label(at.selectbox, "Held-out sentence").set_value(OWN).run()
    assert "no word was given" in said(at)
    by_label(at.text_input, "Sentence").set_value("a text").run()
    assert not at.exception and "no word was given" not in said(at)


def test_hidden_words_get_candidates_and_a_sentence_of_unknown_words_is_refused():
    trained("filled", "fill_in", "attention")
    at = opened("fill_in")
    assert not at.exception and len(at.dataframe) == 1 and len(at.dataframe[0].value) == 8
    by_label(at.selectbox, "Held-out sentence").set_value(OWN).run()
    by_label(at.text_input, "Sentence").set_value("bam ___ kir ___").run()
    assert not at.exception and len(at.dataframe) == 2
    by_label(at.text_input, "Sentence").set_value("hello world").run()
    assert not at.exception and "none of these words was learned" in said(at)


def test_fewer_labels_says_what_a_press_will_do():
    at = opened("fill_in")
    at.button_group(key="fill in part").set_value("Fewer labels").run()
    assert not at.exception and "eight tunings" in said(at)


def test_a_file_that_cannot_be_used_is_named_as_the_person_named_it():
    at = opened("tagging")
    by_label(at.selectbox, "Task").set_value("tagging").run()
    at.get("file_uploader")[0].set_value(("mine.conllu", b"just a text\n", "text/plain")).run()
    at.button(key="tagging train").click().run()
    assert not at.exception and "mine.conllu: 0 of 1 sentences can be read" in said(at)
    at.get("file_uploader")[0].set_value(("none.conllu", b"", "text/plain")).run()
    at.button(key="tagging train").click().run()
    assert "none.conllu is empty; expected a word on each line" in said(at)
