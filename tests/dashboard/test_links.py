"""Links of pages under AppTest: every widget that changes numbers is in the link, offers what the link may say, and comes back."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.replay.table import VIEWS

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"
PAGES = [name for name, view in VIEWS.items() if view.sections]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test


def opened(page: str, **asked: str | list[str]) -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=120)
    for name, value in asked.items():
        at.query_params[name.replace("_", " ") if False else name] = value
    at.run()
    return at if page == "attention" else at.switch_page(f"views/{page}.py").run()
