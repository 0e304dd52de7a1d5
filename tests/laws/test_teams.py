"""Laws of teams: the gradient of a batch that is shared out is that of the whole, whatever learns and whatever is minimized."""

from dataclasses import replace

import pytest
import torch

from core.data.batch import Batch, collate
from core.errors import SettingError
from core.models.norms import NORMS
from core.runs.catalog import TASKS
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.training.loop import Trainer
from core.training.settings import TrainingSettings
from core.training.sharing import Found
from core.training.team import AbstractTeam, Alone
from tests.laws.models import CHOICES as MORE
from tests.laws.models import VARIANTS as MODELS
from tests.laws.models import pairs
from tests.laws.test_objectives import CHOICES, configured
from tests.laws.test_parallel import TRAINED
from tests.laws.test_parallel import _configured as parallel
from tests.training.teams import each

STEP = 5
TEAMS = [(choice, kind, size) for size in (2, 4) for kind in ("transformer", "recurrent") for choice in CHOICES]
SOON = {
    "transformer-post-sinusoidal", "lstm-general", "attention-banded", "encoder-convolution", "recurrent-monotonic",
    "recurrent-pointer_generator",
}  # fmt: skip
FOUR_SOON = ("likelihood", "recurrent", 4)  # the other teams of four are of the longest sweeps
# of different lengths, and not as many as members have to share: parts of a batch have other paddings, and not as many rows
BATCH = pairs(["ab", "hgfedcba", "c", "dd", "abcde", "gf", "abch"])
SHARED = {
    name: one for name, one in (MORE | MODELS).items() if not NORMS[getattr(one, "normalization", "layer")].over_batch
}
Gradients = dict[str, torch.Tensor | None]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))


def weighed(trainer: Trainer, batch: Batch, team: AbstractTeam) -> tuple[Found, Gradients]:
    """What is told of the step, and the gradient of everything that learns."""
    trainer.team = team
    trainer.model.train()
    found = trainer.weigh(batch, STEP)
    return found, {name: one.grad for name, one in trainer.model.named_parameters()} | {
        f"beside {name}": one.grad for name, one in trainer._beside.named_parameters()
    }


def same(config: ExperimentConfig, batch: Batch, size: int) -> None:
    examples = Examples.of(config.task)
    found, gradients = weighed(trainer_of(config, examples), batch, Alone())
    trainers = [trainer_of(config, examples) for _ in range(size)]
    assert any(gradient is not None and bool(gradient.any()) for gradient in gradients.values())
    for other, others in each(size, lambda team: weighed(trainers[team.rank], batch, team)):
        assert other.terms == pytest.approx(found.terms, abs=1e-5)
        assert other.loss == pytest.approx(found.loss, abs=1e-5)
        assert other.token_accuracy == pytest.approx(found.token_accuracy, abs=1e-6)
        assert other.reward == (None if found.reward is None else pytest.approx(found.reward, abs=1e-6))
        for name, gradient in gradients.items():
            if gradient is None:
                assert others[name] is None, name
            else:
                torch.testing.assert_close(others[name], gradient, atol=1e-5, rtol=0)


def batch_of(config: ExperimentConfig) -> Batch:
    if config.task.name == "labels":
        return collate(list(Examples.of(config.task).test[:7]), *config.task.vocabularies)
    return collate(BATCH, *config.task.vocabularies)


@pytest.mark.parametrize(
    ("choice", "kind", "size"),
    [
        pytest.param(*one, marks=[] if one[1:] == ("transformer", 2) or one == FOUR_SOON else pytest.mark.slow)
        for one in TEAMS
    ],
)
def test_the_gradient_of_a_shared_batch_is_that_of_the_whole(choice, kind, size):
    config = configured(choice, kind)
    same(config, batch_of(config), size)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in SOON else pytest.mark.slow) for name in SHARED]
)
def test_a_model_of_any_kind_is_trained_by_two(name):
    """With dropout: what is drawn for a row is what would be drawn for it in the whole batch."""
    settings = replace(SHARED[name], dropout=0.2)
    task = TASKS["reverse"].from_dict({"alphabet": 8, "shortest": 1, "longest": 8})
    config = ExperimentConfig(task, settings, TrainingSettings(batch_size=7))
    same(config, batch_of(config), 2)


@pytest.mark.parametrize(
    ("kind", "extra"),
    [
        ("transformer", {"guidance": 5.0}),
        ("recurrent", {"guidance": 5.0, "guidance_fade": "linear", "coverage": 1.0}),
    ],
)
def test_losses_of_attention_are_shared_out_too(kind, extra):
    config = configured("likelihood", kind, **extra)
    same(config, batch_of(config), 2)


@pytest.mark.parametrize(("name", "counting"), TRAINED)
def test_objectives_of_all_places_are_shared_out_too(name, counting):
    config, _ = parallel(name, counting)
    if name == "distillation":  # a part's targets, as the teacher writes them, may be shorter: dropout draws otherwise
        config = config.changed({"model.dropout": 0.0})
    same(config, batch_of(config), 2)


@pytest.mark.parametrize("name", [name for name, kind in NORMS.items() if kind.over_batch])
def test_what_looks_at_all_rows_of_a_batch_is_refused(name):
    with pytest.raises(SettingError, match=f"normalization={name} compares all examples.* choose workers=1"):
        configured("likelihood", workers=2).changed({"model.normalization": name})


def test_nobody_is_left_without_an_example():
    with pytest.raises(SettingError, match=r"workers=5 share the batch_size=4 examples.*at most workers=4"):
        configured("likelihood", workers=5)
    assert configured("likelihood", workers=4).training.workers == 4
