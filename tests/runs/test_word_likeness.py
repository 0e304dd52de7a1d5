"""Which words are alike: by class in the small language, in an order of their own in a text; before and after learning."""

import numpy as np
import pytest
import torch

from core.data.hidden_classes import WORDS
from core.metrics.likeness import cosines
from core.models.set_models import build_set_model
from core.runs.experiment import run_experiment
from core.runs.set_config import SetConfig
from core.runs.trained_set import TrainedSet, create_set_run, load_set
from core.runs.word_likeness import FRESH, LEARNED, ONE_HOT, rows_of, word_likeness


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path / "home"))


def trained(model: str = "attention", **settings: object) -> TrainedSet:
    config = SetConfig.preset("fill_in", model).changed({"training.steps": 3, "training.record_every": 0, **settings})
    for _ in run_experiment(create_set_run("filled", config)):
        pass
    return load_set("filled")


@pytest.mark.parametrize("model", ["attention", "window"])
def test_words_stand_by_class_and_before_is_the_table_it_began_with(model):
    one = trained(model)
    found = word_likeness(one)
    assert sorted(found.words) == sorted(WORDS) and found.classes == tuple(sorted(found.classes or ()))
    assert found.classes == tuple(WORDS[word] for word in found.words)
    assert np.array_equal(found.alike[ONE_HOT], np.eye(len(WORDS)))
    begun = build_set_model(one.config.model, one.entrance, one.config.seeds)
    assert np.array_equal(found.alike[FRESH], cosines(rows_of(begun, one.entrance, found.words)))
    assert not np.allclose(found.alike[FRESH], found.alike[LEARNED], atol=1e-4)


def test_words_that_share_a_direction_are_found_to_cluster():
    one = trained()
    words = one.entrance.words
    assert words is not None
    table = one.network.encoder.embedding.table.weight
    with torch.no_grad():
        for word, at in WORDS.items():
            table[words.encode([word])[0]] = torch.nn.functional.one_hot(torch.tensor(at), table.shape[1]).float()
    clusters = word_likeness(one).clusters
    assert clusters[LEARNED].gap == pytest.approx(1.0) and abs(clusters[FRESH].gap) < 0.1


def test_in_a_text_alike_words_stand_beside_each_other_and_nobody_knows_their_classes(tmp_path):
    path = tmp_path / "it.txt"
    path.write_text("".join(f"The {['cat', 'dog', 'cow'][at % 3]} {at} sleeps here.\n" for at in range(90)), "utf-8")
    one = trained(**{"task.path": str(path)})
    words = one.entrance.words
    assert words is not None
    table = one.network.encoder.embedding.table.weight
    with torch.no_grad():
        table.copy_(torch.eye(*table.shape))
        table[words.encode(["cat"])[0]] = table[words.encode(["here"])[0]]
    found = word_likeness(one)
    assert found.classes is None and found.clusters == {}
    assert abs(found.words.index("cat") - found.words.index("here")) == 1
