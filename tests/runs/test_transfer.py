"""Weights that go from run to run: words by name, the last map never, what does not fit refused; and what decided, for all at once."""

import numpy as np
import pytest
import torch

from core.data.vector_sets import Entrance
from core.data.vocabulary import Vocabulary
from core.errors import SettingError
from core.models.set_models import build_set_model
from core.models.set_settings import ReaderSettings, WindowSettings
from core.runs.experiment import run_experiment
from core.runs.set_config import SetConfig
from core.runs.trained_set import create_set_run, load_set, set_trainer
from core.runs.transfer import transfer
from core.seeds import Seeds

SMALL = ReaderSettings(width=8, heads=2)
TABLE = "encoder.embedding.table.weight"
LEARNED = Entrance(Vocabulary.of(["a", "b", "the"]), 0, "each", ("x", "y", "z"))
FRESH = Entrance(Vocabulary.of(["The", "a", "c"]), 0, "one", ("u", "v"))


def test_words_take_their_vectors_along_by_name_and_the_last_map_stays_fresh():
    before = build_set_model(SMALL, LEARNED, Seeds(1))
    network = build_set_model(ReaderSettings(width=8, heads=2, pool="class"), FRESH, Seeds(2))
    own = {name: value.clone() for name, value in network.state_dict().items()}
    assert transfer(network, FRESH, before, LEARNED) == 6 + 2
    now, theirs = network.state_dict(), before.state_dict()
    here, there = FRESH.words.numbers, LEARNED.words.numbers
    assert torch.equal(now[TABLE][here["a"]], theirs[TABLE][there["a"]])
    assert torch.equal(now[TABLE][here["The"]], theirs[TABLE][there["the"]])  # in small letters it was learned
    assert torch.equal(now[TABLE][here["c"]], own[TABLE][here["c"]])
    for name, value in now.items():
        if name.startswith("output."):
            assert torch.equal(value, own[name])
        elif name != TABLE:
            assert torch.equal(value, theirs[name])


def test_other_sizes_and_languages_without_a_common_word_are_refused():
    before = build_set_model(SMALL, LEARNED, Seeds(1))
    wide = build_set_model(ReaderSettings(width=16, heads=2), FRESH, Seeds(1))
    with pytest.raises(SettingError, match="different sizes"):
        transfer(wide, FRESH, before, LEARNED)
    other = Entrance(Vocabulary.of(["你"]), 0, "one", ("u", "v"))
    with pytest.raises(SettingError, match="no word in common"):
        transfer(build_set_model(SMALL, other, Seeds(1)), other, before, LEARNED)
    vectors = Entrance(None, 4, "each", ("x", "y"))
    with pytest.raises(SettingError, match="different ways"):
        transfer(build_set_model(WindowSettings(), vectors, Seeds(1)), vectors, before, LEARNED)


def test_a_run_begins_with_another_s_weights_and_decisions_are_the_same_one_by_one_and_at_once(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    short = {"training.steps": 2, "training.evaluate_on": 4, "training.record_every": 0}
    filled = create_set_run("filled", SetConfig.preset("fill_in").changed(short))
    for _ in run_experiment(filled):
        pass
    config = SetConfig.preset("classes").changed({**short, "training.from_run": "filled"})
    begun = set_trainer(create_set_run("tuned", config), config).network.state_dict()
    trained = load_set("filled")
    assert torch.equal(begun[TABLE], trained.network.state_dict()[TABLE])
    with pytest.raises(
        SettingError, match=r"another model: give this run the same model settings \(attention, width=64\)"
    ):
        create_set_run("wide", config.changed({"model.width": 32}))
    example = trained.read("bam ___ kir")
    together = trained.deciding(example)
    assert together.shape == (3, 3)
    for item in range(3):
        assert np.allclose(trained.decided(example, item), together[item], atol=1e-6)
