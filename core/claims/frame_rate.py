"""Sound becomes vectors: a window of 25 ms every 10 ms, so that a second has a hundred of them.

Sounds of some lengths are made, and their frames counted as the lab hears them. Beside them: windows that do not overlap.
"""

from collections.abc import Sequence

import numpy as np

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.data.audio import HOP, RATE, WINDOW, Sound, frame_count, log_mel
from core.seeds import Seeds

_SECONDS = (1, 2, 3, 5, 8)
_SAID = 100.0


class FrameRate(AbstractClaim):
    """Frames over the length of a sound, with windows that overlap and with windows side by side."""

    name = "frame_rate"
    lecture = (3,)
    statement = "Windows of 25 ms every 10 ms make a hundred vectors of every second of sound"
    source = "Lee 2021, Self-attention (speech as a set of vectors)"
    effect_is = "vectors that every further second adds, as the lab hears"
    baseline_is = "the same with windows of 25 ms side by side"
    unit = "vectors a second"
    rule = "shown when it is 100 with every seed, of windows of 25 ms, and windows side by side give fewer"

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Hear noise of every length; there is no training, and the budget changes nothing."""
        rows, chance = list[Row](), np.random.default_rng(Seeds(seed).number("noise"))
        for at, seconds in enumerate(_SECONDS, start=1):
            samples = chance.uniform(-0.5, 0.5, seconds * RATE).astype(np.float32)
            rows.append({
                "seconds": seconds, "samples": len(samples), "vectors": len(log_mel(Sound(samples, RATE))),
                "side by side": frame_count(len(samples), WINDOW, WINDOW), "window, ms": 1000 * WINDOW / RATE,
                "hop, ms": 1000 * HOP / RATE,
            })  # fmt: skip
            yield Progress(at / len(_SECONDS), tuple(rows))
        return Measured(_a_second(rows, "vectors"), _a_second(rows, "side by side"), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where another number is added."""
        right = [one.effect == _SAID and one.rows[0]["window, ms"] == 25 for one in found]
        return judged([one and found[at].baseline < _SAID for at, one in enumerate(right)], [not one for one in right])


def _a_second(rows: Sequence[Row], what: str) -> float:
    first, last = rows[0], rows[-1]
    seconds = float(last["seconds"] or 0) - float(first["seconds"] or 0)
    return (float(last[what] or 0) - float(first[what] or 0)) / seconds
