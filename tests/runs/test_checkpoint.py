"""Checkpoints come back exactly, and only the last ones are kept."""

from pathlib import Path

import pytest
import torch

from core.errors import RunError
from core.runs import checkpoint
from tests.runs.made import a_run, weights


def test_a_checkpoint_comes_back_exactly():
    run, state = a_run(), {"position": 12, "rate": 0.1 + 0.2, "名": [1, None]}
    checkpoint.save(run, 400, weights(1), {"0.step": torch.tensor(400.0)}, state)
    found = checkpoint.load(run)
    assert (found.step, found.state, found.warnings) == (400, state, ())
    assert all(torch.equal(found.model[name], tensor) for name, tensor in weights(1).items())
    assert found.optimizer["0.step"].item() == 400.0


def test_tied_and_transposed_weights_come_back():
    run, base = a_run(), torch.randn(4, 6)
    checkpoint.save(run, 1, {"a": base, "b": base, "c": base.T, "d": base[1]}, {}, {})
    model = checkpoint.load(run).model
    assert torch.equal(model["a"], model["b"]) and torch.equal(model["c"], base.T) and torch.equal(model["d"], base[1])


def test_a_run_without_checkpoints_has_none():
    run = a_run()
    assert checkpoint.load(run) is None and checkpoint.load(run, 400) is None and checkpoint.steps(run) == []


def test_the_last_ones_are_kept():
    run = a_run()
    for step in (100, 200, 300, 400, 500):
        checkpoint.save(run, step, weights(step), {}, {}, keep=2)
    assert checkpoint.steps(run) == [400, 500]
    checkpoint.save(run, 50, weights(50), {}, {}, keep=2)
    assert 50 in checkpoint.steps(run), "what was just saved stays"
    with pytest.raises(RunError, match="no checkpoint of step 300; choose one of: 50, 400, 500"):
        checkpoint.load(run, 300)


def test_a_step_can_be_saved_again():
    run = a_run()
    for seed in (1, 2):
        checkpoint.save(run, 100, weights(seed), {}, {"seed": seed})
    assert checkpoint.load(run, 100).state == {"seed": 2}
    assert [path.name for path in (run.path / "checkpoints").iterdir()] == ["step-000100"]


def test_at_no_moment_of_saving_a_step_again_is_the_run_without_one(monkeypatch):
    run, seen, real = a_run(), [], Path.rename
    checkpoint.save(run, 100, weights(1), {}, {"seed": 1})

    def watched(path, target):
        moved = real(path, target)
        seen.append(checkpoint.load(run, 100).state["seed"])
        return moved

    monkeypatch.setattr(Path, "rename", watched)
    checkpoint.save(run, 100, weights(2), {}, {"seed": 2})
    assert seen[0] == 1 and seen[-1] == 2 and len(seen) >= 3


def test_a_compact_checkpoint_is_half_as_large_and_reads_as_float32():
    run, big = a_run(), {"w": torch.randn(300, 200), "count": torch.tensor([3])}
    checkpoint.save(run, 1, big, {}, {})
    checkpoint.save_compact(run, 2, big)
    one, two = ((run.path / "checkpoints" / f"step-00000{n}" / "model.safetensors").stat().st_size for n in (1, 2))
    assert two < 0.51 * one
    found = checkpoint.load(run)
    assert found.model["w"].dtype == torch.float32 and found.model["count"].item() == 3 and found.optimizer == {}
    assert torch.allclose(found.model["w"], big["w"], atol=2e-3)


def test_weights_beyond_half_precision_are_refused():
    with pytest.raises(RunError, match="w has values that half precision cannot hold"):
        checkpoint.save_compact(a_run(), 1, {"w": torch.tensor([1e6])})


@pytest.mark.parametrize("kind", [torch.optim.Adam, torch.optim.AdamW])
def test_an_optimizer_goes_on_bit_for_bit(kind):
    def training(steps, model, optimizer):
        for step in range(steps):
            generator = torch.Generator().manual_seed(step)
            model(torch.randn(8, 5, generator=generator)).square().mean().backward()
            optimizer.step()
            optimizer.zero_grad()

    def made():
        torch.manual_seed(1)
        model = torch.nn.Linear(5, 3)
        groups = [{"params": [model.weight], "weight_decay": 0.1}, {"params": [model.bias]}]
        return model, kind(groups, lr=0.1 / 3, betas=(0.9, 0.95))

    run, (model, optimizer), (again, restored) = a_run(), made(), made()
    training(4, model, optimizer)
    tensors, facts = checkpoint.flatten_optimizer(optimizer.state_dict())
    checkpoint.save(run, 4, model.state_dict(), tensors, {"optimizer": facts})
    found = checkpoint.load(run)
    again.load_state_dict(found.model)
    restored.load_state_dict(checkpoint.restore_optimizer(found.optimizer, found.state["optimizer"]))
    assert restored.state_dict()["param_groups"] == optimizer.state_dict()["param_groups"]
    for one in ((model, optimizer), (again, restored)):
        training(3, *one)
    assert torch.equal(model.weight, again.weight) and torch.equal(model.bias, again.bias)


def test_an_optimizer_that_was_never_stepped_comes_back():
    optimizer = torch.optim.Adam([torch.nn.Parameter(torch.ones(2))])
    tensors, facts = checkpoint.flatten_optimizer(optimizer.state_dict())
    assert tensors == {} and checkpoint.restore_optimizer(tensors, facts) == optimizer.state_dict()


def test_an_optimizer_of_another_model_is_refused():
    with pytest.raises(RunError, match="do not fit each other"):
        checkpoint.restore_optimizer({"3.exp_avg": torch.ones(1)}, {"plain": {"0": {}}, "groups": []})


def test_weights_that_are_learned_beside_the_model_stand_with_its_optimizer():
    weight, beside = torch.nn.Parameter(torch.ones(2)), {"slope": torch.tensor([0.1, -3.0]), "level": torch.tensor(0.7)}
    weight.grad = torch.ones(2)
    adam = torch.optim.Adam([weight])
    adam.step()
    run = a_run()
    tensors, facts = checkpoint.flatten_optimizer({**adam.state_dict(), "beside": beside})
    checkpoint.save(run, 1, {"weight": weight.data}, tensors, {"optimizer": facts})
    found = checkpoint.load(run)
    back = checkpoint.restore_optimizer(found.optimizer, found.state["optimizer"])
    assert found.model.keys() == {"weight"} and back["state"].keys() == {0}
    assert back["beside"].keys() == beside.keys() and all(
        torch.equal(one, beside[at]) for at, one in back["beside"].items()
    )
