"""The page One sentence, four machines under AppTest: four answers, runs of one's own, and bad input in words."""

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.runs.config import ExperimentConfig
from core.runs.experiment import create, run_experiment

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"
DEMO = APP.parents[1] / "assets" / "runs"
TITLES = ("RNN", "Transformer", "Pointer-generator", "Non-autoregressive")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test


def opened(**params: str) -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=60).run()
    for name, value in params.items():
        at.query_params[name.replace("_", " ", 1)] = value
    return at.switch_page("views/machines.py").run()


def by_label(elements, label):
    return next(element for element in elements if element.label == label)


def words(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.markdown, *at.caption])


def said(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.warning, *at.error, *at.info])


def typed(at: AppTest, source: str) -> AppTest:
    by_label(at.text_input, "Source").set_value(source).run()
    return at


def test_it_opens_on_a_held_out_sentence_that_only_one_of_four_can_answer():
    at = opened()
    assert not at.exception and said(at) == ""
    verdicts = {
        title: next(one.value for one in at.markdown if one.value.startswith(f"**{title}**")) for title in TITLES
    }
    assert {title for title, one in verdicts.items() if ":green-badge[right]" in one} == {"Pointer-generator"}
    assert all(":red-badge[not right]" in one for title, one in verdicts.items() if title != "Pointer-generator")
    assert "they can only be copied: **" in words(at) and "Right: **" in words(at)
    table = at.dataframe[0].value
    assert list(table["machine"]) == list(TITLES) and list(table["calls"])[3] == 1 and (table["milliseconds"] > 0).all()
    offered = {title: by_label(at.selectbox, title).options for title in TITLES}
    assert "demo/dates-gru" in offered["RNN"] and "demo/chat-pointer" not in offered["RNN"]
    assert offered["Pointer-generator"] == ["demo/chat-pointer"] and "demo/dates-transformer" in offered["Transformer"]
    assert "demo/phrases-distilled" in offered["Non-autoregressive"]


def test_a_sentence_whose_every_word_is_known_is_answered_by_all():
    at = opened()
    known = by_label(at.get("button_group"), "Every word is known; they may have been trained on")
    known.set_value(known.options[0].content if hasattr(known.options[0], "content") else known.options[0]).run()
    assert not at.exception and words(at).count(":green-badge[right]") == 5  # the last is told again call by call
    assert "can only be copied" not in words(at)


def test_a_source_that_cannot_be_read_is_said_and_one_of_no_rule_has_no_verdict():
    at = opened()
    for source, says in (("  ", "the source is empty"), ("zounds", "has never seen any token")):
        assert says in said(typed(at, source)) and not at.exception
    typed(at, "hello friend ?")
    assert not at.exception and said(at) == "" and "badge" not in words(at)
    assert "Nobody knows the right answer" in words(at)


def test_a_run_of_another_task_is_refused_in_one_sentence_and_brings_a_source_it_can_read():
    at = opened()
    by_label(at.selectbox, "Non-autoregressive").set_value("demo/phrases-masked").run()
    assert not at.exception and len(at.warning) == 1
    assert "demo/phrases-masked cannot answer beside demo/chat-gru: its task is phrases, not chat; choose four" in said(
        at
    )
    by_label(at.selectbox, "Non-autoregressive").set_value("demo/chat-parallel").run()
    assert not at.exception and said(at) == "" and "Right: **" in words(at)


def test_a_run_of_ones_own_with_other_words_is_refused_and_one_with_the_same_is_taken(tmp_path):
    config = {
        "task": {"name": "chat", "known": 10}, "model": {"name": "recurrent", "width": 8},
        "training": {"steps": 1, "batch_size": 2, "evaluate_on": 1},
    }  # fmt: skip
    list(run_experiment(create("other", ExperimentConfig.from_dict(config))))
    shutil.copytree(DEMO / "chat-gru", tmp_path / "runs" / "same")
    at = opened()
    by_label(at.selectbox, "RNN").set_value("other").run()
    assert not at.exception and "beside other: the source words differ" in said(at)
    by_label(at.selectbox, "RNN").set_value("same").run()
    assert not at.exception and said(at) == "" and at.dataframe[0].value["run"][0] == "same"


def test_an_address_that_names_no_run_shows_another_one_and_goes_on_saying_so():
    at = opened(machines_recurrent="gone")
    assert not at.exception and "There is no run “gone” for this place; another one is shown." in said(at)
    assert by_label(at.selectbox, "RNN").value == "demo/chat-gru"
    assert "There is no run “gone”" in said(at.run())
    by_label(at.selectbox, "RNN").set_value("demo/synonyms-gru").run()
    assert "gone" not in said(at)


def test_a_run_that_cannot_be_opened_is_said_where_it_was_chosen(tmp_path):
    shutil.copytree(DEMO / "chat-gru", tmp_path / "runs" / "broken")
    (weights,) = (tmp_path / "runs" / "broken" / "checkpoints").glob("*/model.safetensors")
    weights.write_bytes(b"no weights")
    at = opened()
    by_label(at.selectbox, "RNN").set_value("broken").run()
    assert not at.exception and "broken" in said(at)
    by_label(at.selectbox, "RNN").set_value("demo/chat-gru").run()
    assert not at.exception and said(at) == ""
