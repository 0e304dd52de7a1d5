"""One door to every model that writes a token after the other: a run's, or one from elsewhere."""

from pathlib import Path

from core.errors import RunError
from core.language import tr
from core.runs.adapted import AdaptedReader
from core.runs.foreign import is_foreign, load_foreign
from core.runs.stepwise import AbstractStepwise
from core.runs.trained import load as load_run


def load(address: str | Path, step: int | None = None) -> AbstractStepwise | AdaptedReader:
    """The model of an address: a run's name, `demo/NAME`, the path of a run folder, `hf/NAME`, or the path of a folder of
    Hugging Face's format.

    Args:
        step: which checkpoint of a run; None takes the newest whole one.

    Raises:
        RunError: no such run or name, damaged, newer than this program, not trained yet, or one that writes all places at once.
        DataError: a folder that cannot be used; MissingExtra: what opens it is not installed.
    """
    if not is_foreign(address):
        return load_run(address, step)
    if step is not None:
        raise RunError(
            tr(
                "{address} is no run, so it has no checkpoint of step {step}; leave the step out",
                address=address,
                step=step,
            )
        )
    return load_foreign(address)
