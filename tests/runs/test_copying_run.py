"""A run whose model copies: names of the source in outputs, trees, sessions and inspections, and numbers that verify."""

from collections import deque

import pytest

from core.decoding.beam import BeamSearch
from core.errors import InputError, SettingError
from core.runs.config import ExperimentConfig
from core.runs.experiment import create, run_experiment
from core.runs.explaining import question
from core.runs.inspection import inspect
from core.runs.trained import load
from core.runs.verification import verify

TEXT = "do you know zorblax quirin?"


def config(task="chat", **model):
    return ExperimentConfig.from_dict({
        "task": {"name": task}, "model": {"name": "recurrent", "width": 24, **model},
        "training": {"steps": 60, "batch_size": 32, "learning_rate": 1e-2, "warmup": 5, "evaluate_every": 60, "evaluate_on": 4,
                     "record_every": 60, "schedule": "constant"},
    })  # fmt: skip


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTNLAB_HOME", str(tmp_path_factory.mktemp("home")))
        deque(run_experiment(create("copier", config(copy="pointer_generator"))), maxlen=0)
        yield load("copier")


def test_a_loaded_run_writes_names_that_its_vocabulary_lacks(trained):
    assert trained.writing(TEXT).tokens[-2:] == ("zorblax", "quirin")
    first = trained.token("zorblax", TEXT)
    assert first >= len(trained.vocabularies[1]) and trained.text([first, first + 1], TEXT) == "zorblax quirin"
    with pytest.raises(InputError, match="no token of this model"):
        trained.token("zorblax")
    assert "zorblax" in trained.output(TEXT)
    assert trained.item(TEXT)[1].gold[-4:-2] == (first, first + 1)


def test_trees_and_inspections_name_what_is_copied(trained):
    tree = trained.tree(TEXT, BeamSearch(width=3))
    assert "zorblax" in tree.nodes["text"] and tree.header["output"] == trained.output(TEXT, BeamSearch(width=3))
    name = trained.token("quirin", TEXT)
    seen = inspect(trained, TEXT, [name])
    assert seen.texts == ("quirin",) and any(matrix.site.name == "decoder.cross_copying" for matrix in seen.matrices)
    assert "zorblax" in {one.text for one in inspect(trained, TEXT, [], most=200).next}


def test_a_target_with_a_copied_name_can_be_forced_and_one_with_another_name_cannot(trained):
    maps = trained.matrices(TEXT, "no, who is zorblax quirin?", only="*copying")
    assert maps[0].site.label == "cross · layer 1 · copied" and "zorblax" in maps[0].queries
    with pytest.raises(InputError, match="cannot write ada"):
        trained.matrices(TEXT, "no, who is ada?")


def test_its_numbers_follow_from_its_weights(trained):
    found = verify(trained, 1)
    assert found.ok and found.checked > 50


def test_what_needs_other_source_tokens_is_refused(trained):
    with pytest.raises(InputError, match="choose a model with copy=none"):
        question(trained, TEXT, ("no",), 0)


def test_a_pointer_network_is_refused_where_targets_are_not_of_their_sources(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    with pytest.raises(SettingError, match="choose copy=pointer_generator, or a task such as sortpoints"):
        create("pointer", config(copy="pointer"))
    assert create("sorter", config("sortpoints", copy="pointer")).path.exists()
