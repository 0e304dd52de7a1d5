"""Runs of every alignment are verified like every other, and the course of a trained model can be changed."""

from collections import deque
from dataclasses import replace

import pytest
import torch

from core.attention.alignments import ALIGNMENTS
from core.errors import SettingError
from core.runs.experiment import create, run_experiment
from core.runs.presets import preset_of
from core.runs.steering import steered
from core.runs.trained import load
from core.runs.verification import verify

_QUICK = {
    "task.alphabet": 8,
    "task.longest": 6,
    "model.width": 16,
    "training.evaluate_on": 4,
    "training.batch_size": 32,
}


def trained(tmp_path, monkeypatch, steps, model="recurrent", **settings):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    chosen = {**{f"model.{name}": value for name, value in settings.items()}, "training.steps": steps}
    run = create("one", preset_of("copy", model, "fast").changed({**_QUICK, **chosen}))
    deque(run_experiment(run), maxlen=0)
    return load("one")


@pytest.mark.parametrize("alignment", [name for name in ALIGNMENTS if name != "content"])
def test_every_number_of_a_run_follows_from_its_weights(alignment, tmp_path, monkeypatch):
    model = trained(tmp_path, monkeypatch, 60, alignment=alignment)
    found = verify(model, 1)
    assert found.ok and found.checked > 500
    (matrix,) = model.matrices("a b c", only="*cross*")
    assert (matrix.sums <= 1 + 1e-5).all() and matrix.sums.max() > 0.99  # it does look somewhere


def test_a_transformer_with_a_monotonic_alignment_is_verified_too(tmp_path, monkeypatch):
    model = trained(tmp_path, monkeypatch, 30, "transformer", alignment="monotonic", heads=2)
    assert verify(model, 1).ok
    assert {one.sums_to_one for one in model.matrices("a b c") if one.site.kind == "self"} == {True}


def test_another_course_keeps_the_weights_holds_the_alignment_and_is_verified(tmp_path, monkeypatch):
    model = trained(tmp_path, monkeypatch, 5, alignment="location")
    held = steered(model, "window", 1)
    assert held.model_hash == model.model_hash and model.config.model.inference == "free"
    assert held.config == replace(model.config, model=replace(model.config.model, inference="window", ahead=1))
    source = " ".join("abcdef")
    (loose,), (kept,) = (one.matrices(source, "a b c d e f", only="*cross*") for one in (model, held))
    assert (loose.weights[0, 0] > 0).all() and (
        kept.weights[0, 0] > 0
    ).sum() == 1  # the first may see the first key only
    assert verify(held, 1).ok
    assert held.tree(source).header["inference"] == "window" and model.tree(source).header["inference"] == "free"
    again = steered(held, "free")
    assert torch.equal(
        torch.from_numpy(again.matrices(source, "a b", only="*cross*")[0].weights),
        torch.from_numpy(model.matrices(source, "a b", only="*cross*")[0].weights),
    )


def test_what_has_no_single_alignment_cannot_be_held(tmp_path, monkeypatch):
    with pytest.raises(SettingError, match="one per head and layer: train the model recurrent"):
        steered(trained(tmp_path, monkeypatch, 2, "transformer", heads=2), "window")


def test_what_goes_forward_by_itself_cannot_be_held(tmp_path, monkeypatch):
    with pytest.raises(SettingError, match="choose inference=free"):
        steered(trained(tmp_path, monkeypatch, 2, alignment="monotonic"), "forced")
