"""What reads the source may be a CNN, an RNN or self-attention: the same decoder learns from each.

One Transformer's decoder is trained to reverse texts, behind each kind of encoder in turn. Beside them a decoder whose source
is another text's: it shows what the task gives away without reading.
"""

from collections.abc import Sequence

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import steps
from core.models.build import ENCODERS
from core.models.combinations import OWN_ENCODER
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.tasks.task import held_out
from core.training.evaluation import free_run
from core.training.events import StepDone

_STEPS, _ASKED = 500, 100
_RIGHT, _OTHER = "its own source", "another source"


class Encoders(AbstractClaim):
    """One decoder behind every kind of encoder."""

    name = "encoders"
    lecture = (27,)
    statement = "An encoder may be a CNN, an RNN or self-attention: the same decoder learns behind each of them"
    source = "Lee 2021, Transformer (encoder); Gehring et al. 2017, arXiv:1705.03122, for the convolutions"
    effect_is = "tokens of held-out texts reversed right, behind the worst of the encoders"
    baseline_is = "the same where the best of them has read another text"
    unit = "share of tokens"
    rule = "shown when with every seed it is at least 0.9, and at most 0.3 behind another text; which is best is not claimed"

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train one after the other on the same batches."""
        rows, last = list[Row](), steps(_STEPS, budget)
        for at, kind in enumerate(ENCODERS):
            config = _config(kind, seed, last)
            trainer = trainer_of(config, Examples.of(config.task))
            for event in trainer.events():
                if isinstance(event, StepDone) and event.step % 10 == 0:
                    yield Progress((at + event.step / last) / len(ENCODERS), tuple(rows))
            asked, vocabularies = held_out(config.task, "test", _ASKED), config.task.vocabularies
            outputs = free_run(trainer.model, [one.source for one in asked], vocabularies)
            targets = [one.target for one in asked]
            rows.append({
                "encoder": "self-attention" if kind == OWN_ENCODER else kind, _RIGHT: _share(outputs, targets),
                _OTHER: _share(outputs, [*targets[1:], targets[0]]),
                "parameters": sum(one.numel() for one in trainer.model.encoder.parameters()),
            })  # fmt: skip
        effect = min(float(row[_RIGHT] or 0) for row in rows)
        return Measured(effect, max(float(row[_OTHER] or 0) for row in rows), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where one of them learns nothing."""
        shows = [one.effect >= 0.9 and one.baseline <= 0.3 for one in found]
        return judged(shows, [one.effect <= one.baseline for one in found])


def _config(kind: str, seed: int, last: int) -> ExperimentConfig:
    return ExperimentConfig.from_dict({
        "task": {"name": "reverse"},
        "model": {"name": "transformer", "layers": 2, "heads": 2, "width": 48, "encoder": kind},
        "training": {
            "batch_size": 32, "learning_rate": 3e-3, "warmup": 50, "evaluate_on": 1, "record_every": 0, "steps": last,
            "evaluate_every": last,
        },
        "seed": seed,
    })  # fmt: skip


def _share(outputs: Sequence[Sequence[str]], targets: Sequence[Sequence[str]]) -> float:
    """Of the targets' tokens, those that stand at their place in the output."""
    right = sum(a == b for output, target in zip(outputs, targets) for a, b in zip(output, target))
    return right / sum(map(len, targets))
