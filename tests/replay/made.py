"""Runs for links of pages that show what somebody trained: as good as untrained, for what is compared is not how good they are."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from core.data.audio import RATE, Sound, write_wav
from core.runs.experiment import run_experiment
from core.runs.set_config import SetConfig
from core.runs.trained_set import create_set_run
from core.runs.voices import create_voice
from tests.runs.test_voices import config as voice
from tests.spoken import folder_of_speech

_SHORT = {"training.steps": 2, "training.evaluate_on": 4, "training.record_every": 0}
_RING, _LINE = "3 ring\n0 2 1 2\n0 2 0 2\n0 2 0 1\n", "4 line\n0 1 1\n0 2 0 2\n0 2 1 3\n0 1 2\n"


def make_runs(place: Path) -> None:
    """Train a run of every kind that no run is shipped of.

    Args:
        place: a folder for the data of those that read a person's own.
    """
    for name in SETS:
        make_set(name, place)
    tones = voice(folder_of_speech(place / "speech", 20), training_steps=2)
    _train(create_voice("tones", tones))


def make_set(name: str, place: Path) -> None:
    """Train one of `SETS`; its data, if they are a person's own, in a folder of this place."""
    task, model, data = SETS[name]
    own = {f"task.{setting}": str(write(place / name)) for setting, write in data.items()}
    _train(create_set_run(name, SetConfig.preset(task, model).changed({**_SHORT, **own})))


def _train(run: object) -> None:
    for _ in run_experiment(run):
        pass


def _opinions(place: Path) -> Path:
    path = place.with_suffix(".tsv")
    path.write_text("".join(f"{'ab'[at % 2]}\ta text of {at} words\n" for at in range(60)), "utf-8")
    return path


def _tones(folder: Path) -> Path:
    folder.mkdir()
    for tone in (1, 2):
        for take in range(12):
            wave = 0.3 * np.sin(2 * np.pi * 400 * tone * np.arange(3 * RATE // 10) / RATE + take)
            write_wav(Sound(wave.astype(np.float32)), folder / f"{tone}_me_{take}.wav")
    return folder


def _graphs(place: Path) -> Path:
    path = place.with_suffix(".txt")
    path.write_text("60\n" + (_RING + _LINE + _RING) * 20, "utf-8")
    return path


SETS: dict[str, tuple[str, str, dict[str, Callable[[Path], Path]]]] = {
    "far": ("saw", "attention", {}),
    "near": ("saw", "window", {}),
    "films": ("sentiment", "attention", {"path": _opinions}),
    "said": ("spoken", "attention", {"folder": _tones}),
    "drugs": ("molecules", "gat", {"path": _graphs}),
    "filled": ("fill_in", "attention", {}),
    "heard": ("phones", "attention", {}),
    "seen": ("digits", "attention", {}),
    "club": ("karate", "gat", {}),
}
"""Runs on sets by name: task, model, and who writes the data that it has no own of, by the setting that names them."""
