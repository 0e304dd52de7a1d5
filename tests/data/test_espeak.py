"""Speech made on the spot: how long, where each word begins, the same again, and what cannot be spoken."""

import sys
from pathlib import Path

import numpy as np
import pytest

from core.data import espeak
from core.data.espeak import speak, syllables
from core.errors import DataError, MissingExtra, SettingError


@pytest.fixture(scope="module")
def ladder():
    return speak(["发财" * times for times in (1, 2, 3, 4)])


def test_more_words_take_longer_in_proportion(ladder):
    assert [len(one.onsets) for one in ladder] == [2, 4, 6, 8]
    longer = np.diff([one.sound.seconds for one in ladder])
    assert longer == pytest.approx([0.5] * 3, abs=0.05) and 0.4 < ladder[0].sound.seconds < 0.8


def test_what_is_spoken_is_loud_from_the_first_onset_and_within_the_scale(ladder):
    for one in ladder:
        samples, rate = one.sound.samples, one.sound.rate
        assert samples.dtype == np.float32 and rate == 16_000 and np.abs(samples).max() <= 1.0
        for onset, after in zip(one.onsets, (*one.onsets[1:], one.sound.seconds)):
            spoken = samples[round(onset * rate) : round(after * rate)]
            assert np.sqrt(np.mean(spoken**2)) > 0.02


def test_the_same_list_sounds_the_same_whatever_was_said_before(ladder):
    speak(["seven"], "english")
    again = speak([one.text for one in ladder])
    for one, other in zip(ladder, again):
        assert np.array_equal(one.sound.samples, other.sound.samples) and one.onsets == other.onsets


def test_characters_and_their_pinyin_sound_alike():
    characters, pinyin = (speak([text])[0].sound.samples for text in ("发财", "fa1 cai2"))
    assert np.array_equal(characters, pinyin)
    assert syllables("银行") == ["yin2", "hang2"] and syllables("桌子") == ["zhuo1", "zi5"]


def test_english_and_a_faster_pace():
    (usual,), (fast,) = (speak(["seven eight"], "english", pace) for pace in (175, 350))
    assert len(usual.onsets) == 2 and fast.sound.seconds < 0.7 * usual.sound.seconds
    assert usual.text == "seven eight"


def test_nothing_to_say_is_nothing():
    assert speak([]) == []


@pytest.mark.parametrize(
    ("texts", "language", "message"),
    [
        (["发财", "hello"], "mandarin", "'hello' cannot be spoken as Mandarin because of 'hello'"),
        (["发财!"], "mandarin", "because of '!'; expected Chinese characters, or pinyin with the number of the tone"),
        ([" "], "mandarin", "an empty text cannot be spoken"),
        (["?"], "english", "has no word that can be spoken"),
        (["a" * 1001], "english", "a text of 1001 characters is too long"),
        (["a"] * 10_001, "english", "10001 texts are too many"),
    ],
)
def test_what_cannot_be_spoken_is_said(texts, language, message):
    with pytest.raises(DataError, match=message):
        speak(texts, language)


@pytest.mark.parametrize(("language", "pace"), [("klingon", 175), ("english", 79), ("english", 451)])
def test_settings_out_of_range_are_said(language, pace):
    with pytest.raises(SettingError, match=r"choose from mandarin, english|at least 80 and at most 450"):
        speak(["a"], language, pace)


def test_without_the_extra_it_is_said_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    with pytest.raises(MissingExtra, match=r'pip install "attention-lab\[speech\]"'):
        speak(["发财"])


@pytest.mark.parametrize("missing", ["library", "data"])
def test_a_broken_engine_is_one_message_and_ends_no_process_of_ours(monkeypatch, tmp_path, missing):
    library, data = espeak._engine()
    gone = str(tmp_path / "gone")
    monkeypatch.setattr(espeak, "_engine", lambda: (gone, data) if missing == "library" else (library, gone))
    with pytest.raises(DataError, match=r"espeak-ng failed: .*gone"):
        speak(["发财"])


def test_the_process_of_the_engine_needs_numpy_only():
    source = Path(espeak._PROCESS).read_text(encoding="utf-8")
    assert "from core" not in source and "import torch" not in source
