"""What one person's pages show does not depend on what others of the class have: a law of every page.

Bob opens a page alone in the class. Then Ann has runs of the same names with other weights, and runs of her own, and opens the
page, so that whatever is kept is kept of hers. Bob's page must be the same, word for word.
"""

import json
import os
import re
import shutil
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.runs import foreign, store, uploads, workspace
from core.runs.classroom import badges
from core.runs.classroom.room import Classroom, keep_classroom
from tests.runs.classes import ANN, BOB, asking

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"
PAGES = sorted(path.stem for path in (APP.parent / "views").glob("*.py") if path.stem not in ("__init__", "class_room"))
OFTEN = ("train", "attention", "decoder", "your_models", "sampling")
# those called the same have as many steps: nothing but whose they are tells them apart
HERS, HIS = ("demo/reverse-gru", "demo/numbers-gru"), ("demo/pinyin-gru", "demo/synonyms-gru")
TIMED = ("all_at_once", "machines")  # they measure seconds, and draw them
BARS = ("progress", "spinner", "skeleton", "empty")
TIMES = re.compile(r"\d[\d.,]* (ms|s|seconds|MB|µs|h ago|min ago)\b|[0-9a-f]{24,}|\d+ (steps|tokens) (a|per) second")


@pytest.fixture(autouse=True)
def room(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setenv(workspace.CLASSROOM, "1")
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)
    keep_classroom(Classroom("a class"))


def shown(view: str, badge: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("dashboard.member.badge", lambda: badge)
    at = AppTest.from_file(str(APP), default_timeout=120)
    at.query_params["run"] = "same"
    at.run()
    if view != "attention":
        at.switch_page(f"views/{view}.py").run()
    assert not at.exception
    # whatever is sent to the browser: texts, menus, what components draw; not the bars of work under way, which is everybody's
    hidden = ("UnknownElement", "Dataframe", "Table") if view in TIMED else ()
    said = [
        f"{type(one).__name__} {getattr(one, 'proto', '')}"
        for one in at.main
        if getattr(one, "type", "") not in BARS and type(one).__name__ not in hidden
    ]
    return TIMES.sub("…", "\n".join(said))


def forget() -> None:
    """As of a server that has just been started."""
    st.cache_data.clear()
    st.cache_resource.clear()


def bring(who, addresses: tuple[str, str], *names: str) -> None:
    """Copies of shipped runs under other names, and an upload."""
    with asking(who):
        store.runs_folder().mkdir(parents=True, exist_ok=True)
        for address, name in zip(addresses, names):
            copy = shutil.copytree(store.find_run(address).path, store.runs_folder() / name)
            os.utime(Path(copy) / "config.json", (1e9, 1e9))  # made at the same moment, too
        uploads.keep(f"{who.name}\tsecret\n".encode() * 40)


@pytest.mark.parametrize("view", [one if one in OFTEN else pytest.param(one, marks=pytest.mark.slow) for one in PAGES])
def test_a_page_shows_the_same_whatever_others_have(view, monkeypatch):
    bring(BOB, HIS, "same", "his-own")
    his, hers = badges.give(BOB), badges.give(ANN)
    forget()
    alone = shown(view, his, monkeypatch)
    forget()
    bring(ANN, HERS, "same", "ann-private")
    with workspace.within(workspace.workspace("ann")):
        models = workspace.home() / "models"
        models.mkdir()
        (models / "ann-model.json").write_text(json.dumps({"schema": foreign.SCHEMA, "path": "/nowhere/ann"}))
    her_page = shown(view, hers, monkeypatch)
    assert shown(view, his, monkeypatch) == alone
    assert "his-own" not in her_page and "ann-private" not in alone and "ann-model" not in alone
    if view in OFTEN[:3]:  # these name what there is: what is missing above was there to be seen
        assert "his-own" in alone and "ann-private" in her_page


def test_nobody_is_shown_nothing_but_that(monkeypatch):
    monkeypatch.setattr("dashboard.member.badge", lambda: "a" * 43)
    at = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not at.exception and [one.value for one in at.info] == ["You are logged out. Reload this page to log in."]
    assert not at.button and not at.selectbox and not at.markdown
