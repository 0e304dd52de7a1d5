"""Laws over every task on sets and every model that learns it: what is padding changes nothing, splits never meet."""

import numpy as np
import pytest
import torch

from core.data.vector_sets import SetExample, stack_sets
from core.models.set_models import SET_MODELS, build_set_model
from core.runs.set_config import SetConfig
from core.runs.set_examples import SetExamples, read_entrance, read_sets
from core.runs.trained_set import create_set_run, set_trainer
from core.seeds import Seeds
from core.tasks.set_table import SET_TASKS
from core.training.set_trainer import recorded

# tasks that read data of a person's own are tried by their own tests
PAIRS = [(task, model) for task, kind in SET_TASKS.items() if not kind.needs_data for model in kind.models]


@pytest.fixture(scope="module")
def made() -> dict[str, object]:
    """Every task, read once."""
    return {name: kind() for name, kind in SET_TASKS.items() if not kind.needs_data}


@pytest.fixture(params=PAIRS, ids=lambda pair: "-".join(pair))
def pair(request, made):
    """A task, its network in evaluation, and the items that the network puts first."""
    task, model = made[request.param[0]], SET_MODELS[request.param[1]]
    settings = SetConfig.preset(task.name, model.name).model
    return task, build_set_model(settings, task.entrance, Seeds(3)).eval(), settings.first


@pytest.mark.parametrize("name", [name for name, kind in SET_TASKS.items() if not kind.needs_data])
def test_held_out_sets_are_never_learned_from(made, name):
    def told(one: SetExample) -> tuple[object, ...]:
        asked = one.labels.tolist() if one.edges is not None else None  # of one graph, other nodes are asked about
        return one.items, one.content.numpy().tobytes(), repr(asked)

    splits = {split: {told(one) for one in made[name].some(split)} for split in ("train", "validation", "test")}
    assert not splits["train"] & splits["test"] and not splits["train"] & splits["validation"]
    assert not splits["validation"] & splits["test"]


def test_a_set_is_labelled_alike_alone_and_in_a_batch(pair):
    task, network, _ = pair
    some = list(task.some("test")[:4])
    some.sort(key=lambda one: len(one.items))
    with torch.no_grad():
        together = network(stack_sets(some))
        for at, one in enumerate(some):
            alone = network(stack_sets([one]))[0]
            mine = together[at][: len(alone)] if alone.ndim == 2 else together[at]
            assert torch.allclose(alone, mine, atol=2e-5)


def test_recording_changes_nothing(pair):
    task, network, first = pair
    one = min(task.some("test"), key=lambda one: len(one.items))
    if len(one.items) > 300 or not any(name.endswith("tap_weights") for name, _ in network.named_modules()):
        return
    with torch.no_grad():
        before = network(stack_sets([one]))
        matrices = recorded(network, one, first)
        after = network(stack_sets([one]))
    assert torch.equal(before, after) and matrices
    for matrix in matrices:
        assert len(matrix.queries) == len(one.items) + len(first)
        assert np.isfinite(matrix.weights).all()


def test_a_run_keeps_what_it_needs_to_open_without_its_data(pair, tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    task, _, _ = pair
    config = SetConfig.preset(task.name)
    run = create_set_run("kept", config)
    examples, kept = SetExamples.of(config.task), read_sets(run)
    assert read_entrance(run) == task.entrance and SetConfig.from_dict(run.config()) == config
    for one, other in zip((examples.probe, *examples.test), (kept.probe, *kept.test), strict=True):
        assert one.items == other.items and torch.equal(one.content, other.content)
        assert torch.equal(one.labels, other.labels) and one.told == other.told
        assert (one.edges is None) == (other.edges is None)
        assert one.edges is None or torch.equal(one.edges, other.edges)


def test_a_resumed_training_is_bit_for_bit_one_that_never_stopped(pair, tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    task, _, _ = pair
    config = SetConfig.preset(task.name).changed({"training.steps": 4, "training.batch_size": 2})
    run = create_set_run("one", config)
    whole = set_trainer(run, config)
    states = []
    for event in whole.events():
        if event.kind == "step" and event.step == 2:
            weights, optimizer, rest = whole.state()
            states.append(({name: one.clone() for name, one in weights.items()}, _copied(optimizer), rest))
    resumed = set_trainer(run, config)
    resumed.restore(*states[0])
    for _ in resumed.events():
        pass
    for one, other in zip(whole.network.parameters(), resumed.network.parameters(), strict=True):
        assert torch.equal(one, other)


def _copied(optimizer):
    kept = {
        at: {name: one.clone() if torch.is_tensor(one) else one for name, one in state.items()}
        for at, state in optimizer["state"].items()
    }
    return {"state": kept, "param_groups": [dict(group) for group in optimizer["param_groups"]]}
