"""Runs for links of pages that show what somebody trained: as good as untrained, for what is compared is not how good they are."""

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
    _sets("far", "saw", "attention")
    _sets("near", "saw", "window")
    _sets("films", "sentiment", "attention", path=_opinions(place / "opinions.tsv"))
    _sets("said", "spoken", "attention", folder=_tones(place / "tones"))
    _sets("drugs", "molecules", "gat", path=_graphs(place / "graphs.txt"))
    _sets("filled", "fill_in", "attention")
    _sets("heard", "phones", "attention")
    _sets("seen", "digits", "attention")
    _sets("club", "karate", "gat")
    tones = voice(folder_of_speech(place / "speech", 20), training_steps=2)
    _train(create_voice("tones", tones))


def _sets(name: str, task: str, model: str, **data: Path) -> None:
    own = {f"task.{key}": str(path) for key, path in data.items()}
    _train(create_set_run(name, SetConfig.preset(task, model).changed({**_SHORT, **own})))


def _train(run: object) -> None:
    for _ in run_experiment(run):
        pass


def _opinions(path: Path) -> Path:
    path.write_text("".join(f"{'ab'[at % 2]}\ta text of {at} words\n" for at in range(60)), "utf-8")
    return path


def _tones(folder: Path) -> Path:
    folder.mkdir()
    for tone in (1, 2):
        for take in range(12):
            wave = 0.3 * np.sin(2 * np.pi * 400 * tone * np.arange(3 * RATE // 10) / RATE + take)
            write_wav(Sound(wave.astype(np.float32)), folder / f"{tone}_me_{take}.wav")
    return folder


def _graphs(path: Path) -> Path:
    path.write_text("60\n" + (_RING + _LINE + _RING) * 20, "utf-8")
    return path
