"""What is read of a run folder before it is a trained model, whichever way it writes."""

from dataclasses import replace
from typing import Any, NamedTuple

from core.errors import RunError
from core.language import tr
from core.models.build import build
from core.models.parallel_settings import ParallelSettings
from core.runs import checkpoint
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples, read_examples
from core.runs.folder import RunFolder
from core.runs.weights import fitted
from core.runs.words import read_words


class Opened(NamedTuple):
    """Attributes:
    config: how it was trained; step: of the checkpoint; model: in evaluation, without gradients; examples: to show.
    """

    config: ExperimentConfig
    step: int
    model: Any
    examples: Examples


def at_once(run: RunFolder) -> bool:
    """Whether the model of a run writes all places at once.

    Raises:
        RunError: the run is damaged.
    """
    model = run.config().get("model")
    return isinstance(model, dict) and model.get("name") == ParallelSettings.name


def opened(run: RunFolder, step: int | None = None) -> Opened:
    """Configuration, weights and examples of a run.

    Args:
        step: which checkpoint; None takes the newest whole one.

    Raises:
        RunError: damaged, newer than this program, or not trained yet.
    """
    config = ExperimentConfig.from_dict(run.config())
    config = replace(config, task=read_words(run, config.task))
    found = checkpoint.load(run, step)
    if found is None:
        raise RunError(
            tr("{address} has no checkpoint yet; wait for its first one, or resume its training", address=run.address)
        )
    model = fitted(run, found.model, lambda: build(config.model, *config.task.vocabularies, config.seeds))
    if not all(bool(tensor.isfinite().all()) for tensor in found.model.values()):
        raise RunError(
            tr(
                "{address}: the weights of step {step} are not finite: the training diverged; "
                "use an earlier checkpoint, or train with a lower learning rate",
                address=run.address,
                step=found.step,
            )
        )
    model.eval().requires_grad_(False)
    return Opened(config, found.step, model, read_examples(run, config.task))
