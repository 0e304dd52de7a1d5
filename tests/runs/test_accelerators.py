"""What an accelerator gives is what the CPU gives, within tolerances; run where one is, skipped with a word elsewhere."""

import pytest
import torch

from core.devices import CPU, chosen
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import _fresh, _makings, create, run_experiment
from core.runs.trained import load
from core.training.evaluation import free_run
from core.training.events import StepDone
from tests.laws.models import EVERY, LETTERS, WORDS, model, pairs

LOGITS, GRADIENT, LOSS = 1e-4, 1e-4, 2e-3  # absolute; a thousandth more is rounding that Adam has made larger
THERE = {"cuda": torch.cuda.is_available, "mps": torch.backends.mps.is_available}


@pytest.fixture(params=THERE)
def device(request, monkeypatch, tmp_path) -> torch.device:
    if not THERE[request.param]():
        pytest.skip(f"no {request.param} device is here")
    monkeypatch.setenv("ATTNLAB_DEVICE", request.param)
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    return chosen()


def configured(precision: str = "float32", workers: int = 1) -> ExperimentConfig:
    return ExperimentConfig.from_dict({
        "task": {"name": "reverse", "alphabet": 8, "shortest": 2, "longest": 6},
        "model": {"name": "transformer", "width": 32, "layers": 2, "heads": 2, "dropout": 0.1},
        "training": {"steps": 40, "batch_size": 16, "evaluate_every": 40, "evaluate_on": 20, "record_every": 20,
                     "precision": precision, "workers": workers},
    })  # fmt: skip


def curve(name: str, config: ExperimentConfig) -> list[float]:
    return [event.loss for event in run_experiment(create(name, config)) if isinstance(event, StepDone)]


@pytest.mark.filterwarnings("ignore:RNN module weights")  # as core/devices.py has it; pytest has filters of its own
@pytest.mark.parametrize("name", EVERY)
def test_logits_and_greedy_outputs_agree(device, name):
    from core.data.batch import collate

    batch, near = collate(pairs(WORDS), LETTERS, LETTERS), model(name).eval()
    words = [tuple(word) for word in WORDS]
    outputs = free_run(near, words, (LETTERS, LETTERS))
    with torch.no_grad():
        logits = near(batch)
        far = model(name).eval().to(device)
        with device:
            others = far(batch.on(device)).cpu()
    real = batch.target_valid
    torch.testing.assert_close(others[real], logits[real], atol=LOGITS, rtol=1e-4)
    assert free_run(far, words, (LETTERS, LETTERS)) == outputs


def test_gradients_agree_dropout_and_all(device):
    config, found = configured(), []
    examples = Examples.of(config.task)
    for where in (CPU, device):
        trainer = _fresh(config, examples, _makings(config), where)
        trainer.model.train()
        trainer.weigh(trainer.stream.batch(3), 3)
        found.append({name: one.grad.cpu() for name, one in trainer.model.named_parameters() if one.grad is not None})
    for name, gradient in found[0].items():
        torch.testing.assert_close(found[1][name], gradient, atol=GRADIENT, rtol=1e-3)


def test_a_short_training_has_the_same_curve_and_its_checkpoint_opens_anywhere(device, monkeypatch):
    far = curve("far", configured())
    monkeypatch.setenv("ATTNLAB_DEVICE", "cpu")
    assert far == pytest.approx(curve("near", configured()), abs=LOSS)
    assert load("far").output("abc") and next(load("far").model.parameters()).device == CPU


def test_a_short_training_in_bfloat16_has_nearly_that_curve(device):
    assert curve("less", configured("bfloat16"))[:20] == pytest.approx(curve("exact", configured())[:20], abs=0.05)


def test_two_cuda_devices_train_as_one(device):
    if device.type != "cuda" or torch.cuda.device_count() < 2:
        pytest.skip("fewer than two CUDA devices are here")
    assert curve("two", configured(workers=2)) == pytest.approx(curve("one", configured()), abs=LOSS)
