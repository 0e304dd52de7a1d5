"""The page Parsing under AppTest: four ways on one sentence, trees beside each other, and bad input in words."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"
LONG = "anna said that a teacher without the king thought that the red girl found anna in a hat"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test


def opened(**params: str) -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in params.items():
        at.query_params[name.replace("_", " ")] = value
    return at.run().switch_page("views/parsing.py").run()


def by_label(elements, label):
    return next(element for element in elements if element.label == label)


def said(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.warning, *at.error, *at.info])


def words(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.markdown, *at.caption])


def test_it_opens_on_four_ways_of_one_held_out_sentence():
    at = opened()
    assert not at.exception and said(at) == ""
    assert list(at.dataframe[0].value["search"]) == ["greedy", "greedy, trees only", "beam", "beam, trees only"]
    assert "**Written** · greedy · :green-badge[the right tree]" in words(at) and "**Right**" in words(at)


def test_a_long_sentence_breaks_where_nothing_is_forbidden_and_is_a_tree_where_it_is():
    at = opened()
    by_label(at.text_input, "Sentence").set_value(LONG).run()
    table = at.dataframe[0].value.set_index("search")
    assert not at.exception and said(at) == ""
    assert list(table["tree"])[:2] == ["✗", "✓"] and table["where it breaks"]["greedy"]
    assert "no tree" in words(at)
    at.segmented_control[0].set_value("greedy, trees only").run()
    assert not at.exception and ":orange-badge[a tree, not the right one]" in words(at)


def test_a_wider_beam_and_another_head_are_shown():
    at = opened()
    by_label(at.number_input, "Beam width").set_value(2).run()
    assert not at.exception and len(at.dataframe[0].value) == 4
    menu = by_label(at.selectbox, "Attention")
    assert len(menu.options) == 2 * 5  # two layers of four heads, and the mean of each
    menu.set_value(menu.options[3]).run()
    assert not at.exception and said(at) == ""


def test_a_sentence_that_is_none_has_trees_and_no_right_one():
    at = opened()
    by_label(at.text_input, "Sentence").set_value("the the dog slept").run()
    assert not at.exception and "nobody knows" in words(at) and "unknown" in set(at.dataframe[0].value["exact"])


@pytest.mark.parametrize(("source", "says"), [
    ("  ", "the source is empty"), ("zounds", "has never seen any token"), ("dog " * 1000, "at most 2,000 can be read"),
])  # fmt: skip
def test_a_sentence_that_cannot_be_read_is_said(source, says):
    at = opened()
    by_label(at.text_input, "Sentence").set_value(source).run()
    assert not at.exception and says in said(at)


def test_a_sentence_too_long_for_a_tree_keeps_the_ways_that_can_be_shown():
    at = opened()
    by_label(at.text_input, "Sentence").set_value("the " * 126).run()
    table = at.dataframe[0].value.set_index("search")
    assert not at.exception and "no tree over 126 words fits" in table["where it breaks"]["greedy, trees only"]
    assert at.segmented_control[0].options == ["greedy", "beam"]
