"""`attnlab train --task tts` and `attnlab say`: a folder becomes a voice, and a text a sound file."""

import json
import wave
from pathlib import Path

import numpy as np
import pytest

from core.data.audio import RATE
from tests.runs.test_voices import SMALL, config, trained
from tests.spoken import folder_of_speech


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory):
    """A home with a voice that has hardly learned, beside the folder it was trained on."""
    place = tmp_path_factory.mktemp("saying")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTNLAB_HOME", str(place / "home"))
        trained("tones", config(folder_of_speech(place / "speech", 20), training_steps=4))
        yield place


def test_say_writes_sound_and_a_map_and_says_what_the_doctor_finds(place: Path, command_line, tmp_path):
    out, where = tmp_path / "said.wav", tmp_path / "map.npz"
    code, printed, _ = command_line("say", "tones", "abc", "--out", str(out), "--map", str(where), "--json")
    data = json.loads(printed)
    assert code == 0 and data["tokens"] == ["a", "b", "c"] and isinstance(data["doctor"], list)
    with wave.open(str(out)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        assert file.getframerate() == RATE and len(samples) == round(data["seconds"] * RATE)
    assert np.abs(samples).max() > 300
    with np.load(where, allow_pickle=False) as archive:
        assert archive["decoder.cross_attention.tap_weights"].shape[2] == 4
    code, printed, _ = command_line("say", "tones", "abc", "--out", str(out))
    assert code == 0 and "s written:" in printed and "doctor: " in printed
    for words, told in (
        (("say", "tones", "xyz", "--out", str(out)), "never learned to say"),
        (("say", "tones", "abc", "--out", str(tmp_path / "said.mp3")), "sound is written as WAV"),
        (("say", "tones", "abc", "--out", str(out), "--map", "map.bmp"), "cannot write map.bmp"),
        (("train", "--task", "tts", "--model", "gru"), "tts is learned by a speaker"),
    ):
        code, printed, error = command_line(*words)
        assert code == 2 and told in error and printed == ""


def test_train_makes_a_voice_and_goes_on_with_it(place: Path, command_line):
    words = [f"--set={name}={value}" for name, value in {**SMALL, "task.folder": place / "speech"}.items()]
    code, printed, _ = command_line("train", "--task", "tts", *words, "--steps", "4", "--name", "trained", "--json")
    assert code == 0 and json.loads(printed)["evaluation"]["exact_match"] is None
    code, printed, _ = command_line("train", "--resume", "--name", "trained")
    assert code == 0 and "trained: trained" in printed
    code, printed, _ = command_line("runs", "show", "trained")
    assert code == 0 and "task.name" in printed and "tts" in printed
