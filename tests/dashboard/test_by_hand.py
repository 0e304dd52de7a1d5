"""The page By hand under AppTest: tables in, edits, undo, links, and everything wrong in words."""

import json

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.models.example_tables import EXAMPLE_TABLES
from core.models.table_rows import pack
from tests.dashboard.test_pages import APP, by_label, said

BIASED = {(): {"A": 0.3, "B": 0.7}}
OFF = {(): {"A": 0.3, "B": 0.4, "C": 0.1}}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test


def opened(table: str | None = None) -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.run()
    at.switch_page("views/by_hand.py")
    if table is not None:
        at.query_params["table"] = table
    return at.run()


def found(at: AppTest) -> dict[str, str]:
    """What every search finds."""
    table = frame(at, "verdict")
    return dict(zip(table["search"], table["finds"]))


def frame(at: AppTest, column: str) -> pd.DataFrame:
    return next(one.value for one in at.dataframe if column in one.value.columns)


def in_address(at: AppTest) -> str:
    text = at.query_params["table"]
    return text if isinstance(text, str) else text[0]


def test_the_page_opens_on_the_lectures_tree_and_greedy_misses_the_best_output():
    at = opened()
    assert not at.exception and said(at) == ""
    assert found(at)["greedy"] == "A B B <end>" and found(at)["beam"] == found(at)["exact"] == "B B B <end>"
    verdicts = frame(at, "verdict").set_index("search")
    assert verdicts.loc["greedy", "search error"] == pytest.approx(0.405465, abs=1e-6)
    assert verdicts.loc["exact", "verdict"] == "the best, proved"
    assert list(frame(at, "found by")["probability"].round(6)) == [0.324, 0.216, 0.144, 0.144, 0.096, 0.036, 0.02, 0.02]


@pytest.mark.parametrize("name", EXAMPLE_TABLES)
def test_every_example_opens_from_the_menu_with_its_lesson_and_undo_brings_the_old_table_back(name):
    at = opened(pack(BIASED))
    by_label(at.selectbox, "Start from").set_value(name).run()
    assert not at.exception and said(at) == ""
    assert in_address(at) == pack(EXAMPLE_TABLES[name].table.rows)
    assert any(EXAMPLE_TABLES[name].title in caption.value for caption in at.caption)
    by_label(at.button, "Undo").click().run()
    assert in_address(at) == pack(BIASED) and set(found(at).values()) >= {"B <end>"}
    by_label(at.button, "Redo").click().run()
    assert in_address(at) == pack(EXAMPLE_TABLES[name].table.rows) and not at.exception


def test_a_link_brings_its_table():
    at = opened(pack(BIASED))
    assert not at.exception and found(at)["greedy"] == "B <end>" and in_address(at) == pack(BIASED)


@pytest.mark.parametrize("link", ["", "abc", "../../etc/passwd", "x" * 5000, pack({(): {"A": 1.0}})[:-4]])
def test_a_damaged_link_is_said_and_the_lectures_tree_is_shown(link):
    at = opened(link)
    assert not at.exception and "Another table is shown" in said(at) and found(at)["exact"] == "B B B <end>"


def test_a_row_that_does_not_sum_to_one_is_named_with_its_sum_and_can_be_scaled():
    at = opened(pack(OFF))
    assert "the row of the first step sums to 0.8, not to 1" in said(at) and not at.exception
    assert found(at)["exact"] == "B B B <end>"  # what is drawn is still the last whole table
    by_label(at.button, "Scale to one").click().run()
    assert said(at) == "" and list(frame(at, "found by")["probability"]) == pytest.approx([0.5, 0.375, 0.125])


def test_a_file_is_opened_and_a_bad_one_is_said_and_changes_nothing():
    at = opened()
    at.file_uploader[0].upload("mine.json", json.dumps({"": {"A": 0.25, "B": 0.75}}).encode()).run()
    assert not at.exception and found(at)["greedy"] == "B <end>"
    for content, words in ((b"\xff\xfe\x00", "no text in UTF-8"), (b"[]", "is not of the form"), (b"", "no JSON")):
        at.file_uploader[0].upload("mine.json", content).run()
        assert not at.exception and words in said(at) and found(at)["greedy"] == "B <end>"


def test_settings_that_one_search_cannot_have_are_said_and_the_others_go_on():
    at = opened()
    by_label(at.number_input, "width").set_value(3).run()
    assert "diverse" in said(at) and "does not divide" in said(at) and "diverse" not in found(at)
    assert found(at)["beam"] == "B B B <end>" and not at.exception


def test_the_length_norm_decides_between_short_and_long():
    at = opened(pack(EXAMPLE_TABLES["length"].table.rows))
    assert found(at)["exact"] == "no <end>"
    by_label(at.selectbox, "length norm").set_value("mean").run()
    assert found(at)["exact"] == "I think so too <end>" and said(at) == ""


def test_a_table_is_kept_while_another_page_is_looked_at():
    at = opened()
    by_label(at.selectbox, "Start from").set_value("empty").run()
    at.switch_page("views/train.py").run()
    at.switch_page("views/by_hand.py").run()
    assert not at.exception and in_address(at) == pack(EXAMPLE_TABLES["empty"].table.rows)
    assert by_label(at.button, "Undo").disabled is False
