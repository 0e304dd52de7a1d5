"""The page Depth under AppTest: each part opens at once, verdicts are words, surveys can be stopped, and what cannot be is said."""

import sys

import pytest
from streamlit.testing.v1 import AppTest

from core.runs.explaining import ERASURES
from core.runs.slices import Slices
from dashboard.components import depth_explanation, depth_heads
from tests.dashboard.test_pages import by_label, home, opened, said

__all__ = ["home"]
SOURCE = "20 de mayo de 1948"
LAYERS, HEADS, TOKEN = "Through the layers", "Head by head", "Explain a token"


@pytest.fixture(autouse=True)
def afresh():
    depth_explanation._found.clear()
    depth_heads._found.clear()


def at_part(part: str, run: str = "demo/dates-transformer", **params: str) -> AppTest:
    at = opened("depth", run=run, source=SOURCE, **params)
    return at if part == LAYERS else by_key(at.button_group, "depth").set_value(part).run()


def by_key(elements, key):
    return next(element for element in elements if element.key.startswith(key))


def words(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.markdown, *at.caption])


@pytest.mark.parametrize("part", [LAYERS, HEADS, TOKEN])
@pytest.mark.parametrize("run", ["demo/dates-transformer", "demo/synonyms-transformer", "demo/pinyin-gru"])
def test_every_part_opens_on_every_kind_of_model_and_nothing_is_surveyed_unasked(part, run):
    at = opened("depth", run=run)
    at = by_key(at.button_group, "depth").set_value(part).run()
    missing = [one.value for one in at.info]
    assert not at.exception and not at.warning and not at.error
    assert all("no self-attention" in one for one in missing) and bool(missing) == ("gru" in run and part != HEADS)
    assert not at.get("progress") and "Mean over" not in words(at)


def test_rollout_and_flow_and_each_layer_can_be_chosen():
    at = at_part(LAYERS)
    assert "After 2 of 2 encoder layers" in words(at) and "**Rollout**" in words(at)
    by_key(at.button_group, "layer").set_value(1).run()
    assert not at.exception and "After 1 of 2 encoder layers" in words(at)
    by_key(at.button_group, "carry").set_value("attention flow").run()
    assert not at.exception and "widths of pipes" in words(at) and said(at) == ""


def test_the_head_that_matters_is_named_and_the_table_tells_all_of_them():
    at = at_part(HEADS)
    assert "**cross · layer 2, head 1**" in words(at) and "23 of 24 heads can be off alone" in words(at)
    table = at.dataframe[0].value
    assert len(table) == 24 and table["share"].between(0, 1).all() and (table["rows without"] == 0).all()
    assert table["fall of Σ log p (nats)"].idxmax() == table["greedy output changes"].idxmax()


def test_without_a_reference_the_model_s_own_output_is_followed():
    at = opened("depth", run="demo/dates-transformer", source="1948")
    at = by_key(at.button_group, "depth").set_value(HEADS).run()
    assert not at.exception and said(at) == "" and "its own output needs most" in words(at)


def test_every_map_has_its_verdict_against_random_orders_and_another_token_another_one():
    at = at_part(TOKEN)
    table = at.dataframe[0].value
    assert list(table["map"][-4:]) == ["saliency", "input × gradient", "integrated gradients", "random, mean"]
    assert set(table["verdict"][:-1]) <= set(
        depth_explanation._VERDICTS.values()
    ) and "39 times in random order" in words(at)
    assert "Completeness of integrated gradients: their sum is" in words(at)
    by_key(at.button_group, "depth token").set_value(3).run()
    assert not at.exception and "token **8**" in words(at) and not at.dataframe[0].value.equals(table)


@pytest.mark.parametrize("erasure", ERASURES)
def test_every_way_to_delete_can_be_chosen(erasure):
    at = at_part(TOKEN)
    by_label(at.selectbox, "A deleted token is").select(erasure).run()
    assert not at.exception and said(at) == "" and len(at.dataframe[0].value) == 7


def test_without_captum_it_says_how_to_get_it_and_attention_is_tested_all_the_same(monkeypatch):
    monkeypatch.setitem(sys.modules, "captum.attr", None)
    at = at_part(TOKEN)
    assert not at.exception and 'pip install "attention-lab[explain]"' in said(at).replace("\\", "")
    assert len(at.dataframe[0].value) == 4 and "Completeness" not in words(at)


def test_a_source_that_is_too_long_to_be_taken_apart_is_said_in_words():
    at = opened("depth", run="demo/dates-transformer", source="20 mayo 1948 " * 12)
    assert not at.exception
    by_key(at.button_group, "carry").set_value("attention flow").run()
    assert not at.exception and "attention flow of" in said(at)
    by_key(at.button_group, "depth").set_value(TOKEN).run()
    assert not at.exception and "choose a source of at most 96" in said(at)


@pytest.mark.parametrize(("part", "count"), [(HEADS, 10), (TOKEN, 3)])
def test_a_survey_is_stopped_keeps_what_it_found_and_goes_on_from_there(part, count, monkeypatch):
    monkeypatch.setattr(Slices, "go_on", lambda one, seconds: one._step())  # a step a redraw
    at = at_part(part)
    tables = len(at.dataframe)
    by_label(at.number_input, "sentences").set_value(count).run()
    by_label(at.button, "Run").click().run()
    by_label(at.button, "Stop").click().run()
    held = at.get("progress")[0].proto.text
    assert (
        not at.exception and f"of {count} sentences" in held and "stopped" in held and len(at.dataframe) == tables + 1
    )
    assert at.run().get("progress")[0].proto.text == held
    by_label(at.button, "Run").click().run()
    for _ in range(30):
        if "Stop" not in [button.label for button in at.button]:
            break
        at.run()
    assert not at.exception and not at.get("progress") and said(at) == ""
    assert ("over **10** held-out" if part == HEADS else "3 sentences; mean area") in words(at)


@pytest.mark.parametrize("count", [0, 10**6])
def test_a_number_of_sentences_that_cannot_be_is_said_in_words(count):
    at = at_part(HEADS)
    by_label(at.number_input, "sentences").set_value(count).run()
    assert not at.exception and "choose from 1 to 1,000" in said(at) and "head 1" in words(at)
