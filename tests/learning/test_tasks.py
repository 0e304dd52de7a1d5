"""Every task of the table can be trained on: within a few dozen steps the loss on what was never seen falls."""

from pathlib import Path

import pytest

from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.tasks.table import TASKS
from core.training.evaluation import evaluate
from core.training.events import Evaluated
from tests.spoken import folder_of_speech

STEPS = 60


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """A file of pairs: words and their capitals."""
    words = [a + b + c for a in "bdfgklmnp" for b in "aeiou" for c in ("ra", "ti", "nol", "sk")]
    path = tmp_path / "pairs.tsv"
    path.write_text("".join(f"{word}\t{word.upper()}\n" for word in words), encoding="utf-8")
    return path


@pytest.mark.parametrize("model", ["transformer", "recurrent"])
@pytest.mark.parametrize("task", TASKS)
def test_the_loss_on_unseen_examples_falls(task, model, pairs, tmp_path):
    settings = {"path": str(pairs)} if task == "text" else {}
    if task == "asr":
        settings = {"folder": str(folder_of_speech(tmp_path / "speech", 700))}
    config = ExperimentConfig.from_dict({
        "task": {"name": task, **settings},
        "model": {"name": model, "width": 32, "layers": 1},
        "training": {"steps": STEPS, "batch_size": 16, "learning_rate": 5e-3, "warmup": 5, "evaluate_every": STEPS, "evaluate_on": 10,
                     "record_every": 0},
    })  # fmt: skip
    trainer, fresh = (trainer_of(config, Examples.of(config.task)) for _ in range(2))
    (after,) = [event for event in trainer.events() if isinstance(event, Evaluated)]
    before = evaluate(fresh.model, fresh.held_out, config.task.vocabularies, step=0, split="validation")
    assert after.loss < 0.9 * before.loss
