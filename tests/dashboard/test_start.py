"""The page Start under AppTest: drawn without PyTorch, old addresses still lead to Attention, each stop of the tour to its page."""

import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.decoding.greedy import GreedySearch
from core.recording.edit import Edit
from core.runs.first_map import FirstMap
from core.runs.intervention import heads, intervene
from core.runs.store import find_run
from core.runs.trained import load
from dashboard.components import tour
from dashboard.components.tour import STOPS

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test


def opened(**address: str) -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=120)
    for name, value in address.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return at


def said(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.warning, *at.error, *at.info])


def text(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.markdown, *at.caption])


def test_the_first_page_is_drawn_without_pytorch() -> None:
    program = (
        "import sys; from streamlit.testing.v1 import AppTest; "
        f"at = AppTest.from_file({str(APP)!r}, default_timeout=60).run(); "
        "assert not at.exception and 'demo/dates-gru' in ' '.join(one.value for one in at.caption); "
        "sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=APP.parents[1])
    assert done.returncode == 0, done.stderr


def test_a_damaged_map_leaves_the_rest_of_the_page(monkeypatch) -> None:
    def broken() -> FirstMap:
        raise ZeroDivisionError

    monkeypatch.setattr("core.runs.first_map.first_map", broken)
    at = opened()
    assert "incident" in said(at) and "Every layer and head" in text(at)


def test_an_address_of_before_this_page_opens_attention() -> None:
    at = opened(run="demo/pinyin-gru", source="中国")
    (model,) = [one for one in at.selectbox if one.label == "Model"]
    (source,) = [one for one in at.text_input if one.label == "Source"]
    assert (model.value, source.value) == ("demo/pinyin-gru", "中国")


@pytest.mark.parametrize("number", range(1, len(STOPS) + 1))
def test_every_stop_opens_its_page_with_its_settings(number: int) -> None:
    at = opened(tour=str(number))
    assert f"Tour, stop {number} of {len(STOPS)}" in text(at) and STOPS[number - 1].says in text(at)
    assert said(at) in ("", "Nothing is trained yet. Press Train: the preset fast takes seconds.")
    asked = STOPS[number - 1].settings
    boxes = {one.label: one.value for one in [*at.selectbox, *at.text_input]}
    labels = {"run": "Model", "source": "Source", "task": "Task"}
    assert {labels[name]: value for name, value in asked.items()}.items() <= boxes.items()


def test_what_the_tour_says_of_a_head_is_so() -> None:
    stop = next(one for one in STOPS if one.page == "intervene")
    assert "head 2 in row L1 of cross" in stop.tries
    model = load(stop.settings["run"])
    (site,) = [site for site, _ in heads(model, stop.settings["source"]) if site.label == "cross · layer 1"]
    found = intervene(model, stop.settings["source"], GreedySearch(), [Edit(site=site.name, head=1)])
    assert found.old.tokens[:10] == tuple("1981-04-30") and found.new.tokens[:10] == tuple("1981-04-03")


def test_leaving_keeps_the_page() -> None:
    at = opened(tour="2")
    next(one for one in at.button if one.label == "Leave").click().run()
    assert not at.exception and "Tour, stop" not in text(at)
    assert "All heads" not in text(at) and [one for one in at.selectbox if one.label == "Model"]


@pytest.mark.parametrize("asked", ["0", "99", "-1", "x", "", "²", "07"])
def test_a_stop_that_is_none_is_not_heard(asked: str) -> None:
    at = opened(tour=asked)
    assert "Tour, stop" not in text(at) and "one token after the other" in text(at)


def test_the_tour_lasts_some_minutes_and_its_runs_are_there() -> None:
    words = [f"{stop.says} {stop.tries}" for stop in STOPS]
    assert 6 <= len(STOPS) <= 8 and all(len(one.split()) <= 45 for one in words)
    for stop in STOPS:
        assert (APP.parent / "views" / f"{stop.page}.py").exists()
        assert "run" not in stop.settings or find_run(stop.settings["run"]).read_only
    assert tour.TOUR == "tour"
