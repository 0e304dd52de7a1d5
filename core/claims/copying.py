"""A decoder that copies says names it has never seen; one that only generates has no word for them.

Three decoders of one size are trained from one seed on the same batches of small talk: a plain one, a pointer-generator
and CopyNet. Then each answers held-out sentences with names of the training, all in the vocabulary, and with names that
stand in no vocabulary and in no training example. An answer counts where it is right to the last word.
"""

from collections.abc import Sequence
from random import Random

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import steps
from core.data.batch import Example
from core.language import mark
from core.runs.copying_race import WRITERS, CopyingRace
from core.tasks.task import AbstractTask

_NAMES = ("plain", "pointer_generator", "copynet")
_STEPS, _EACH = 300, 60  # training steps; sentences of each kind
_MOST, _LEAST = 0.05, 0.9  # what the plain decoder may, and a copying one must answer of unseen names
_SAID = 0.5  # what the plain decoder must answer of known ones, to have learned the sentences


class Copying(AbstractClaim):
    """Three decoders on names they know and on names nobody has seen."""

    name = "copying"
    lecture = (37, 23)
    statement = "A decoder that copies takes up names it has never seen; one that only generates cannot"
    source = "Gu et al. 2016, arXiv:1603.06393; See et al. 2017, arXiv:1704.04368"
    effect_is = "sentences with unseen names that a pointer-generator answers exactly"
    baseline_is = "the same of a plain decoder, trained on the same batches"
    unit = "share of sentences"
    rule = mark(
        "shown when with every seed the pointer-generator and CopyNet answer at least {least:.0%} of the "
        "sentences with unseen names and of those with known ones, and the plain decoder at most {most:.0%} with "
        "unseen, but at least {said:.0%} with known ones; contradicted when with every seed the plain decoder "
        "answers more with unseen names than the pointer-generator",
        least=_LEAST,
        most=_MOST,
        said=_SAID,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train three, then ask each twice."""
        race = CopyingRace("chat", seed, steps(_STEPS, budget), _NAMES)
        while not race.done:
            race.advance()
            if race.step % 10 == 0:
                yield Progress(race.step / race.steps)
        rows: list[Row] = []
        kinds = {"known": _known(race.task, seed), "unseen": race.held_out}
        for name, apprentice in race.apprentices.items():
            row: Row = {"decoder": WRITERS[name].title}
            for kind, examples in kinds.items():
                row[f"exact, {kind} names"] = apprentice.right(examples)
            gates = [apprentice.write(one.source) for one in race.held_out[:1]]
            row["p_gen"] = None if gates[0].p_gen is None else " ".join(f"{gate:.2f}" for gate in gates[0].p_gen)
            rows.append({**row, "loss": apprentice.losses[-1]})
        plain, pointer = (float(row["exact, unseen names"] or 0) for row in rows[:2])
        return Measured(pointer, plain, tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        return judged([_shows(one.rows) for one in found], [one.effect < one.baseline for one in found])


def _known(task: AbstractTask, seed: int) -> list[Example]:
    """Sentences with names that the vocabulary holds."""
    rng, found = Random(f"known names/{seed}"), list[Example]()
    while len(found) < _EACH:
        example = task.draw("train", rng)
        if not task.vocabularies[0].unknown(example.source):
            found.append(example)
    return found


def _shows(rows: Sequence[Row]) -> bool:
    plain, *copying = ([float(row[f"exact, {kind} names"] or 0) for kind in ("known", "unseen")] for row in rows)
    able = all(share >= _LEAST for one in copying for share in one)
    return able and plain[0] >= _SAID and plain[1] <= _MOST
