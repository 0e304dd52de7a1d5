"""A pointer network sorts more numbers than it was trained on, when it points at each place once."""

from dataclasses import replace

import pytest

from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.tasks.task import held_out
from core.training.evaluation import free_run


def exact(pointing: str) -> dict[int, float]:
    """Share of unseen sequences sorted without a fault, by their length; trained on four to eight numbers."""
    config = ExperimentConfig.from_dict({
        "task": {"name": "sortpoints"},
        "model": {"name": "recurrent", "cell": "lstm", "copy": "pointer", "pointing": pointing},
        "training": {"steps": 800, "batch_size": 32, "learning_rate": 3e-3, "warmup": 30, "record_every": 0,
                     "evaluate_every": 10_000, "evaluate_on": 2},
        "seed": 1,
    })  # fmt: skip
    trainer, shares = trainer_of(config, Examples.of(config.task)), {}
    list(trainer.events())
    for length in (5, 8, 12):
        examples = held_out(replace(config.task, shortest=length, longest=length), "test", 100)
        written = free_run(trainer.model, [one.source for one in examples], trainer.probe.vocabularies)
        shares[length] = sum(tuple(out) == one.target for out, one in zip(written, examples)) / 100
    return shares


@pytest.mark.slow
def test_places_that_are_taken_out_are_what_makes_it_sort_longer_sequences():
    once, again = exact("once"), exact("again")
    assert min(once[5], once[8]) >= 0.9 and once[12] >= 0.5
    assert once[12] - again[12] >= 0.3
