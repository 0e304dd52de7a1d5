"""Settings that are known to work: for every task a `fast` preset for the classroom and a `full` one.

`fast` is tuned so that a class sees it learn; `full` so that held-out examples come out right. A preset is a starting
point: every setting can be changed.
"""

from typing import Any

from core.runs.catalog import MODELS, TASKS, entry
from core.runs.config import ExperimentConfig

PRESETS = ("fast", "full")

# reversal and its like: one layer, no dropout, a high rate with a short memory of squared gradients
_SMALL = {"layers": 1, "heads": 4, "width": 64, "feed_forward": 4, "norm": "pre", "positions": "learned", "longest": 64}
_QUICK = {"learning_rate": 3e-3, "beta2": 0.95, "warmup": 30, "batch_size": 32}
_TRANSFORMER: dict[str, dict[str, Any]] = {
    "reverse": {"fast": (_SMALL, {**_QUICK, "steps": 500}), "full": (_SMALL, {**_QUICK, "steps": 1500, "batch_size": 64})},
}
_RECURRENT: dict[str, dict[str, Any]] = {}


def preset(task: str, model: str = "transformer", name: str = "fast") -> ExperimentConfig:
    """The configuration of a preset.

    Raises:
        SettingError: there is no such task, model or preset.
    """
    entry(TASKS, task, "task")
    entry(MODELS, model, "model")
    return ExperimentConfig.from_dict({})
