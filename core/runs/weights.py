"""A checkpoint's weights in a fresh model of its configuration, or a word why they do not go together."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from torch import Tensor, nn, optim

from core.errors import RunError, SettingError
from core.language import tr
from core.models.allowance import room_for
from core.runs.folder import RunFolder

Model = TypeVar("Model", bound=nn.Module)


def fitted(run: RunFolder, weights: Mapping[str, Tensor], make: Callable[[], Model]) -> Model:
    """Build a model and put the weights into it; never one that is much larger than they are.

    Args:
        make: builds it as the run's configuration says.

    Raises:
        RunError: they are of another configuration.
    """
    try:
        with room_for(weights):
            model = make()
        model.load_state_dict(weights)
    except (RuntimeError, SettingError) as error:
        why = f" ({error})" if isinstance(error, SettingError) else ""
        raise RunError(
            tr(
                "{address}: the weights do not fit config.json{why}; it was edited: restore it from a copy",
                address=run.address,
                why=why,
            )
        ) from error
    return model


def check_optimizer(optimizer: optim.Optimizer) -> None:
    """Whether what an optimizer remembers of each weight has its shape; torch itself does not ask.

    Raises:
        RunError: it has not.
    """
    for parameter, kept in optimizer.state.items():
        for name, value in kept.items():
            if isinstance(value, Tensor) and value.dim() and value.shape != parameter.shape:
                raise RunError(
                    tr(
                        "the optimizer's {name} has the shape {tuple} and its weight {tuple2}: the "
                        "checkpoint was edited; resume from an older one",
                        name=name,
                        tuple=tuple(value.shape),
                        tuple2=tuple(parameter.shape),
                    )
                )
