"""Speech recognition, translation, translation of speech: one network, three sets of pairs.

The same small sequence-to-sequence model learns each of the three from pairs alone: noisy frames to the phones that were meant,
phones of Hokkien to Mandarin characters, and frames straight to characters, in another order. Held out are sentences. Beside it
stands an answer without learning: the target of the training sentence whose source is nearest (fewest edits).
"""

from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import steps
from core.data.batch import Example
from core.language import mark
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.runs.presets import preset_of
from core.seeds import Seeds
from core.tasks.task import AbstractTask, held_out
from core.training.evaluation import free_run
from core.training.events import StepDone

_STEPS, _ASKED, _KNOWN = 500, 100, 400  # training steps; sentences asked; training sentences to look the nearest up in
_TASKS = {
    "speech recognition": {"task.target": "phones"},
    "translation": {"task.source": "phones"},
    "speech translation": {},
}
_LEAD = 0.1


class ThreeTasks(AbstractClaim):
    """One kind of model, three tasks, and the nearest known sentence beside each."""

    name = "three_tasks"
    lecture = (20,)
    statement = "One sequence-to-sequence model learns speech recognition, translation and the translation of speech"
    source = "Lee 2021, Transformer (sequence to sequence); Weiss et al. 2017, arXiv:1703.08581"
    effect_is = "tokens of held-out sentences right, the worst of the three tasks"
    baseline_is = "the same of the nearest training sentence's target, the best of the three"
    unit = "1 − edits per token"
    rule = mark(
        "shown when with every seed the model is ahead by {lead:g} in each of the three; contradicted when with "
        "every seed it is behind in all",
        lead=_LEAD,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train one after the other."""
        rows, last = list[Row](), steps(_STEPS, budget)
        for at, (name, changes) in enumerate(_TASKS.items()):
            config = preset_of("hokkien").changed({
                **changes, "seed": seed, "training.steps": last, "training.evaluate_every": last, "training.evaluate_on": 1,
                "training.record_every": 0, "training.learning_rate": 3e-3, "training.schedule": "linear",
            })  # fmt: skip
            trainer = trainer_of(config, Examples.of(config.task))
            for event in trainer.events():
                if isinstance(event, StepDone) and event.step % 10 == 0:
                    yield Progress((at + event.step / last) / len(_TASKS), tuple(rows))
            asked = held_out(config.task, "test", _ASKED)
            outputs = free_run(trainer.model, [one.source for one in asked], config.task.vocabularies)
            nearest = _nearest(config.task, asked, seed)
            rows.append(
                {"task": name, "model": _right(outputs, asked), "nearest known sentence": _right(nearest, asked)}
            )
        effect = min(float(row["model"] or 0) for row in rows)
        return Measured(effect, max(float(row["nearest known sentence"] or 0) for row in rows), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        leads = [
            [float(row["model"] or 0) - float(row["nearest known sentence"] or 0) for row in one.rows] for one in found
        ]
        return judged([min(one) >= _LEAD for one in leads], [max(one) < 0 for one in leads])


def _nearest(task: AbstractTask, asked: Sequence[Example], seed: int) -> list[tuple[str, ...]]:
    chance = Seeds(seed).random("known sentences")
    known = [task.draw("train", chance) for _ in range(_KNOWN)]
    return [min(known, key=lambda one: Levenshtein.distance(one.source, example.source)).target for example in asked]


def _right(outputs: Sequence[Sequence[str]], asked: Sequence[Example]) -> float:
    """1 less the edits from outputs to targets, per token of the targets; not under 0."""
    edits = sum(Levenshtein.distance(output, one.target) for output, one in zip(outputs, asked))
    return max(0.0, 1 - edits / sum(len(one.target) for one in asked))
