"""Long utterances and repeated pairs, for six kinds of attention that learned to speak from one seed on the same batches.

All learn utterances of five to ten syllables, none with the same one twice in a row. Then they say held-out ones of as many,
of 16 to 20, of one to three, and every ordered pair once to four times. Attention by contents alone must tell two equal
syllables apart by what surrounds them; attention that hears where it has looked need not.
"""

from collections.abc import Mapping, Sequence

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import steps
from core.data.batch import Example
from core.language import mark
from core.runs.aligners import ALIGNERS, LONG, SHORT, STEPS, TASK, AlignerRace
from core.runs.spoken import MARGIN
from core.tasks.task import held_out
from core.training.evaluation import free_run

_ASKED = 48  # held-out utterances of each length
_LENGTHS = {"as trained": TASK, "longer": LONG, "shorter": SHORT}


class LadderKinds(AbstractClaim):
    """Shares of right outputs by kind of attention and by what was asked."""

    name = "ladder_kinds"
    lecture = (38, 22)
    statement = "Attention that hears where it has looked says longer utterances than any it was trained on"
    source = "Chorowski et al. 2015, arXiv:1506.07503; Lee 2021, Transformer"
    effect_is = mark(
        "share of utterances of {shortest} to {longest} syllables that location-aware attention says right",
        shortest=LONG.shortest,
        longest=LONG.longest,
    )
    baseline_is = "the same for attention by contents alone, from the same seed on the same batches"
    unit = "share of utterances"
    rule = mark(
        "shown when with every seed the first share is the larger one by {margin:g} at least; contradicted when "
        "with every seed it is the smaller one by as much",
        margin=MARGIN,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train six beside each other, then ask; with less budget less is asked."""
        last, share = steps(STEPS, budget), min(1.0, budget)
        race = AlignerRace(tuple(ALIGNERS), seed, last)
        while not race.done:
            race.advance()
            yield Progress(race.step / (last + 1))
        asked = {name: held_out(task, "test", max(2, round(_ASKED * share))) for name, task in _LENGTHS.items()}
        rows = [row for name in race.trainings for row in _said(name, race, asked)]
        rows += [
            _row(name, f"pairs ×{rung.times}", rung.exact, rung.onsets, last)
            for name, climbed in race.rungs(share).items()
            for rung in climbed
        ]
        effect, baseline = (_share(rows, name, "longer") for name in ("location", "content"))
        return Measured(effect, baseline, tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        gains = [one.effect - one.baseline for one in found]
        return judged([gain >= MARGIN for gain in gains], [gain <= -MARGIN for gain in gains])


def _said(name: str, race: AlignerRace, asked: Mapping[str, Sequence[Example]]) -> list[Row]:
    model, rows = race.trainings[name].trainer.model, []
    for what, examples in asked.items():
        outputs = free_run(model, [one.source for one in examples], TASK.vocabularies)
        right = sum(tuple(output) == one.target for output, one in zip(outputs, examples))
        begun = sum(map(TASK.onsets, outputs)) / sum(len(one.source) for one in examples)
        rows.append(_row(name, what, right / len(examples), begun, race.steps))
    return rows


def _row(name: str, asked: str, right: float, begun: float, trained: int) -> Row:
    return {"attention": name, "asked": asked, "right": right, "syllables_begun": begun, "steps": trained}


def _share(rows: Sequence[Row], name: str, asked: str) -> float:
    return next(float(row["right"] or 0) for row in rows if (row["attention"], row["asked"]) == (name, asked))
