"""Does a speaker need chance? Text to speech is said to be better where something is drawn while it speaks.

One speaker learns with half of what it hears of its own frames dropped. Then it says words with the dropping still on, as
Tacotron 2 does, and without. Who listens is the recognizer of the ladder (core/training/spoken_ladder.py).
"""

from collections.abc import Sequence

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import steps
from core.language import mark
from core.models.speaker_settings import SpeakerSettings
from core.seeds import Seeds
from core.training.spoken_ladder import RUNGS, WORDS, Ladder, LadderPlan, Rung, corpus_of

_STEPS, _UTTERANCES = 800, 256
_LEAD = 0.1
DRAWN, PLAIN = "with chance", "without"


class SpokenChance(AbstractClaim):
    """One speaker, with and without chance while it speaks."""

    name = "spoken_chance"
    lecture = (40, 22)
    statement = "A speaker that draws by chance while it speaks says more words right than one that does not"
    source = "Lee 2021, Transformer (text to speech needs randomness); Shen et al. 2018, section 2.2, arXiv:1712.05884"
    effect_is = mark("words said right once to {rungs} times, the prenet's dropout on", rungs=RUNGS[-1])
    baseline_is = "the same, from the same speaker without it"
    unit = "share of words"
    rule = mark(
        "shown when with every seed it is {lead:g} more with chance; contradicted when with every seed it is as "
        "much more without",
        lead=_LEAD,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train one speaker, then listen twice; with less budget fewer words are asked for."""
        seeds, share = Seeds(seed), min(1.0, budget)
        plan = LadderPlan(utterances=max(8, round(_UTTERANCES * share)), shortest=1, steps=steps(_STEPS, budget))
        ladder = Ladder(plan, SpeakerSettings(alignment="location", reduction=5), corpus_of(plan, seeds), seeds)
        while not ladder.done:
            ladder.go_on(0.0)
            if len(ladder.losses) % 10 == 0:
                yield Progress(len(ladder.losses) / plan.steps)
        words, rows, right = WORDS[: max(1, round(len(WORDS) * share))], list[Row](), dict[str, float]()
        for name, chance in {DRAWN: seeds.generator("prenet"), PLAIN: None}.items():
            said = ladder.rungs(words, chance=chance)
            rows += [_row(name, times, [one for one in said if one.times == times]) for times in RUNGS]
            right[name] = sum(one.right for one in said) / len(said)
        return Measured(right[DRAWN], right[PLAIN], tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        leads = [one.effect - one.baseline for one in found]
        return judged([lead >= _LEAD for lead in leads], [lead <= -_LEAD for lead in leads])


def _row(name: str, times: int, rungs: Sequence[Rung]) -> Row:
    return {
        "spoken": name, "times": times, "words": len(rungs), "right": sum(one.right for one in rungs) / len(rungs),
        "ended": sum(one.stopped for one in rungs) / len(rungs), "length": sum(one.length for one in rungs) / len(rungs),
        "distance": sum(one.distance for one in rungs) / len(rungs),
    }  # fmt: skip
