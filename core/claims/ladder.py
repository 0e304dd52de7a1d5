"""发财, once to four times: a speaker that never heard a short utterance, for each way to find its place in the text.

What is trained on has four to six words, some of them one word again and again; asked for is every word of it once, twice,
three and four times. The lecture's system knew few short utterances, this one none. The effect is measured with the
attention that such systems have (location-aware with the sum of all weights, as in Tacotron 2); beside it are contents
alone, going forward only (monotonic, mocha), guided attention, and the cure by data: the same speaker, trained on one to
six words. Same words, same first weights, same number of steps. How many words are right says a recognizer that hears the
sound alone (core/training/spoken_ladder.py).
"""

from collections.abc import Sequence

import numpy as np

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import steps
from core.data.spoken_text import SpokenText
from core.models.speaker_settings import SpeakerSettings
from core.seeds import Seeds
from core.training.spoken_ladder import RUNGS, WORDS, Ladder, LadderPlan, Rung, corpus_of

SPEAKERS: dict[str, tuple[str, float, int]] = {  # alignment, guidance, words in the shortest utterance
    "location": ("location", 0.0, 4),
    "location, short utterances too": ("location", 0.0, 1),
    "location, guided": ("location", 5.0, 4),
    "content": ("content", 0.0, 4),
    "content, guided": ("content", 5.0, 4),
    "monotonic": ("monotonic", 0.0, 4),
    "mocha": ("mocha", 0.0, 4),
}
_STEPS, _UTTERANCES = 800, 256
_SHARES = 20  # of a training, between which one may look in


class SpokenLadder(AbstractClaim):
    """Words said right four times and once, by a speaker that learned from long utterances."""

    name = "ladder"
    lecture = (38, 22)
    statement = "Who learned to speak without short utterances says 发财 four times well and once badly"
    source = "Lee 2021, Transformer; the speaker after Wang et al. 2017, arXiv:1703.10135, and Shen et al. 2018, arXiv:1712.05884"
    effect_is = "words said right four times, location-aware, trained on four to six words"
    baseline_is = "the same, said once"
    unit = "share of words"
    rule = "shown when at least half of the words are right four times, and at least 0.25 fewer once"

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train one speaker after another; with less budget fewer words are asked for."""
        seeds, rows, share = Seeds(seed), list[Row](), min(1.0, budget)
        words = WORDS[: max(1, round(len(WORDS) * share))]
        corpora: dict[int, SpokenText] = {}
        for at, (name, (alignment, guidance, shortest)) in enumerate(SPEAKERS.items()):
            plan = LadderPlan(
                utterances=max(8, round(_UTTERANCES * share)), shortest=shortest, guidance=guidance,
                steps=steps(_STEPS, budget),
            )  # fmt: skip
            corpus = corpora[shortest] = corpora.get(shortest) or corpus_of(plan, seeds)
            ladder = Ladder(plan, SpeakerSettings(alignment=alignment, reduction=5), corpus, seeds)
            while not ladder.done:
                ladder.go_on(0.0)
                if len(ladder.losses) % max(1, plan.steps // _SHARES) == 0:
                    yield Progress((at + len(ladder.losses) / plan.steps) / len(SPEAKERS), tuple(rows))
            said = ladder.rungs(words)
            rows += [_row(name, [one for one in said if one.times == times]) for times in RUNGS]
            yield Progress((at + 1) / len(SPEAKERS), tuple(rows))
        shares = {row["times"]: float(row["right"] or 0) for row in rows[: len(RUNGS)]}
        return Measured(shares[4], shares[1], tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where once is at least as good."""
        shows = [one.effect >= 0.5 and one.effect - one.baseline >= 0.25 for one in found]
        return judged(shows, [one.effect <= one.baseline for one in found])


def _row(speaker: str, rungs: Sequence[Rung]) -> Row:
    """One rung of one speaker, over all words."""

    def mean(values: Sequence[float]) -> float:
        return float(np.mean(values))

    return {
        "speaker": speaker,
        "times": rungs[0].times,
        "words": len(rungs),
        "right": mean([one.right for one in rungs]),
        "counted": mean([one.heard[1] == one.times for one in rungs]),
        "ended": mean([one.stopped for one in rungs]),
        "length": mean([one.length for one in rungs]),
        "distance": mean([one.distance for one in rungs]),
        "发财 heard": f"{rungs[0].heard[0]} ×{rungs[0].heard[1]}",
    }
