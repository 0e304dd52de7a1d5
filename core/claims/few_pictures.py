"""How many pictures a prior is worth: convolutions and self-attention over patches, learned from 50 and up to 1,200 digits.

A convolution is built to know that neighbors belong together and that it does not matter where; attention has to learn it, and needs
pictures for that. Both learn as many steps from the first pictures of the same order (training.labelled), and are judged on pictures
that neither ever learns from. The digits are in the order of their writers, so most of those are by other hands.

The paper's crossover (Dosovitskiy et al. 2021, section 4.3) lies at hundreds of millions of pictures. Nothing is said of one here
unless curves cross in this very run.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import fmean

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.set_training import network_of
from core.data.vector_sets import SetExample
from core.language import mark
from core.runs.set_config import SetConfig
from core.tasks.digit_pictures import DigitPictures
from core.training.set_trainer import judge

SIZES = (50, 100, 200, 400, 800, 1200)  # pictures to learn from
FEW, MANY = 200, 800  # up to so many, and from so many on
GAIN = 0.02
NETWORKS = {"convolutions": "convolution", "self-attention": "attention"}  # by what a row calls each
_CONVOLUTIONS, _ATTENTION = NETWORKS
_STEPS = 300


class FewPictures(AbstractClaim):
    """Accuracy over the number of pictures learned from, for both."""

    name = "few_pictures"
    lecture = (16,)
    statement = "The fewer pictures there are to learn from, the more the convolution's prior is worth"
    source = "Dosovitskiy et al. 2021, section 4.3, arXiv:2010.11929"
    effect_is = mark(
        "pictures right, convolutions less self-attention, mean over up to {few} pictures to learn from", few=FEW
    )
    baseline_is = mark("the same, from {many} on", many=MANY)
    unit = "share of pictures"
    rule = mark(
        "shown when with every seed convolutions are ahead by {gain} more with few pictures than with many", gain=GAIN
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train both on every number of pictures, one after the other."""
        rows, cells = list[Row](), [(size, name) for size in SIZES for name in NETWORKS]
        task = DigitPictures()
        held = judged_on(task)
        for at, (size, name) in enumerate(cells):
            config = SetConfig.preset(task.name, NETWORKS[name]).changed({"seed": seed, "training.steps": _STEPS})
            config = replace(config, task=task, training=replace(config.training, labelled=size))
            training = network_of(config, budget)
            while True:
                try:
                    share = next(training)
                except StopIteration as done:
                    found = judge(done.value, held)
                    break
                yield Progress((at + share) / len(cells), tuple(rows))
            rows.append({"network": name, "pictures": size, "accuracy": found.right, "asked": found.asked})
            yield Progress((at + 1) / len(cells), tuple(rows))
        return Measured(lead(rows, SIZES[: SIZES.index(FEW) + 1]), lead(rows, SIZES[SIZES.index(MANY) :]), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where few pictures serve attention better by as much."""
        return judged(
            [one.effect >= one.baseline + GAIN for one in found], [one.effect <= one.baseline - GAIN for one in found]
        )


def judged_on(task: DigitPictures) -> list[SetExample]:
    """Pictures that no size learns from: those of both held-out splits, and what the largest size leaves over."""
    return [*task.some("train")[max(SIZES) :], *task.some("validation"), *task.some("test")]


def crossing(rows: Sequence[Row]) -> tuple[int, int] | None:
    """Between which numbers of pictures the mean curves change places for good, convolutions ahead before; None where they do not.

    For good: self-attention is not behind at any later number that was measured.

    >>> def row(size, network, accuracy): return {"pictures": size, "network": network, "accuracy": accuracy}
    >>> ahead = [row(50, "convolutions", 0.7), row(50, "self-attention", 0.6), row(400, "convolutions", 0.8)]
    >>> crossing([*ahead, row(400, "self-attention", 0.9)]), crossing([*ahead, row(400, "self-attention", 0.8)])
    ((50, 400), None)
    """
    sizes = [size for size in SIZES if {row["network"] for row in rows if row["pictures"] == size} == set(NETWORKS)]
    leads = [lead(rows, (size,)) for size in sizes]
    for at in range(1, len(sizes)):
        if leads[at - 1] > 0 and all(lead < 0 for lead in leads[at:]):
            return sizes[at - 1], sizes[at]
    return None


def lead(rows: Sequence[Row], sizes: Iterable[int]) -> float:
    """By how much convolutions are ahead, mean over some sizes and all seeds."""
    means = {
        name: fmean(float(row["accuracy"] or 0) for row in rows if row["network"] == name and row["pictures"] in sizes)
        for name in NETWORKS
    }
    return means[_CONVOLUTIONS] - means[_ATTENTION]
