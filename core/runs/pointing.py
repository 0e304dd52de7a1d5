"""What a pointer network cannot learn: targets with tokens that stand in no place of their source."""

from collections import Counter

from core.errors import SettingError
from core.models.copy_kinds import ONCE, POINTINGS
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples


def refuse_pointing(config: ExperimentConfig, examples: Examples) -> None:
    """Let pass what can be learned from the examples of a run.

    Raises:
        SettingError: it cannot; the message says what would work.
    """
    if getattr(config.model, "copy", "none") != "pointer":
        return
    for example in (examples.probe, *examples.test):
        made = [token for token in example.target if token not in example.source]
        if made:
            raise SettingError(
                f"copy=pointer writes tokens of the source only, and {made[0][:40]!r} of a target of task={config.task.name} "
                "stands in no place of its source: choose copy=pointer_generator, or a task such as sortpoints"
            )
        repeated = [*(Counter(example.target) - Counter(example.source))]
        if repeated and getattr(config.model, "pointing", "") == ONCE:
            raise SettingError(
                f"pointing={ONCE} points at a place once, and a target of task={config.task.name} has {repeated[0][:40]!r} more "
                f"often than its source: choose pointing={POINTINGS[0]}, or a task such as sortpoints"
            )
