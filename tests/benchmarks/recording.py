"""What recording costs a training: two runs on disk, one with the probe recorded every 10 steps, in turns."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import torch

from core.runs.config import ExperimentConfig
from core.runs.experiment import create, run_experiment
from core.runs.presets import preset_of
from core.training.events import StepDone, TrainEvent
from tests.benchmarks.row import Clock, Measured, Row, times

BLOCK = 20  # steps in a turn: two recordings
BLOCKS = 40
NEVER = 1_000_000


@contextmanager
def empty_home() -> Iterator[Path]:
    """ATTNLAB_HOME is an empty folder inside the block."""
    before = os.environ.get("ATTNLAB_HOME")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ATTNLAB_HOME"] = folder
        try:
            yield Path(folder)
        finally:
            os.environ.pop("ATTNLAB_HOME") if before is None else os.environ.__setitem__("ATTNLAB_HOME", before)


def slowdown(task: str, share: float) -> Measured:
    """Processor seconds of a training with recording over those of one without, block against block."""
    torch.set_num_threads(1)
    with empty_home():
        plain, recorded = (_training(task, every) for every in (0, 10))
        ratios, walls = [], []
        for block in range(times(BLOCKS, share, least=2)):
            # who goes first changes: what the first leaves in the caches helps the second
            pair = [(plain, Clock()), (recorded, Clock())]
            for events, clock in pair if block % 2 else pair[::-1]:
                _steps(events, clock)
            (_, without), (_, with_) = pair
            if block:  # the first block pays for what is made once
                ratios.append(with_.processor / without.processor)
                walls.append(with_.wall / without.wall)
        for events in (plain, recorded):
            events.close()
    tenths = sorted(ratios)
    low, high = tenths[len(tenths) // 4], tenths[3 * len(tenths) // 4]
    return Measured(
        median(ratios), low, high, f"middle half of {len(ratios)} blocks; by the wall clock {median(walls):.3f}"
    )


def _training(task: str, every: int) -> Iterator[TrainEvent]:
    changes = {"training.record_every": every, "training.evaluate_every": NEVER, "training.steps": 100_000}
    config: ExperimentConfig = preset_of(task).changed(changes)
    return run_experiment(create(f"{task}-{every}", config))


def _steps(events: Iterator[TrainEvent], clock: Clock) -> None:
    done = 0
    with clock:
        while done < BLOCK:
            done += isinstance(next(events), StepDone)


ROWS = [
    Row("recording-reverse", "training reverse with the probe recorded every 10 steps, against without", "×", 1.05,
        lambda share: slowdown("reverse", share)),
    Row("recording-dates", "training dates with the probe recorded every 10 steps, against without", "×", 1.05,
        lambda share: slowdown("dates", share)),
]  # fmt: skip
