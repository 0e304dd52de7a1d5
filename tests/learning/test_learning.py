"""A model is done when it decodes what it has never seen: each family must learn reversal, alone and in batches alike."""

import pytest

from core.metrics.alignment import alignment_error_rate
from core.models.transformer_settings import TransformerSettings
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.tasks.task import held_out
from core.training.evaluation import free_run
from core.training.probe import Probe
from tests.laws.models import VARIANTS

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
_BLOCK = {"name": "transformer", "layers": 1, "width": 32, "heads": 2, "positions": "learned", "longest": 16}
BEHIND = {  # every other encoder before every kind of decoder
    **{f"{encoder}, transformer": ({**_BLOCK, "encoder": encoder}, 600) for encoder in ("gru", "lstm", "convolution")},
    **{
        f"{encoder}, {score}": ({"name": "recurrent", "width": 32, "encoder": encoder, "score": score}, 350)
        for encoder in ("attention", "convolution")
        for score in ("additive", "general")
    },
}


_COPYING: dict[str, tuple[dict, int]] = {  # those that go forward only cannot reverse
    "gru, monotonic": ({"name": "recurrent", "width": 32, "alignment": "monotonic"}, 500),
    "gru, mocha": ({"name": "recurrent", "width": 32, "alignment": "mocha"}, 400),
    "gru, monotonic, general": ({"name": "recurrent", "width": 32, "alignment": "monotonic", "score": "general"}, 500),
    "transformer, monotonic": ({**_BLOCK, "alignment": "monotonic"}, 150),
    "transformer, mocha": ({**_BLOCK, "alignment": "mocha"}, 150),
}
LOCATED = {
    name: ({"name": "recurrent", "width": 32, "alignment": name}, 200) for name in ("location", "location_previous")
}
EVERY = MODELS | BEHIND | LOCATED | _COPYING
_QUICK = ("gru, transformer", "attention, general", "location", "gru, mocha", "transformer, monotonic")


def _longer_ones_slow(names):
    return [pytest.param(name, marks=[pytest.mark.slow] * (name not in _QUICK)) for name in names]


@pytest.mark.parametrize("name", [*MODELS, *_longer_ones_slow([*BEHIND, *LOCATED])])
def test_it_learns_to_reverse_and_decodes_unseen_sources_alone_and_together(name):
    learns("reverse", name)


@pytest.mark.parametrize("name", _longer_ones_slow(_COPYING))
def test_what_goes_forward_only_learns_to_copy(name):
    learns("copy", name)


def learns(task, name):
    model, steps = EVERY[name]
    config = ExperimentConfig.from_dict({
        "task": {"name": task, "alphabet": 8, "shortest": 3, "longest": 6}, "model": model,
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


@pytest.mark.slow
@pytest.mark.parametrize("name", VARIANTS)
def test_every_mechanism_can_be_trained(name):
    """A few dozen steps of copying: the loss on what was never seen falls by a tenth at least."""
    config = ExperimentConfig.from_dict({
        "task": {"name": "copy", "alphabet": 8, "shortest": 3, "longest": 6},
        "model": {"name": "transformer" if isinstance(VARIANTS[name], TransformerSettings) else "recurrent",
                  **VARIANTS[name].to_dict(), "width": 32},
        "training": {**_SHORT, "steps": 80, "evaluate_on": 20, "evaluate_every": 20},
    })  # fmt: skip
    losses = [
        event.loss for event in trainer_of(config, Examples.of(config.task)).events() if event.kind == "evaluated"
    ]
    assert losses[-1] < 0.9 * losses[0]
