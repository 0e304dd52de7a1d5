"""A model may compute in bfloat16 while it learns: nearly the same step, and it learns all the same."""

from dataclasses import replace

import pytest
import torch

from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.training.events import Evaluated, StepDone
from core.training.team import Alone
from tests.laws.test_objectives import CHOICES, configured
from tests.laws.test_parallel import TRAINED
from tests.laws.test_parallel import _configured as parallel
from tests.laws.test_teams import SHARED, batch_of, weighed

# what may be other, of the loss in nats and of the whole gradient as a part of its length: 0.001 and 0.02 are usual, and 0.0015 and
# 0.072, of a Transformer without norms, were the most that was seen
LOSS, GRADIENT = 0.01, 0.1
QUICK = ("likelihood", "order_free", "scheduled_sampling-gumbel", "mixer", "minimum_risk")
SOON = ("transformer-pre-learned", "gru-additive", "attention-linear", "recurrent-location", "recurrent-copynet")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))


def less_exact(config: ExperimentConfig) -> ExperimentConfig:
    return replace(config, training=replace(config.training, precision="bfloat16"))


def nearly_the_same(config: ExperimentConfig) -> None:
    """One step in both: not equal (or nothing was computed in bfloat16), but near; with the same dropout."""
    examples, batch = Examples.of(config.task), batch_of(config)
    (found, gradients), (other, others) = (
        weighed(trainer_of(one, examples), batch, Alone()) for one in (config, less_exact(config))
    )
    names = [name for name, gradient in gradients.items() if gradient is not None]
    assert all(others[name].dtype == torch.float32 for name in names)
    mine, theirs = (torch.cat([one[name].flatten() for name in names]) for one in (gradients, others))
    assert 0 < float((mine - theirs).norm() / mine.norm()) < GRADIENT
    assert other.loss == pytest.approx(found.loss, abs=LOSS)


@pytest.mark.parametrize(
    "choice", [pytest.param(one, marks=[] if one in QUICK else pytest.mark.slow) for one in CHOICES]
)
def test_a_step_in_bfloat16_is_nearly_that_in_float32(choice):
    nearly_the_same(configured(choice, **({"guidance": 5.0} if choice == "likelihood" else {})))


@pytest.mark.parametrize(("name", "counting"), TRAINED)
def test_so_it_is_for_all_places_at_once(name, counting):
    nearly_the_same(parallel(name, counting)[0])


@pytest.mark.parametrize("name", [pytest.param(one, marks=[] if one in SOON else pytest.mark.slow) for one in SHARED])
def test_so_it_is_for_a_model_of_any_kind(name):
    nearly_the_same(replace(configured("likelihood"), model=replace(SHARED[name], dropout=0.2)))


def test_it_learns_to_reverse_in_bfloat16():
    config = ExperimentConfig.from_dict({
        "task": {"name": "reverse", "alphabet": 3, "shortest": 1, "longest": 3},
        "model": {"name": "recurrent", "width": 32, "layers": 1, "dropout": 0.0},
        "training": {"steps": 200, "batch_size": 32, "learning_rate": 0.005, "evaluate_every": 200, "evaluate_on": 60,
                     "record_every": 0, "precision": "bfloat16"},
    })  # fmt: skip
    curves = []
    for one in (config, replace(config, training=replace(config.training, precision="float32"))):
        events = list(trainer_of(one, Examples.of(one.task)).events())
        curves.append([event.loss for event in events if isinstance(event, StepDone)])
        assert next(event.exact_match for event in events if isinstance(event, Evaluated)) > 0.95
    less, exact = curves
    assert less != exact and max(abs(a - b) for a, b in zip(less[:20], exact[:20])) < 0.05
