"""The table of pages and settings that lessons name is what the pages draw, to the last option."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.lessons.pages import PAGES, Setting
from tests.dashboard.drawn_widgets import drawn_widgets

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"
NO_LESSON = {"start", "lessons", "claims", "class_room"}  # pages that no step stands on
# what a page draws only where something else is chosen first
FIRST = {
    "order task": {"positions part": "Trained"},
    "aligners first": {"aligners part": "The repeat ladder"},
    "aligners second": {"aligners part": "The repeat ladder"},
    "edges": {"over": "a graph"},
    "nodes": {"over": "a graph"},
    "input digit": {"input kind": "Picture"},
    "input patch": {"input kind": "Picture"},
    "input node": {"input kind": "Graph"},
    "wrong first": {"wrong models": "Two of the runs"},
    "run": {"where": "On a real sentence"},
    "source": {"where": "On a real sentence"},
    "site": {"where": "On a real sentence"},
    "head": {"where": "On a real sentence"},
}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test


def drawn(page: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Every widget of a page with a key, whatever must be chosen for it to be there."""
    with drawn_widgets() as found:
        at = AppTest.from_file(str(APP), default_timeout=240)
        at.switch_page(f"views/{page}.py").run()
        for key in PAGES[page]:
            if key not in found and PAGES[page][key].widget:
                for name, value in FIRST.get(key, {}).items():
                    at.session_state[name] = value
                at.run()
        assert not at.exception
    return found


def takes(setting: Setting, kind: str, asked: dict[str, Any]) -> bool:
    """Whether a setting of the table offers what its widget does."""
    options = asked.get("options")
    if kind in ("toggle", "checkbox"):
        return setting.kind is bool
    if kind == "text_input":
        return setting.kind is str and not setting.options
    if options is None:
        low, high = asked.get("min_value"), asked.get("max_value")
        inside = (low is None or (setting.low is not None and setting.low >= low)) and (
            high is None or setting.high is not None
        )
        return setting.kind in (int, float) and inside
    several = asked.get("selection_mode") == "multi"
    if setting.options:
        return several is setting.several and list(setting.options) == list(options)
    return all(setting.problem(one) == "" for one in options)  # runs, nodes: what is there depends on what was trained


def test_every_page_has_its_line():
    views = {path.stem for path in (APP.parent / "views").glob("*.py")} - {"__init__"}
    assert set(PAGES) == views - NO_LESSON


@pytest.mark.parametrize("page", PAGES)
def test_settings_are_widgets_of_their_page_and_offer_what_those_do(page):
    found = drawn(page)
    for key, setting in PAGES[page].items():
        if setting.widget:
            assert key in found, f"{page} draws no widget {key!r}; it has: {', '.join(found)}"
            assert takes(setting, *found[key]), (key, setting, {**found[key][1], "label": found[key][0]})
