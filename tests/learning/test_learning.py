"""A model is done when it decodes what it has never seen: each family must learn reversal, alone and in batches alike."""

import pytest

from core.metrics.alignment import alignment_error_rate
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.tasks.task import held_out
from core.training.evaluation import free_run
from core.training.probe import Probe

_SHORT = {
    "learning_rate": 5e-3,
    "beta2": 0.95,
    "warmup": 20,
    "batch_size": 32,
    "evaluate_every": 10_000,
    "record_every": 0,
}
MODELS = {
    "transformer": (
        {"name": "transformer", "layers": 1, "width": 32, "heads": 2, "positions": "learned", "longest": 16},
        250,
    ),
    "gru-additive": ({"name": "recurrent", "width": 32}, 250),
    "lstm-additive": ({"name": "recurrent", "width": 32, "cell": "lstm"}, 300),
    "gru-dot": ({"name": "recurrent", "width": 32, "score": "dot"}, 300),
}


@pytest.mark.parametrize("name", MODELS)
def test_it_learns_to_reverse_and_decodes_unseen_sources_alone_and_together(name):
    model, steps = MODELS[name]
    config = ExperimentConfig.from_dict({
        "task": {"name": "reverse", "alphabet": 8, "shortest": 3, "longest": 6}, "model": model,
        "training": {**_SHORT, "steps": steps, "evaluate_on": 5},
    })  # fmt: skip
    trainer = trainer_of(config, Examples.of(config.task))
    list(trainer.events())
    unseen = held_out(config.task, "test", 60)
    sources = [example.source for example in unseen]
    together = free_run(trainer.model, sources, config.task.vocabularies)
    alone = [free_run(trainer.model, [source], config.task.vocabularies)[0] for source in sources]
    assert together == alone
    right = sum(output == list(example.target) for output, example in zip(together, unseen)) / len(unseen)
    assert right >= 0.9, f"{right:.0%} exact"


def test_copying_finds_the_diagonal_in_its_best_head():
    config = ExperimentConfig.from_dict({
        "task": {"name": "copy", "alphabet": 8, "shortest": 3, "longest": 6}, "model": MODELS["transformer"][0],
        "training": {**_SHORT, "steps": 250, "evaluate_on": 5},
    })  # fmt: skip
    trainer = trainer_of(config, Examples.of(config.task))
    untrained = best_error(trainer.model, config)
    list(trainer.events())
    assert best_error(trainer.model, config) < min(0.2, untrained - 0.3)


def best_error(model, config) -> float:
    """Alignment error rate of the best cross-attention head, mean over examples whose alignment is known."""
    errors: dict[int, list[float]] = {}
    for example in held_out(config.task, "test", 20):
        (matrix,) = Probe(example, config.task.vocabularies).record(model, only="*cross*")
        for head in range(matrix.heads):
            # the row that predicts target t is fed the token before it: row t, since <begin> comes first
            rows = matrix.weights[head][: len(example.target), : len(example.source)]
            errors.setdefault(head, []).append(alignment_error_rate(rows, example.alignment))
    return min(sum(found) / len(found) for found in errors.values())
