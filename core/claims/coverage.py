"""Coverage: who hears where it has looked, and pays for looking twice, repeats itself less.

Two pointer-generators are trained from one seed on the same batches to sort numbers: a plain one, and one whose attention
has the coverage alignment and whose loss the coverage term. No number stands twice in a source, so every one that is
written twice is a repetition. It is counted on held-out sources of the greatest length, running free, again and again
while both learn, because small decoders repeat themselves on the way and hardly at the end.
"""

from collections.abc import Sequence
from dataclasses import replace

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import steps
from core.data.batch import Example
from core.runs.copying_race import WRITERS, Apprentice, CopyingRace
from core.tasks.sorting_points import SortingPoints
from core.tasks.task import held_out
from core.training.evaluation import free_run

_NAMES = ("pointer_generator", "coverage")
_STEPS, _LOOKS, _EACH = 300, 4, 60  # training steps; how often it is counted, evenly; sources
_LENGTH = SortingPoints().longest


class Coverage(AbstractClaim):
    """A pair of decoders, and how often each says a number again."""

    name = "coverage"
    lecture = (37,)
    statement = "A decoder that keeps book of where it has looked repeats itself less"
    source = "See et al. 2017, section 2.3, arXiv:1704.04368"
    effect_is = "share of numbers that were written before, with coverage, mean while it learns"
    baseline_is = "the same without, trained on the same batches"
    unit = "share of written numbers"
    rule = (
        "shown when with every seed the share of repeated numbers is at most half as large with coverage; contradicted when "
        "with every seed it is larger"
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train the pair, and count on the way."""
        last = steps(_STEPS, budget)
        race = CopyingRace("sortpoints", seed, last, _NAMES)
        task = replace(SortingPoints(), shortest=_LENGTH, longest=_LENGTH)
        examples, rows = held_out(task, "test", _EACH), list[Row]()
        looks = {max(1, last * at // _LOOKS) for at in range(1, _LOOKS + 1)}
        while not race.done:
            race.advance()
            if race.step in looks:
                rows += [_counted(name, one, examples) for name, one in race.apprentices.items()]
            if race.step % 10 == 0:
                yield Progress(race.step / last, tuple(rows))
        without, covering = (
            [float(row["repeated"] or 0) for row in rows if row["decoder"] == WRITERS[name].title] for name in _NAMES
        )
        return Measured(sum(covering) / len(covering), sum(without) / len(without), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        return judged(
            [one.baseline > 0 and 2 * one.effect <= one.baseline for one in found],
            [one.effect > one.baseline for one in found],
        )


def _counted(name: str, one: Apprentice, examples: Sequence[Example]) -> Row:
    model, task = one.trainer.model, one.config.task
    outputs = free_run(model, [example.source for example in examples], task.vocabularies)
    model.train()
    written = sum(map(len, outputs))
    again = sum(len(output) - len(set(output)) for output in outputs)
    right = sum(tuple(output) == example.target for output, example in zip(outputs, examples))
    return {
        "decoder": WRITERS[name].title, "step": one.trainer.step, "repeated": again / max(1, written),
        "exact": right / len(examples), "loss": one.losses[-1],
    }  # fmt: skip
