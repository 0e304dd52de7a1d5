"""One training over two workers against one alone: the wall time of a step, on this machine's cores.

Workers share a batch of 128 examples of `reverse` and a Transformer of 7.4 million weights; what they add up is 30 MB a step. On
fewer than two free cores, or with a small model, two are slower than one; the small model beside it says by how much.
"""

import os
import tempfile
from statistics import median
from unittest.mock import patch

from core.runs.config import ExperimentConfig
from core.runs.experiment import create, run_experiment
from core.training.events import StepDone
from tests.benchmarks.row import Measured, Row, times

STEPS = 12  # the first two are not counted
LARGE, SMALL = {"width": 256, "layers": 4, "heads": 4}, {"width": 64, "layers": 2, "heads": 4}


def step(model: dict[str, int], workers: int, steps: int) -> list[float]:
    """Seconds of every step but the first two."""
    config = ExperimentConfig.from_dict({
        "task": {"name": "reverse", "shortest": 8, "longest": 20},
        "model": {"name": "transformer", **model},
        "training": {"steps": steps, "batch_size": 128, "workers": workers, "evaluate_every": steps, "evaluate_on": 1,
                     "record_every": 0},
    })  # fmt: skip
    with tempfile.TemporaryDirectory() as home, patch.dict(os.environ, ATTNLAB_HOME=home, ATTNLAB_DEVICE="cpu"):
        run = create("measured", config)
        return [event.seconds for event in run_experiment(run) if isinstance(event, StepDone)][2:]


def _two_workers(share: float) -> Measured:
    steps = times(STEPS, share, least=4)
    small = median(step(SMALL, 2, steps)) / median(step(SMALL, 1, steps))
    alone, two = step(LARGE, 1, steps), step(LARGE, 2, steps)
    ratios = [one / median(alone) for one in two]
    note = f"alone {median(alone):.2f} s a step; a model of 0.24 million weights: {small:.2f} ×; {os.cpu_count()} cores"
    return Measured(median(ratios), min(ratios), max(ratios), note)


ROWS = [Row("two-workers", "a training step of two workers, against one alone", "×", None, _two_workers)]
