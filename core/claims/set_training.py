"""What experiments on sets of vectors share: train a configuration without a run folder, and judge it on the test split."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace

from torch import nn

from core.claims.claim import Progress, Row
from core.claims.labeling import steps
from core.data.vector_sets import Entrance
from core.models.set_models import build_set_model
from core.runs.set_config import SetConfig
from core.runs.set_examples import SetExamples
from core.runs.transfer import transfer
from core.training.events import StepDone
from core.training.set_trainer import Judged, SetTrainer, judge

_TOLD = 20  # steps between words on how far it is


def compared(
    configs: Mapping[str, SetConfig], budget: float, before: Sequence[Row] = ()
) -> Generator[Progress, None, tuple[Row, ...]]:
    """Train one configuration after the other; a row each, with what share of the test split's labels came out right.

    Args:
        configs: by what a row calls the model; budget: share of their steps.
        before: rows that come first, of what is not trained.
    """
    rows = list(before)
    for at, (name, config) in enumerate(configs.items()):
        training = learned(config, budget)
        while True:
            try:
                share = next(training)
            except StopIteration as done:
                rows.append({"model": name, "accuracy": done.value.right, "asked": done.value.asked})
                break
            yield Progress((at + share) / len(configs), tuple(rows))
    return tuple(rows)


def learned(config: SetConfig, budget: float = 1.0) -> Generator[float, None, Judged]:
    """Train; yields the share that is done, and returns how the test split came out.

    Args:
        budget: share of the configuration's steps.
    """
    network = yield from network_of(config, budget)
    return judge(network, config.task.some("test"))


def network_of(
    config: SetConfig, budget: float = 1.0, before: tuple[nn.Module, Entrance] | None = None
) -> Generator[float, None, nn.Module]:
    """Train; yields the share that is done, and returns the network.

    Args:
        budget: share of the configuration's steps.
        before: a trained network, whose weights it begins with, and how its sets enter.
    """
    last = steps(config.training.steps, budget)
    training = replace(config.training, steps=last, evaluate_every=last, record_every=0)
    network = build_set_model(config.model, config.task.entrance, config.seeds)
    if before is not None:
        transfer(network, config.task.entrance, *before)
    probe = SetExamples.of(config.task).probe
    trainer = SetTrainer(network, config.model.first, config.task, probe, training, config.seeds)
    for event in trainer.events():
        if isinstance(event, StepDone) and event.step % _TOLD == 0:
            yield event.step / last
    return network
