"""The page Masks under AppTest: what is said in words is what is counted, and what cannot be read is said in words too."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test


def opened() -> AppTest:
    return AppTest.from_file(str(APP), default_timeout=60).run().switch_page("views/masks.py").run()


def told(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.markdown, *at.caption])


def warned(at: AppTest) -> list[str]:
    assert not at.exception and not at.error
    return [element.value for element in at.warning]


def on_a_graph(at: AppTest) -> AppTest:
    return at.button_group(key="over").set_value("a graph").run()


def test_it_opens_with_a_window_its_cost_and_its_reach():
    at = opened()
    assert not warned(at)
    # 24 tokens with 2 neighbors each side: 5 · 24 less the corners' 2 · (2 + 1)
    assert "**local** scores **114** of 576 pairs (20%)" in told(at)
    assert "hears up to **8** places back and **8** ahead; every token hears every token after 12 layers" in told(at)
    assert "**0** of 2,304 cells differ" in told(at)


def test_another_pattern_and_parts_are_said_anew():
    at = opened()
    at.selectbox(key="pattern").set_value("blocks").run()
    at.slider(key="window").set_value(6).run()
    assert "**blocks** scores **144** of 576 pairs" in told(at) and "some never hear each other" in told(at)
    at.toggle(key="causal").set_value(True).run()
    at.slider(key="pads").set_value(3).run()
    assert "blocks & causal & padding: **all** of them must let it" in told(at)
    assert "and **0** ahead" in told(at) and "**0** of 2,304 cells differ" in told(at)
    assert not warned(at)


@pytest.mark.parametrize("pattern", ["full", "causal", "strided", "bigbird"])
def test_every_pattern_is_drawn_and_measured_to_be_as_computed(pattern):
    at = opened()
    at.selectbox(key="pattern").set_value(pattern).run()
    assert not warned(at) and "**0** of 2,304 cells differ" in told(at)
    assert at.slider(key="window").disabled == (pattern in ("full", "causal"))


def test_a_graph_says_who_hears_whom_and_an_example_replaces_it():
    at = on_a_graph(opened())
    assert "After 3 layers node 1 is heard by **nodes 2, 3 and 4**; not by nodes 5, 6, 7 and 8." in told(at)
    at.selectbox(key="example graph").set_value("star").run()
    assert at.text_input(key="edges").value.startswith("1-2, 1-3")
    assert "by all." in told(at) and "**0** of 192 cells differ" in told(at)
    assert not warned(at)


def test_a_node_without_anybody_to_look_at_is_named():
    at = on_a_graph(opened())
    at.text_input(key="edges").set_value("1-2, 2-3").run()
    at.number_input(key="nodes").set_value(4).run()
    assert "Without self-loops" not in told(at)
    at.toggle(key="loops").set_value(False).run()
    assert "Without self-loops node 4 may look at nobody" in told(at)


@pytest.mark.parametrize(
    ("edges", "nodes", "words"),
    [
        ("1-2, cat", 3, "“cat” is no edge"),
        ("1-9", 3, "node 9 in “1-9” is not there; nodes are 1 to 3"),
        ("1-2", 40, "a graph of 40 nodes cannot be drawn here"),
        ("1-2", 0, "a graph of 0 nodes cannot be drawn here"),
        ("1--2", 3, "is no edge"),
    ],
)
def test_edges_that_cannot_be_read_are_said_and_the_page_lives(edges, nodes, words):
    at = on_a_graph(opened())
    at.text_input(key="edges").set_value(edges).run()
    at.number_input(key="nodes").set_value(nodes).run()
    assert any(words in one for one in warned(at))
    at.number_input(key="nodes").set_value(8).run()
    at.text_input(key="edges").set_value("1-2").run()
    assert not warned(at) and "cells differ" in told(at)
