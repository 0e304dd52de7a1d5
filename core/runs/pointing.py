"""What a pointer network cannot learn: targets with tokens that stand in no place of their source."""

from collections import Counter

from core.errors import SettingError
from core.language import tr
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
                tr(
                    "copy=pointer writes tokens of the source only, and {made!r} of a target of task={name} "
                    "stands in no place of its source: choose copy=pointer_generator, or a task such as sortpoints",
                    made=made[0][:40],
                    name=config.task.name,
                )
            )
        repeated = [*(Counter(example.target) - Counter(example.source))]
        if repeated and getattr(config.model, "pointing", "") == ONCE:
            raise SettingError(
                tr(
                    "pointing={once} points at a place once, and a target of task={name} has {repeated!r} more "
                    "often than its source: choose pointing={pointings}, or a task such as sortpoints",
                    once=ONCE,
                    name=config.task.name,
                    repeated=repeated[0][:40],
                    pointings=POINTINGS[0],
                )
            )
