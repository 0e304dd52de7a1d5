"""Guided attention finds the diagonal sooner, where there is one; where there is none it stands in the way.

Two trainings from one seed on the same batches, with and without the term of guidance, for a GRU with additive attention
and for a small Transformer: how many steps until the most diagonal head has 0.7 of its weight near the diagonal of
held-out examples? What is not aligned by the last step counts as aligned there, which favours training without
guidance. The control is reversal, whose diagonal runs the other way: with the same strength it must be learned worse.
"""

from collections.abc import Sequence

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict
from core.claims.labeling import steps
from core.language import mark
from core.runs.guided_pair import GUIDED, PLAIN, STRENGTH, GuidedPair, Side, pair_config
from core.training.aligning import ALIGNED

_PAIRS = (("speech_like", "recurrent"), ("speech_like", "transformer"), ("reverse", "recurrent"))
_EVERY = 5  # steps between two measurements
_ENOUGH = 0.9  # of the seeds


class GuidedSooner(AbstractClaim):
    """A pair of trainings on syllables, another with a Transformer, and one on reversal."""

    name = "guided"
    lecture = (38,)
    seeds = 10
    statement = (
        "Guided attention at least halves the steps until attention is aligned, and hurts where the order differs"
    )
    source = "Tachibana et al. 2018, arXiv:1710.08969; Lee 2021, Transformer"
    effect_is = mark(
        "steps until a diagonality of {aligned:g}, GRU with guidance of strength {strength:g}",
        aligned=ALIGNED,
        strength=STRENGTH,
    )
    baseline_is = "the same without guidance, from the same seed"
    unit = "steps"
    rule = (
        "shown when, of ten seeds or more, nine of ten at least have the guided GRU and the guided Transformer need at most half "
        "the steps, and with every seed guided reversal has the larger held-out loss; contradicted when with every seed guidance "
        "is later"
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train three pairs."""
        rows: list[Row] = []
        for at, (task, model) in enumerate(_PAIRS):
            config = pair_config(task, model, seed)
            last = steps(config.training.steps, budget)
            decoded = max(4, steps(config.training.evaluate_on, budget))
            pair = GuidedPair(config.changed({"training.steps": last, "training.evaluate_on": decoded}), every=_EVERY)
            while not pair.done:
                pair.advance()
                if pair.step % 25 == 0:
                    yield Progress((at + pair.step / last) / len(_PAIRS), tuple(rows))
            rows += [_row(task, model, name, side) for name, side in pair.sides.items()]
        effect, baseline = (_steps(rows, *_PAIRS[0], name) for name in (GUIDED, PLAIN))
        return Measured(effect, baseline, tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        halved = [
            all(2 * _steps(one.rows, *pair, GUIDED) <= _steps(one.rows, *pair, PLAIN) for pair in _PAIRS[:2])
            for one in found
        ]
        enough = len(found) >= self.seeds and sum(halved) >= _ENOUGH * len(found)
        if enough and all(_hurt(one.rows) for one in found):
            return "shown"
        return "contradicted" if all(one.effect > one.baseline for one in found) else "not shown"


def _row(task: str, model: str, name: str, side: Side) -> Row:
    judged, aligned = side.judged, side.aligned_at
    return {
        "task": task, "model": model, "training": name, "steps until aligned": aligned,
        "counted": side.trainer.step if aligned is None else aligned,
        "diagonality at the end": side.looks[-1].best.diagonality,
        "exact": judged.exact_match if judged else None, "held-out loss": judged.loss if judged else None,
    }  # fmt: skip


def _of(rows: Sequence[Row], task: str, model: str, name: str) -> Row:
    return next(row for row in rows if (row["task"], row["model"], row["training"]) == (task, model, name))


def _steps(rows: Sequence[Row], task: str, model: str, name: str) -> float:
    return float(_of(rows, task, model, name)["counted"] or 0)


def _hurt(rows: Sequence[Row]) -> bool:
    guided, plain = (float(_of(rows, *_PAIRS[2], name)["held-out loss"] or 0) for name in (GUIDED, PLAIN))
    return guided > plain
