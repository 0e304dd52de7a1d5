"""Laws of devices: whatever learns, decodes or is recorded follows its model's device, and gives what it gives on the CPU.

The device of these tests is one that is not there (tests/training/far.py): numbers as on the CPU, places as strict as CUDA's.
"""

from dataclasses import replace
from functools import partial

import pytest
import torch

from core.data.batch import Batch
from core.devices import CPU
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import _fresh, _makings
from core.training.loop import Trainer
from core.training.objectives import OBJECTIVES
from core.training.optimizer import OPTIMIZERS
from tests.laws.models import CHOICES as MORE
from tests.laws.models import VARIANTS
from tests.laws.test_objectives import CHOICES, configured
from tests.laws.test_parallel import TRAINED
from tests.laws.test_parallel import _configured as parallel
from tests.laws.test_teams import STEP, batch_of
from tests.training.far import DEVICE, Far, far_away

SOON = {
    "transformer-pre-learned", "gru-additive", "positions-rotary", "attention-banded", "recurrent-mocha", "recurrent-copynet",
}  # fmt: skip


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setitem(OPTIMIZERS, "adam", partial(_unfused, OPTIMIZERS["adam"]))


def _unfused(kind, groups, *, fused, **given):
    """There are no kernels for a device that is not there."""
    return kind(groups, fused=fused and all(one.device == CPU for group in groups for one in group["params"]), **given)


def trainer(config: ExperimentConfig, device: torch.device) -> Trainer:
    return _fresh(config, Examples.of(config.task), _makings(config), device)


def weighed(config: ExperimentConfig, batch: Batch, device: torch.device):
    made = trainer(config, device)
    made.model.train()
    found = made.weigh(batch, STEP)
    return found, {name: one.grad for name, one in made.model.named_parameters()}


def same_step(config: ExperimentConfig) -> None:
    batch = batch_of(config)
    near, gradients = weighed(config, batch, CPU)
    with far_away():
        far, others = weighed(config, batch, DEVICE)
        assert far.loss == pytest.approx(near.loss, abs=1e-6)
        for name, gradient in gradients.items():
            if gradient is not None:
                assert isinstance(others[name], Far), name
                torch.testing.assert_close(others[name].cpu(), gradient, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize(
    "choice", [pytest.param(one, marks=[] if one in OBJECTIVES else pytest.mark.slow) for one in CHOICES]
)
@pytest.mark.parametrize("kind", ["transformer", pytest.param("recurrent", marks=pytest.mark.slow)])
def test_an_objective_follows_the_model(choice, kind):
    same_step(configured(choice, kind, **({"guidance": 5.0} if choice == "likelihood" else {})))


@pytest.mark.parametrize(("name", "counting"), TRAINED)
def test_objectives_of_all_places_follow_it_too(name, counting):
    config, _ = parallel(name, counting)
    same_step(config)


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=[] if one in SOON else pytest.mark.slow) for one in MORE | VARIANTS]
)
def test_a_model_learns_decodes_and_is_recorded_elsewhere(name):
    config = configured("likelihood")
    config = replace(config, model=replace((MORE | VARIANTS)[name], dropout=0.2))
    same_step(config)
    near = trainer(config, CPU)
    outputs, shown = near._evaluate(), near.probe.record(near.model)
    with far_away():
        far = trainer(config, DEVICE)
        elsewhere, recorded = far._evaluate(), far.probe.record(far.model)
    assert elsewhere.exact_match == outputs.exact_match and elsewhere.token_accuracy == outputs.token_accuracy
    assert elsewhere.loss == pytest.approx(outputs.loss, abs=1e-6)
    for mine, other in zip(shown, recorded, strict=True):
        assert mine.site == other.site and abs(mine.weights - other.weights).max() < 1e-6
