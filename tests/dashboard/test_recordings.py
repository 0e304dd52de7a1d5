"""Pages with a model that listens: the recording is played, a file of one's own is taken, and a bad one gets its sentence."""

import io
import shutil
import wave
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.data.audio import write_wav
from core.runs.experiment import train
from core.runs.uploads import uploads_folder
from tests.spoken import spoken
from tests.tasks.test_recognition import config, folder_of_speech

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a run that has hardly learned, beside the folder it was trained on."""
    place = tmp_path_factory.mktemp("listening")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTNLAB_HOME", str(place / "home"))
        for _ in train(config(folder_of_speech(place / "speech", 60), steps=2), "tones"):
            pass
    return place


@pytest.fixture
def home(place, tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("ATTNLAB_HOME", str(place / "home"))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test
    return place


def opened(page: str = "attention") -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=120)
    at.query_params["run"] = "tones"
    at.run()
    return at.switch_page(f"views/{page}.py").run()


def said(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.warning, *at.error])


def words(at: AppTest) -> str:
    return " ".join(element.value for element in at.caption)


def dropped(at: AppTest, name: str, content: bytes) -> AppTest:
    (box,) = [one for one in at.get("file_uploader") if "recording of your own" in one.label]
    return box.set_value((name, content, "audio/wav")).run()


def pcm(channels: int, width: int, rate: int, frames: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(width)
        out.setframerate(rate)
        out.writeframes(bytes(range(7, 7 + channels * width)) * frames)
    return file.getvalue()


@pytest.mark.parametrize("page", ["attention", "decoder", "compare"])
def test_the_recording_is_played_beside_its_name(home, page):
    at = opened(page)
    assert not at.exception and said(at) == ""
    assert len(at.get("audio")) == 1 and "s, as the model hears it" in words(at)


def test_a_file_of_ones_own_becomes_the_source_and_says_what_was_converted(home):
    at = dropped(opened(), "mine.wav", write_wav(spoken("face", np.random.default_rng(1))))
    assert not at.exception and said(at) == "" and len(at.get("audio")) == 1
    source = next(one for one in at.text_input if one.label == "Source").value
    assert Path(source).parent == uploads_folder() and Path(source).suffix == ".wav"
    at = dropped(opened(), "odd.wav", pcm(channels=2, width=1, rate=96_000, frames=96_000))
    assert not at.exception and said(at) == ""
    for told in ("2 channels", "8 bits", "96,000 samples a second"):
        assert told in words(at)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a text that is no sound at all, and long enough to be one", "mine.wav is not a WAV file"),
        (pcm(1, 2, 16_000, 0), "mine.wav has no samples"),
        (pcm(1, 1, 1_000, 7_200_000), "mine.wav lasts 120 minutes; at most 10 can be read"),
        (pcm(1, 2, 16_000, 16_000 * 11), "lasts 11.0 s, and this model learned from recordings of at most 10 s"),
    ],
    ids=["no WAV", "no samples", "two hours", "longer than it learned"],
)
def test_a_file_that_cannot_be_used_gets_one_sentence(home, content, told):
    at = dropped(opened(), "mine.wav", content)
    assert not at.exception and said(at).count(told) == 1 and len(at.warning) == 1 and not at.error


def test_where_only_features_travel_it_says_so(home, tmp_path):
    shutil.move(home / "speech", home / "elsewhere")
    try:
        at = opened()
        assert not at.exception and said(at) == "" and not at.get("audio")
        assert "travels with the run, not its sound" in words(at)
    finally:
        shutil.move(home / "elsewhere", home / "speech")
