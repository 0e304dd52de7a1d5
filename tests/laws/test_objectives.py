"""Laws of objectives: what holds for every entry of the table, with any model."""

from math import isfinite

import pytest
import torch

from core.data.batch import Batch, collate
from core.errors import SettingError
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import create, run_experiment, trainer_of
from core.runs.recipes import read_recipe, write_recipe
from core.runs.trained import load
from core.training.events import Evaluated, StepDone
from core.training.objective_settings import Makings
from core.training.objectives import OBJECTIVES
from tests.laws.models import LETTERS, WORDS, model, pairs, widen

MODELS = ["transformer-pre-learned", "gru-additive", "lstm-dot"]
_SAMPLED = {"objective.name": "scheduled_sampling", "objective.schedule": "constant"}
VARIANTS: dict[str, dict] = {  # an objective in other choices that change its arithmetic
    "scheduled_sampling-half": {**_SAMPLED, "objective.floor": 0.5},
    "scheduled_sampling-argmax": {**_SAMPLED, "objective.feed": "argmax"},
    "scheduled_sampling-two-pass": {**_SAMPLED, "objective.procedure": "parallel"},
    "scheduled_sampling-parallel": {**_SAMPLED, "objective.procedure": "parallel", "objective.passes": 3},
    "scheduled_sampling-gumbel": {**_SAMPLED, "objective.procedure": "parallel", "objective.feed": "gumbel"},
    "scheduled_sampling-attached": {
        **_SAMPLED,
        "objective.procedure": "parallel",
        "objective.feed": "softmax",
        "objective.sharpness": 3.0,
        "objective.attached": True,
    },
    "mixer-further": {
        "objective.name": "mixer",
        "objective.every": 2,
        "objective.draws": 2,
        "objective.baseline": "others",
    },
    "minimum_risk-sharp": {"objective.name": "minimum_risk", "objective.sharpness": 1.0, "objective.reference": False},
}
# those of models that write all places at once are under the laws of test_parallel.py
CHOICES = {name: {"objective.name": name} for name, kind in OBJECTIVES.items() if not kind().countings} | VARIANTS
SETS = {"order_free"}  # objectives of tasks whose targets are sets
STEP = 5


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))


def configured(choice: str, kind: str = "transformer", **training) -> ExperimentConfig:
    model = {"width": 16, "dropout": 0.2, **({"layers": 1, "heads": 2} if kind == "transformer" else {})}
    task = {"name": "reverse", "alphabet": 8, "shortest": 2, "longest": 5}
    return ExperimentConfig.from_dict({
        "task": {"name": "labels"} if choice in SETS else task, "model": {"name": kind, **model},
        "training": {"steps": 8, "batch_size": 4, "evaluate_every": 4, "evaluate_on": 4, "record_every": 0,
                     "checkpoint_every": 5, **training},
    }).changed(CHOICES[choice])  # fmt: skip


def weighed(choice: str, name: str, batch: Batch) -> tuple[dict[str, float], dict[str, torch.Tensor]]:
    """Terms, and the gradient of every weight."""
    net, config = model(name), configured(choice)
    net.train()
    objective = config.objective.make(Makings(config.task, config.training, config.seeds, load, width=16))
    terms = objective(net, batch, STEP).terms
    torch.stack(list(terms.values())).sum().backward()
    found = {at: one.grad for at, one in net.named_parameters() if one.grad is not None}
    return {at: float(term.detach()) for at, term in terms.items()}, found


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("kind", ["transformer", "recurrent"])
def test_a_resumed_training_equals_one_that_never_stopped(choice, kind):
    config = configured(choice, kind)
    whole = trainer_of(config, Examples.of(config.task))
    list(whole.events())
    run = create("parts", config)
    for event in run_experiment(run):
        if isinstance(event, StepDone) and event.step == 7:
            break  # the last checkpoint is of step 5: two steps are lost and done again
    list(run_experiment(run))
    parts = load("parts").model.state_dict()
    assert all(torch.equal(one, parts[at]) for at, one in whole.model.state_dict().items())


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("name", MODELS)
def test_pads_change_no_term_and_no_gradient(choice, name):
    given = collate(pairs(WORDS), LETTERS, LETTERS)
    terms, gradients = weighed(choice, name, given)
    wider_terms, wider = weighed(choice, name, widen(given, 3))
    assert terms == pytest.approx(wider_terms, abs=1e-5)
    for at, gradient in gradients.items():
        torch.testing.assert_close(wider[at], gradient, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("name", MODELS)
def test_a_batch_is_the_mean_of_its_items_by_their_tokens(choice, name):
    """Chance included: what is drawn for an item does not depend on who stands beside it."""
    given = collate(pairs(WORDS), LETTERS, LETTERS)
    terms, gradients = weighed(choice, name, given)
    mean = dict.fromkeys(terms, 0.0)
    sums = {at: torch.zeros_like(gradient) for at, gradient in gradients.items()}
    for pair in pairs(WORDS):
        alone = collate([pair], LETTERS, LETTERS)
        share = alone.target_tokens / given.target_tokens
        own, own_gradients = weighed(choice, name, alone)
        mean = {at: mean[at] + share * own[at] for at in mean}
        for at, gradient in own_gradients.items():
            sums[at] += share * gradient
    assert terms == pytest.approx(mean, abs=1e-5)
    for at, gradient in gradients.items():
        torch.testing.assert_close(sums[at], gradient, atol=1e-5, rtol=1e-3)


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("kind", ["transformer pointer_generator", "recurrent copynet", "recurrent pointer"])
def test_an_objective_trains_a_model_that_copies_or_refuses_it(choice, kind):
    """Nothing in between: a configuration that is accepted takes its steps and is evaluated."""
    model, copy = kind.split()
    try:
        given = configured(choice, model, steps=2).to_dict()
        given["task"] = {"name": "sortpoints" if copy == "pointer" else "labels" if choice in SETS else "chat"}
        config = ExperimentConfig.from_dict(given).changed({"model.copy": copy})
    except SettingError as error:
        assert f"copy={copy}" in str(error) or (choice in SETS and "task=sortpoints have one" in str(error))
        return
    trainer = trainer_of(config, Examples.of(config.task))
    assert all(isfinite(event.loss) for event in trainer.events() if isinstance(event, StepDone | Evaluated))
    assert trainer.step == 2


@pytest.mark.parametrize("choice", CHOICES)
def test_a_choice_is_read_back_as_it_was_written(choice, tmp_path):
    config = configured(choice)
    path = tmp_path / "recipe.toml"
    path.write_text(write_recipe(config), encoding="utf-8")
    assert ExperimentConfig.from_dict(config.to_dict()) == config == read_recipe(path)
    assert config.objective.name == CHOICES[choice]["objective.name"]
