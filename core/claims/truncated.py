"""Truncated self-attention: where the evidence is near, a small window is as good as the whole utterance.

Frames of speech, made coarse: each frame is one of six symbols, and says the phone that is spoken only half of the time; a
phone lasts six frames. So a few neighbours tell nearly all there is to know, and what lies far away tells nothing.
That accuracy is *equal* after equal training is the point: the number of pairs that are scored is not.
"""

from collections.abc import Sequence

import torch

from core.attention.patterns import PATTERNS
from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import Labelled, accuracy, labeler, learn, steps
from core.models.transformer_settings import TransformerSettings
from core.seeds import Seeds

_PHONES, _FRAMES, _LASTS, _BATCH = 6, 100, 6, 16
_HEARD_RIGHT = 0.37  # besides one sixth of the rest by luck: 0.475 of the frames
_WINDOWS = (0, 1, 2, 4, _FRAMES - 1)
_SMALL, _ALL = 4, _FRAMES - 1
_STEPS, _RATE = 250, 3e-3


def utterances(generator: torch.Generator, batch: int = _BATCH) -> Labelled:
    """Phones of six frames each, cut at a random place, and what was heard of them."""
    phones = torch.randint(_PHONES, (batch, -(-_FRAMES // _LASTS) + 1), generator=generator)
    cut = torch.randint(_LASTS, (batch, 1), generator=generator)
    said = phones.gather(1, (torch.arange(_FRAMES) + cut) // _LASTS)
    other = torch.randint(_PHONES, said.shape, generator=generator)
    heard = torch.where(torch.rand(said.shape, generator=generator) < _HEARD_RIGHT, said, other)
    everywhere = torch.ones_like(said, dtype=torch.bool)
    return Labelled(heard, everywhere, said, everywhere)


class Truncated(AbstractClaim):
    """The same network with windows of several sizes, on the same frames."""

    name = "truncated"
    lecture = (14,)
    statement = "For speech a small window of attention is as good as the whole utterance"
    source = "Yeh et al. 2019, section 2.3, arXiv:1910.12977"
    effect_is = "frames right, a window of 4 on each side"
    baseline_is = "frames right, full attention"
    unit = "share of frames"
    rule = (
        "shown when the window of 4 is at most 0.03 worse than full attention and at least 0.1 better than no window; "
        "evidence that is far away is another task (claim window)"
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train one window after the other."""
        seeds, rows, last = Seeds(seed), list[Row](), steps(_STEPS, budget)
        held_out = utterances(seeds.generator("held out"), 64)
        for at, window in enumerate(_WINDOWS):
            settings = TransformerSettings(layers=2, heads=2, width=48, feed_forward=2, pattern="local", window=window)
            network = labeler(settings, _PHONES, _PHONES, seeds)
            for now in learn(network, utterances, seeds, last, rate=_RATE):
                if now.step % 10 == 0:
                    yield Progress((at + now.step / last) / len(_WINDOWS), tuple(rows))
            pairs = int(PATTERNS["local"].mask(_FRAMES, window).sum())
            rows.append({"window": window, "pairs scored": pairs, "accuracy": accuracy(network, held_out)})
        right = {row["window"]: float(row["accuracy"] or 0) for row in rows}
        return Measured(right[_SMALL], right[_ALL], tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where the whole utterance is much better."""
        alone = [float(one.rows[0]["accuracy"] or 0) for one in found]
        shows = [one.effect >= one.baseline - 0.03 and one.effect >= least + 0.1 for one, least in zip(found, alone)]
        return judged(shows, [one.effect < one.baseline - 0.1 for one in found])
