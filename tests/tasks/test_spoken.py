"""Frames with labels: phones in miniature, and recordings whose names say what is spoken."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from core.data.audio import RATE, Sound, write_wav
from core.errors import DataError, InputError
from core.models.set_models import build_set_model
from core.runs.set_config import SetConfig
from core.tasks.phones import PHONES, Phones
from core.tasks.spoken import Spoken
from core.training.set_trainer import SetTrainer, judge
from tests.real_data import real


@pytest.fixture
def folder(tmp_path):
    """Tones whose names say how high they are."""
    for tone in (1, 2):
        for take in range(12):
            wave = 0.3 * np.sin(2 * np.pi * 400 * tone * np.arange(3 * RATE // 10) / RATE + take)
            write_wav(Sound(wave.astype(np.float32)), tmp_path / f"{tone}_me_{take}.wav")
    return tmp_path


def test_a_phone_lasts_as_long_as_it_is_set_to_and_frames_hint_at_it():
    one = Phones(lasts=5, noise=0.0).examples("test")[0]
    said = one.labels.tolist()
    assert torch.equal(one.content.argmax(1), one.labels)
    changes = [at for at in range(1, 100) if said[at] != said[at - 1]]
    assert {(later - sooner) % 5 for sooner, later in pairwise(changes)} == {0}
    assert len(PHONES) == one.content.shape[1]


def test_names_say_labels_and_a_pattern_says_what_is_tested(folder):
    task = Spoken(folder=str(folder), tested="*_[0-4].wav", reduction=2)
    assert task.entrance.labels == ("1", "2") and task.entrance.features == 160
    test = task.examples("test")
    assert [one.told["recording"] for one in test][:2] == ["1_me_0.wav", "1_me_1.wav"] and len(test) == 10
    assert len(test[0].items) == 15 and test[0].items[:2] == ("0.00 s", "0.02 s")
    assert Spoken(folder=str(folder), part=2).entrance.labels == ("me",)
    read = task.read(str(folder / "2_me_3.wav"))
    assert torch.equal(read.content, task.examples("test")[8].content)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"folder": ""}, "needs task.folder"),
        ({"folder": "/nowhere/at/all"}, "there is no folder"),
        ({"part": 7}, "1_me_0.wav: its name has 3 parts, and part=7"),
    ],
)
def test_a_folder_that_cannot_be_used_is_told(folder, settings, said):
    with pytest.raises(DataError, match=said):
        Spoken(**{"folder": str(folder), **settings}).examples("train")


def test_a_recording_that_is_missing_or_too_long_is_told(folder):
    task = Spoken(folder=str(folder))
    with pytest.raises(InputError, match="there is no recording"):
        task.read("nothing.wav")
    write_wav(Sound(np.zeros(11 * RATE, np.float32)), folder / "3_me_0.wav")
    with pytest.raises(DataError, match=r"3_me_0.wav lasts 11.0 s; at most 10 s"):
        task.read(str(folder / "3_me_0.wav"))


def test_the_official_takes_of_spoken_digits_are_held_out_and_learned():
    task = {"task.folder": str(real("fsdd")), "task.tested": "*_[0-4].wav"}
    config = SetConfig.preset("spoken").changed({**task, "training.steps": 120, "training.record_every": 0})
    assert [len(config.task.examples(split)) for split in ("train", "validation", "test")] == [112, 8, 200]
    network = build_set_model(config.model, config.task.entrance, config.seeds)
    probe = config.task.examples("validation")[0]
    trainer = SetTrainer(network, (), config.task, probe, config.training, config.seeds)
    before = judge(network, config.task.examples("test")).loss
    for _ in trainer.events():
        pass
    found = judge(network, config.task.examples("test"))
    assert found.loss < before - 0.5 and found.right > 0.4  # chance is 0.1
