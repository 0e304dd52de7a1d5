"""Voices on the page The 发财 ladder: none yet, one to hear, and a text that it cannot say."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.runs.test_voices import config, trained
from tests.spoken import folder_of_speech

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test
    return tmp_path


def opened(page: str = "ladder") -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=120)
    at.session_state["ladder show"] = "A voice from disk"
    at.run()
    return at.switch_page(f"views/{page}.py").run()


def said(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.warning, *at.error, *at.info])


def words(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.markdown, *at.caption])


def test_without_a_voice_it_says_how_to_train_one():
    at = opened()
    assert not at.exception and "There is no voice on this computer yet" in said(at)
    assert "attnlab train --task tts" in at.code[0].value


def test_a_voice_says_what_is_typed_and_refuses_what_it_never_learned(home):
    trained("tones", config(folder_of_speech(home / "speech", 20), training_steps=3))
    at = opened()
    assert not at.exception and said(at) == "" and len(at.get("audio")) == 1 and "Doctor: " in words(at)
    box = next(one for one in at.text_input if one.label == "Text")
    assert set(box.value) <= set("abcdef")
    box.set_value("abz").run()
    assert not at.exception and "tones never learned to say 'z'" in said(at) and not at.get("audio")
    next(one for one in at.text_input if one.label == "Text").set_value("fade").run()
    assert not at.exception and said(at) == "" and len(at.get("audio")) == 1
    at = opened("train")  # a voice is watched as every run is
    assert not at.exception and said(at) == "" and "nan" not in words(at)
    at = opened("attention")
    assert not at.exception and "tones" not in next(one for one in at.selectbox if one.label == "Model").options
