"""The page Attention by hand under AppTest: choices, links, edits, and everything wrong in words."""

import pytest
from streamlit.testing.v1 import AppTest
from torch import Generator

from core.attention.normalizers import NORMALIZERS
from core.attention.relations import RELATIONS
from core.attention.scores import SCORES
from core.attention.worksheet import NAMES, pack, unpack
from core.attention.worksheet_chain import Worked, work_out
from core.attention.worksheet_presets import FIRST, PRESETS
from core.recording.recorder import attention_paths, site_of
from core.runs.trained import load
from dashboard.components.chain_words import NORMALIZED, SAID, said, stages
from tests.dashboard.test_pages import APP, by_label
from tests.dashboard.test_pages import said as complaints

LECTURE = PRESETS[FIRST].make(4, 2, Generator())
KEY = "chain by hand"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test


def opened(**params: str) -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.run()
    at.switch_page("views/attention_by_hand.py")
    for name, value in params.items():
        at.query_params[name] = value
    return at.run()


def sheet(at: AppTest):
    text = at.query_params["numbers"]
    return unpack(text if isinstance(text, str) else text[0])


def typed(
    at: AppTest, name: str, row: int, column: int, value: object, *, gesture: int = 1, final: bool = True
) -> None:
    """As the browser says it."""
    versions = at.session_state["worksheet versions"]
    cells = {each: [list(line) for line in versions.now.matrices[each]] for each in NAMES}
    cells[name][row][column] = value
    at.session_state[KEY] = {
        "typed": {"epoch": versions.epoch, "gesture": gesture, "final": final, "serial": gesture, "cells": cells}
    }
    at.run()


def test_the_page_opens_on_the_lectures_vectors_with_their_lesson():
    at = opened()
    assert not at.exception and complaints(at) == ""
    assert sheet(at) == LECTURE and any("lecture's four vectors" in one.value for one in at.caption)


@pytest.mark.parametrize("name", PRESETS)
def test_every_example_can_be_taken_and_undone(name):
    at = opened()
    by_label(at.selectbox, "Start from").set_value(name).run()
    assert not at.exception and complaints(at) == ""
    assert any(PRESETS[name].title in one.value for one in at.caption)
    by_label(at.button, "Undo").click().run()
    assert sheet(at) == LECTURE
    by_label(at.button, "Redo").click().run()
    assert any(PRESETS[name].title in one.value for one in at.caption) and not at.exception


def test_more_vectors_and_features_keep_the_numbers_and_a_seed_draws_others():
    at = opened()
    by_label(at.selectbox, "Vectors").set_value(6).run()
    by_label(at.selectbox, "Features").set_value(3).run()
    assert sheet(at) == LECTURE.resized(6, 3) and not at.exception
    by_label(at.number_input, "Seed of random numbers").set_value(7).run()
    assert sheet(at).count == 6 and sheet(at) != LECTURE.resized(6, 3) and not at.exception
    for _ in range(3):
        by_label(at.button, "Undo").click().run()
    assert sheet(at) == LECTURE


def test_a_typed_number_is_a_version_and_a_drag_is_one_whatever_its_length():
    at = opened()
    typed(at, "vectors", 1, 0, 5)
    assert sheet(at).matrices["vectors"][1] == (5, 1)
    for at_a_time in (0.1, 0.2, 0.3):
        typed(at, "vectors", 0, 1, at_a_time, gesture=2, final=at_a_time == 0.3)
    assert sheet(at).matrices["vectors"][:2] == ((1, 0.3), (5, 1))
    by_label(at.button, "Undo").click().run()
    assert sheet(at).matrices["vectors"][:2] == ((1, 0), (5, 1))
    by_label(at.button, "Undo").click().run()
    assert sheet(at) == LECTURE and by_label(at.button, "Undo").disabled


@pytest.mark.parametrize("text", ["", "abc", "1e308", "nan", "1" * 500])
def test_what_is_no_number_changes_nothing(text):
    at = opened()
    typed(at, "w_key", 0, 0, 3)
    typed(at, "w_key", 1, 1, text, gesture=2)
    assert not at.exception and sheet(at).matrices["w_key"] == ((3, 1), (1, 0))


def test_a_link_brings_numbers_and_choices():
    numbers = LECTURE.resized(3, 4)
    at = opened(numbers=pack(numbers), score="scaled_dot", heads="2", normalizer="sparsemax", mask="causal")
    assert not at.exception and complaints(at) == "" and sheet(at) == numbers
    assert [by_label(at.selectbox, label).value for label in ("Score", "Heads", "Mask")] == ["scaled_dot", 2, "causal"]


@pytest.mark.parametrize("link", ["", "abc", "../../etc/passwd", "x" * 5000, pack(LECTURE)[:-4]])
def test_a_damaged_link_is_said_and_the_lectures_numbers_are_shown(link):
    at = opened(numbers=link)
    assert not at.exception and "Other numbers are shown" in complaints(at) and sheet(at) == LECTURE


def test_choices_that_cannot_be_are_said_and_nothing_is_lost():
    at = opened()
    by_label(at.selectbox, "Heads").set_value(3).run()
    assert not at.exception and "2 features cannot be shared by 3 heads" in complaints(at) and sheet(at) == LECTURE
    by_label(at.selectbox, "Heads").set_value(2).run()
    by_label(at.number_input, "Temperature").set_value(0.0).run()
    assert not at.exception and "must be above 0" in complaints(at)
    by_label(at.number_input, "Temperature").set_value(2.0).run()
    assert complaints(at) == ""


@pytest.mark.parametrize("name", [*SCORES, *NORMALIZERS])
def test_every_score_and_normalizer_can_be_chosen(name):
    at = opened()
    by_label(at.selectbox, "Score" if name in SCORES else "Normalizer").set_value(name).run()
    assert not at.exception and complaints(at) == ""


def test_every_quantity_and_every_normalizer_has_its_words():
    assert set(NORMALIZED) == set(NORMALIZERS)
    for score in SCORES:
        for positions in ("none", "sinusoidal", *RELATIONS):
            if positions in RELATIONS and RELATIONS[positions].scores and score not in RELATIONS[positions].scores:
                continue
            chain = work_out(
                LECTURE.resized(4, 4), Worked(score=score, positions=positions, heads=2, mask="causal", temperature=2.0)
            )
            shown = [name for stage in stages(chain) for card in stage["cards"] for name in card]
            assert sorted(shown) == sorted(one.name for one in chain.quantities), "each once, and none left out"
            assert all(said(chain, name).title for name in shown) and set(shown) <= set(SAID)


@pytest.mark.parametrize("address", ["demo/dates-transformer", "demo/dates-gru"])
def test_every_attention_of_a_model_can_be_looked_at_and_its_outputs_check(address):
    at = opened(where="On a real sentence", run=address)
    for path in attention_paths(load(address).model):
        by_label(at.selectbox, "Attention").set_value(site_of(path).label).run()
        assert not at.exception and complaints(at) == ""
        assert any("rounding, and nothing else" in one.value for one in at.caption)


@pytest.mark.parametrize("source", ["", "☃☃☃", "ж" * 100_000])
def test_a_source_that_cannot_be_read_is_said(source):
    at = opened(where="On a real sentence")
    by_label(at.text_input, "Source").set_value(source).run()
    assert not at.exception and complaints(at) != ""
