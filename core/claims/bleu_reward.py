"""BLEU is not differentiable, so use reinforcement learning: what that gives, and what it does not.

A small Transformer learns to reverse, by cross-entropy, from references in which a quarter of the tokens are wrong. Then, from
these weights and on the same batches, it goes on in three ways for equally many steps: with cross-entropy, self-critical on
sentence BLEU, and by minimum risk. Measured on right references: what drawn outputs are worth (the expected BLEU, which is what
a policy gradient raises), what the greedy one is worth, and the cross-entropy, on right references and on such as were trained
on.

What to expect is written in the references: cross-entropy learns their errors too, with their probabilities, so its draws are
wrong as often as they are. A reward only asks which outputs agree with references more; it makes the model surer, and its
cross-entropy on noisy references worse. The greedy output was right before and cannot gain.
"""

from collections.abc import Sequence

import torch

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import steps
from core.data.batch import collate
from core.data.noise import Noised
from core.data.stream import Stream
from core.language import mark
from core.models.seq2seq import Seq2Seq
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.runs.reward_pair import CROSS_ENTROPY, REWARDED, Look, RewardPair, Side, pair_config
from core.training.events import StepDone
from core.training.likelihood import Likelihood

_NOISE, _BEFORE, _STEPS, _RATE = 0.25, 350, 100, 1e-3
_OBJECTIVES = ("self_critical", "minimum_risk")
_MEASURED = 200  # references
_GAP = 0.05  # of expected BLEU, as a share


class BleuReward(AbstractClaim):
    """A training with cross-entropy, then two pairs from its weights."""

    name = "bleu_reward"
    lecture = (41,)
    statement = "BLEU cannot be differentiated; with a policy gradient a model is trained on it all the same"
    source = "Lee 2021, Transformer; Ranzato et al. 2016, arXiv:1511.06732; Rennie et al. 2017, arXiv:1612.00563"
    effect_is = mark(
        "expected sentence BLEU after {steps} self-critical steps, references a quarter wrong", steps=_STEPS
    )
    baseline_is = "the same after as many more steps of cross-entropy, from the same weights on the same batches"
    unit = "share"
    rule = mark(
        "shown when with every seed self-critical training and minimum risk both end at least {gap:g} above more "
        "cross-entropy in expected BLEU; contradicted when with every seed both end below it. The greedy output "
        "is reported and not promised",
        gap=_GAP,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train once, then go on in three ways."""
        before = _config(seed, steps(_BEFORE, budget))
        examples = Examples.of(before.task)
        trainer = trainer_of(before, examples)
        trainer.stream = Stream(Noised(before.task, _NOISE), before.training.batch_size, before.seeds)
        for event in trainer.events():
            if isinstance(event, StepDone) and event.step % 25 == 0:
                yield Progress(0.4 * event.step / before.training.steps)
        rows: list[Row] = []
        for at, name in enumerate(_OBJECTIVES):
            config = pair_config(before, name, "bleu", seed, steps(_STEPS, budget), _RATE)
            last = config.training.steps
            pair = RewardPair(config, trainer.model.state_dict(), examples, _NOISE, every=last)
            while not pair.done:
                pair.advance()
                if pair.step % 10 == 0:
                    yield Progress(0.4 + 0.3 * (at + pair.step / last), tuple(rows))
            if not rows:
                rows.append(_row("before", pair.sides[REWARDED].looks[0], _noisy_loss(trainer.model, before)))
                rows.append(_after(CROSS_ENTROPY, pair.sides[CROSS_ENTROPY], before))
            rows.append(_after(name, pair.sides[REWARDED], before))
        return Measured(_expected(rows, "self_critical"), _expected(rows, CROSS_ENTROPY), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        gains = [
            [_expected(one.rows, name) - _expected(one.rows, CROSS_ENTROPY) for name in _OBJECTIVES] for one in found
        ]
        return judged([min(gain) >= _GAP for gain in gains], [max(gain) < 0 for gain in gains])


def _config(seed: int, count: int) -> ExperimentConfig:
    return ExperimentConfig.from_dict({
        "task": {"name": "reverse", "alphabet": 12, "shortest": 8, "longest": 8},
        "model": {"name": "transformer", "layers": 1, "heads": 4, "width": 48, "positions": "learned", "longest": 64},
        "training": {"steps": count, "batch_size": 32, "learning_rate": 3e-3, "warmup": 20, "beta2": 0.95,
                     "evaluate_every": 1_000_000, "evaluate_on": 1, "record_every": 0},
        "seed": seed,
    })  # fmt: skip


def _after(name: str, side: Side, before: ExperimentConfig) -> Row:
    return _row(name, side.looks[-1], _noisy_loss(side.trainer.model, before))


def _row(name: str, look: Look, noisy: float) -> Row:
    return {
        "training": name, "expected BLEU": look.expected, "greedy BLEU": look.greedy, "corpus BLEU": look.bleu,
        "cross-entropy": look.loss, "cross-entropy, wrong references": noisy,
    }  # fmt: skip


@torch.no_grad()
def _noisy_loss(model: Seq2Seq, config: ExperimentConfig) -> float:
    """The cross-entropy of references like those that were trained on."""
    chance, noised = config.seeds.random("wrong references"), Noised(config.task, _NOISE)
    batch = collate([noised.draw("train", chance) for _ in range(_MEASURED)], *config.task.vocabularies)
    training = model.training
    model.eval()
    loss = float(Likelihood()(model, batch, 1).terms["likelihood"])
    model.train(training)
    return loss


def _expected(rows: Sequence[Row], name: str) -> float:
    return float(next(row["expected BLEU"] or 0.0 for row in rows if row["training"] == name))
