"""Addresses that nobody would write: a sentence says what cannot be, the page shows what it shows by itself, and nothing breaks."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"
SMALL = {"run": "demo/reverse-transformer", "source": "abcd"}
CROSS = "decoder.layers.0.cross_attention.attention"
HUGE = "9" * 400  # as a decimal number it is infinite
TOKEN = "depth token demo/reverse-transformer abcd"
ODD = [
    ("decoder", {"run": "", "source": ""}, "the source is empty"),
    ("decoder", {**SMALL, "search": ["greedy", "光束"]}, "no search '光束'"),
    ("decoder", {**SMALL, "path": HUGE, "head": "头 30"}, "no head '头 30'"),
    ("decoder", {**SMALL, "path": ".".join(["9"] * 30)}, "the prefix has 30 tokens; an output for this source has at most 20"),
    ("decoder", {**SMALL, "session": "\x00ÿ"}, "cut off or mistyped"),
    ("compare", {**SMALL, "searches": ["greedy", "beam:width=1000000"]}, "width=1000000 is out of range"),
    ("compare", {**SMALL, "searches": "%E6%9D%9F;;"}, "no search '%E6%9D%9F'"),
    ("intervene", {**SMALL, "edits": "[" * 3000}, "no JSON"),
    ("intervene", {**SMALL, "edits": f'[{{"site":"{CROSS}","head":1e400}}]'}, "not inf"),
    ("intervene", {**SMALL, "edits": f'[{{"site":"{CROSS}","head":99}}]'}, "no such head"),
    ("attention", {**SMALL, "head": "30", "site": CROSS}, "head='30' cannot be: it is a whole number from 1 to 4"),
    ("attention", {**SMALL, "head": ["1", HUGE], "words": "vrai"}, "words='vrai' cannot be"),
    ("attention", {"run": "../../x", "source": "\x00"}, "no run “../../x”"),
    ("depth", {**SMALL, "carry": "", "layer": "0"}, "no carry ''"),
    ("depth", {**SMALL, "depth": "深度"}, "no depth '深度'"),
    ("depth", {**SMALL, "depth": "Explain a token", TOKEN: "77"}, "abcd='77' cannot be: it is a whole number from 0 to 5"),
    ("depth", {**SMALL, "depth": "Explain a token", TOKEN: HUGE}, "cannot be: it is a whole number"),
    ("train", {"watch": "", "beside": ",,,"}, "the run ''"),
    ("train", {"watch": "demo/reverse-gru", "scrub demo/reverse-gru": "1e400", "head": "99"}, "no scrub"),
    ("train", {"task": "日期", "model": "", "preset": "x"}, "no task '日期'"),
    ("sampling", {**SMALL, "draw": HUGE}, "cannot be: it is a whole number from 1 to 50"),
    ("sampling", {**SMALL, "settings": "sampling:draws=7", "draw": "-1"}, "draw='-1' cannot be"),
    ("sampling", {**SMALL, "settings": ""}, "no way '' to draw"),
    ("beam_size", {"sweep n": "1e400", "sweep.length_penalty": "nan"}, "sweep n='1e400' cannot be"),
    ("beam_size", {"widths": ["7", "x"], "sweep nodes": "-1"}, "no widths '7'"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test


@pytest.mark.parametrize(("page", "query", "words"), ODD)
def test_an_address_that_cannot_be_is_told_in_words_and_breaks_nothing(page, query, words):
    at = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in query.items():
        at.query_params[name] = value
    at.switch_page(f"views/{page}.py").run()
    assert not at.exception and not at.error, [one.value for one in [*at.exception, *at.error]]
    told = " ".join(one.value.replace("\\", "") for one in [*at.warning, *at.toast])
    assert words in told
