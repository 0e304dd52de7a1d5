"""What a training begins with: fresh weights, or those of another run, to be fine-tuned."""

from dataclasses import replace

from torch import Tensor
from torch.nn import Module

from core.errors import SettingError
from core.language import tr
from core.runs.config import ExperimentConfig
from core.runs.trained import TrainedModel, load

_SHOWN = 4  # differences that a message names


def weights_before(config: ExperimentConfig) -> dict[str, Tensor] | None:
    """The weights that a training begins with, by name; None where they are fresh.

    Raises:
        RunError: there is no such run, or it was never trained; SettingError: its model or its vocabularies are others.
    """
    if not config.training.from_run:
        return None
    before = load(config.training.from_run)
    _check_model(config, before)
    for side, mine, other in zip(("source", "target"), config.task.vocabularies, before.vocabularies):
        if mine != other:
            own = [token for token in mine.tokens if token not in other.numbers][:_SHOWN]
            differs = (
                tr("it does not know {own}", own=" ".join(own))
                if own
                else tr("its tokens are others or in another order")
            )
            raise SettingError(
                tr(
                    "from_run={address} has another {side} vocabulary ({count} tokens, here {count2}; "
                    "{differs}): choose a run of the same task with the same settings",
                    address=before.run.address,
                    side=side,
                    count=len(other),
                    count2=len(mine),
                    differs=differs,
                )
            )
    return before.model.state_dict()


def begin(model: Module, config: ExperimentConfig) -> None:
    """Give a model those weights, where there are some.

    Raises:
        As `weights_before` says.
    """
    weights = weights_before(config)
    if weights is not None:
        model.load_state_dict(weights)


def _check_model(config: ExperimentConfig, before: TrainedModel) -> None:
    mine, other = {"name": config.model_name, **config.model.to_dict()}, before.config
    theirs = {"name": other.model_name, **other.model.to_dict()}
    differs = [name for name in mine if name != "dropout" and mine[name] != theirs.get(name)]
    if differs:
        told = ", ".join(f"{name}={theirs.get(name)}" for name in differs[:_SHOWN])
        raise SettingError(
            tr(
                "from_run={address} is of another model: set model.{split} as it has, or "
                "leave out --model and --recipe",
                address=before.run.address,
                split=", model.".join(told.split(", ")),
            )
        )


def fine_tuning(before: TrainedModel) -> ExperimentConfig:
    """The configuration of a run, to be trained further from its weights as another run."""
    config = before.config
    return replace(config, training=replace(config.training, from_run=before.run.address))
