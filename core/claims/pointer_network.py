"""A pointer network writes places of its source: however many there are, there are as many to choose among.

Two decoders learn from four to eight numbers to sort them: one points at a number of the source at every step, each once, the
other writes numbers of its vocabulary. Then both are asked for more numbers than any training had.
"""

from collections.abc import Sequence
from dataclasses import replace

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import steps
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.tasks.sorting_points import SortingPoints
from core.tasks.task import held_out
from core.training.evaluation import free_run
from core.training.events import StepDone

_STEPS, _EACH = 600, 60
_TRAINED, _LONGER = SortingPoints().longest, 12
POINTS, WRITES = "pointer network", "writes its vocabulary"
_MODELS = {POINTS: {"copy": "pointer", "pointing": "once"}, WRITES: {"score": "additive"}}


class PointerNetwork(AbstractClaim):
    """Sorting as many numbers as in training, and more."""

    name = "pointer_network"
    lecture = (37,)
    statement = (
        "A pointer network sorts more numbers than it was trained on; a decoder that writes its vocabulary hardly does"
    )
    source = "Vinyals et al. 2015, arXiv:1506.03134; Lee 2021, Transformer (copy mechanism)"
    effect_is = (
        f"sequences of {_LONGER} numbers sorted without a fault after training on at most {_TRAINED}, pointer network"
    )
    baseline_is = "the same, a decoder that writes its vocabulary, after as many steps"
    unit = "share of sequences"
    rule = (
        f"shown when with every seed the pointer network is ahead by 0.2 at {_LONGER} and sorts at least 0.7 of the sequences of "
        f"{_TRAINED}; contradicted when with every seed it is behind at {_LONGER}"
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train one after the other, then ask."""
        rows, last = list[Row](), steps(_STEPS, budget)
        for at, (name, model) in enumerate(_MODELS.items()):
            config = _config(model, seed, last)
            trainer = trainer_of(config, Examples.of(config.task))
            for event in trainer.events():
                if isinstance(event, StepDone) and event.step % 10 == 0:
                    yield Progress((at + event.step / last) / len(_MODELS), tuple(rows))
            for count in (_TRAINED, _LONGER):
                asked = held_out(replace(SortingPoints(), shortest=count, longest=count), "test", _EACH)
                written = free_run(trainer.model, [one.source for one in asked], trainer.probe.vocabularies)
                right = sum(tuple(output) == one.target for output, one in zip(written, asked))
                rows.append({"decoder": name, "numbers": count, "exact": right / _EACH})
        return Measured(_at(rows, POINTS, _LONGER), _at(rows, WRITES, _LONGER), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        able = [_at(one.rows, POINTS, _TRAINED) >= 0.7 for one in found]
        shows = [one.effect >= one.baseline + 0.2 and learned for one, learned in zip(found, able)]
        return judged(shows, [one.effect < one.baseline for one in found])


def _config(model: dict[str, str], seed: int, last: int) -> ExperimentConfig:
    return ExperimentConfig.from_dict({
        "task": {"name": "sortpoints"}, "model": {"name": "recurrent", "cell": "lstm", **model},
        "training": {
            "steps": last, "batch_size": 32, "learning_rate": 3e-3, "warmup": 30, "record_every": 0, "evaluate_every": last,
            "evaluate_on": 1,
        },
        "seed": seed,
    })  # fmt: skip


def _at(rows: Sequence[Row], name: str, count: int) -> float:
    return next(float(row["exact"] or 0) for row in rows if (row["decoder"], row["numbers"]) == (name, count))
