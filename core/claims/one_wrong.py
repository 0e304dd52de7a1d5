"""One wrong output spoils the rest: a decoder that was only ever fed right answers trusts the wrong one.

A GRU learns with teacher forcing to tell a hidden state from noisy reports. Then one wrong token is put into its output, and it
writes on: how much of what follows is right, and how much where the token was the right one? The cure is another claim
(scheduled_sampling).
"""

from collections.abc import Sequence
from dataclasses import replace

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import steps
from core.data.batch import collate
from core.language import mark
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.runs.exposed_pair import pair_config
from core.runs.wrong_word import writable
from core.seeds import Seeds
from core.tasks.task import held_out
from core.training.events import StepDone
from core.training.exposing import another, recovery
from core.training.objectives import TeacherForcing

_SENTENCES, _PLACE, _NEAR = (
    200,
    5,
    5,
)  # held-out sentences; where the wrong word stands, from 0; places behind it that are asked
_LOSS = 0.2


class OneWrong(AbstractClaim):
    """What a decoder writes behind a wrong token, and behind the right one in its place."""

    name = "one_wrong"
    lecture = (30,)
    statement = "One wrong output spoils what follows, in a decoder that has only read right ones"
    source = "Lee 2021, Transformer (error propagation); Bengio et al. 2015, arXiv:1506.03099"
    effect_is = mark("tokens right among the {near} behind a wrong one, running free", near=_NEAR)
    baseline_is = "the same behind the right one in its place"
    unit = "share of tokens"
    rule = mark(
        "shown when with every seed it is at least {loss:g} less behind a wrong one; contradicted when it is more "
        "with every seed",
        loss=_LOSS,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train, then injure."""
        config = pair_config("recurrent", seed)
        last = steps(config.training.steps, budget)
        config = replace(config, objective=TeacherForcing()).changed(
            {"training.steps": last, "training.evaluate_every": last}
        )
        trainer = trainer_of(config, Examples.of(config.task))
        for event in trainer.events():
            if isinstance(event, StepDone) and event.step % 10 == 0:
                yield Progress(event.step / last)
        words = config.task.vocabularies
        batch = collate(held_out(config.task, "test", _SENTENCES), *words)
        wrong = another(batch, _PLACE, writable(words[1]), Seeds(seed))
        hurt, whole, valid = recovery(trainer.model, batch, _PLACE, wrong)
        rows: list[Row] = []
        for at in range(valid.shape[1]):
            real = valid[:, at]
            rows.append({
                "places behind": at + 1, "behind a wrong token": float(hurt[real, at].mean()),
                "behind the right token": float(whole[real, at].mean()),
            })  # fmt: skip
        effect, baseline = (
            sum(float(row[what] or 0) for row in rows[:_NEAR]) / _NEAR
            for what in ("behind a wrong token", "behind the right token")
        )
        return Measured(effect, baseline, tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        losses = [one.baseline - one.effect for one in found]
        return judged([loss >= _LOSS for loss in losses], [loss < 0 for loss in losses])
