"""A button that remembers its press: only what it was pressed for, and only where it can still be pressed."""

import ast
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]


def page() -> None:
    import streamlit as st

    from dashboard.components.press import pressed

    about = st.text_input("About", "one", key="about")
    sure = st.checkbox("Sure", key="sure", value=True)
    if pressed("Delete", key="delete", of=about, disabled=not sure):
        st.markdown(f"deleted {about}")


@pytest.fixture
def at() -> AppTest:
    return AppTest.from_function(page).run()


def said(at: AppTest) -> list[str]:
    return [one.value for one in at.markdown]


def test_it_does_once_what_it_was_pressed_for(at):
    at.button(key="delete").click().run()
    assert said(at) == ["deleted one"]
    assert said(at.run()) == []


def test_what_was_pressed_for_something_else_comes_to_nothing(at):
    at.button(key="delete").click()
    at.text_input(key="about").input("other").run()
    assert said(at) == [] and said(at.run()) == []


def test_what_cannot_be_pressed_any_more_is_not_done(at):
    at.button(key="delete").click()
    at.checkbox(key="sure").uncheck().run()
    assert said(at) == [] and said(at.run()) == []


def test_no_page_asks_a_button_itself_whether_it_was_pressed():
    asked = []
    for path in ROOT.glob("dashboard/**/*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        alone = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node not in alone]
        names = {node.lineno: node.func.attr for node in calls if isinstance(node.func, ast.Attribute)}
        asked += [f"{path.name}:{line}" for line, name in names.items() if name in ("button", "form_submit_button")]
    assert asked == [], "draw it with dashboard/components/press.py: a press is told to one run alone, which may end"
