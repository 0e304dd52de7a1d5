"""发财, once to four times: a speaker that never heard a short utterance, for each way to find its place in the text.

What is trained on has four to six words, some of them one word again and again; asked for is every word of it once, twice,
three and four times. The lecture's system knew few short utterances, this one none. Contents alone (Bahdanau et al. 2015) are
what the lecture's system had; the table has the cures beside it: earlier weights (location), going forward only (monotonic,
mocha), and guided attention for each of them. Same speech, same batches, same steps. How many words are right says a
recognizer that hears the sound alone (core/training/spoken_ladder.py).
"""

from collections.abc import Sequence

import numpy as np

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import steps
from core.models.speaker_settings import SpeakerSettings
from core.seeds import Seeds
from core.training.spoken_ladder import RUNGS, WORDS, Ladder, LadderPlan, Rung, corpus_of

SPEAKERS = tuple(
    (alignment, guidance) for alignment in ("content", "location", "monotonic", "mocha") for guidance in (0.0, 5.0)
)
_STEPS, _UTTERANCES = 800, 256
_SHARES = 20  # of a training, between which one may look in


class SpokenLadder(AbstractClaim):
    """Words said right four times and once, by a speaker with contents alone."""

    name = "ladder"
    statement = "Who learned to speak without short utterances says 发财 four times well and once badly"
    source = "Lee 2021, Transformer; the speaker after Wang et al. 2017, arXiv:1703.10135"
    effect_is = "words said right four times, contents alone, no guidance"
    baseline_is = "the same, said once"
    unit = "share of words"
    rule = "shown when at least half of the words are right four times, and at least 0.25 fewer once"

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train a speaker for each alignment with and without guidance; with less budget fewer words are asked for."""
        seeds, rows = Seeds(seed), list[Row]()
        words = WORDS[: max(1, round(len(WORDS) * min(1.0, budget)))]
        plan = LadderPlan(utterances=max(8, round(_UTTERANCES * min(1.0, budget))), steps=steps(_STEPS, budget))
        corpus = corpus_of(plan, seeds)
        for at, (alignment, guidance) in enumerate(SPEAKERS):
            own = LadderPlan(**{**plan.to_dict(), "guidance": guidance})
            ladder = Ladder(own, SpeakerSettings(alignment=alignment, reduction=5), corpus, seeds)
            while not ladder.done:
                ladder.go_on(0.0)
                if len(ladder.losses) % max(1, plan.steps // _SHARES) == 0:
                    yield Progress((at + len(ladder.losses) / plan.steps) / len(SPEAKERS), tuple(rows))
            said = ladder.rungs(words)
            rows += [_row(alignment, guidance, [one for one in said if one.times == times]) for times in RUNGS]
            yield Progress((at + 1) / len(SPEAKERS), tuple(rows))
        shares = {row["times"]: float(row["right"] or 0) for row in rows[: len(RUNGS)]}
        return Measured(shares[4], shares[1], tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where once is at least as good."""
        shows = [one.effect >= 0.5 and one.effect - one.baseline >= 0.25 for one in found]
        return judged(shows, [one.effect <= one.baseline for one in found])


def _row(alignment: str, guidance: float, rungs: Sequence[Rung]) -> Row:
    """One rung of one speaker, over all words."""

    def mean(values: Sequence[float]) -> float:
        return float(np.mean(values))

    return {
        "alignment": alignment,
        "guidance": guidance,
        "times": rungs[0].times,
        "words": len(rungs),
        "right": mean([one.right for one in rungs]),
        "counted": mean([one.heard[1] == one.times for one in rungs]),
        "ended": mean([one.stopped for one in rungs]),
        "length": mean([one.length for one in rungs]),
        "distance": mean([one.distance for one in rungs]),
        "发财 heard": f"{rungs[0].heard[0]} ×{rungs[0].heard[1]}",
    }
