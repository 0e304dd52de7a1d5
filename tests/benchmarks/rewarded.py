"""Rewards: what a step of self-critical training costs, which decodes twice and judges, against one of cross-entropy."""

from itertools import count

import torch

from core.attention.dropout import give_chance
from core.data.batch import Batch
from core.data.stream import Stream
from core.runs.trained import load
from core.training.likelihood import Likelihood
from core.training.objective import Objective
from core.training.optimizer import OPTIMIZERS
from core.training.policy_gradient import PolicyGradient, greedy_output
from core.training.rewards import REWARDS, Judge, TaskReward
from tests.benchmarks.row import Measured, Row, times
from tests.benchmarks.training import SEEDS, Advance, in_turns, measured

BATCH = 64


def stepping(address: str, objective: Objective) -> Advance:
    """A step from the weights of a run, as the training loop does it, so small that they stay what they are."""
    model, steps = load(address).model.requires_grad_(True).train(), count(1)
    give_chance(model, torch.Generator())
    parameters = list(model.parameters())
    optimizer = OPTIMIZERS["adam"](parameters, lr=1e-9, fused=True)

    def advance(batch: Batch) -> None:
        loss = torch.stack(list(objective(model, batch, next(steps)).terms.values())).sum()
        for parameter in parameters:
            parameter.grad = None
        loss.backward()
        optimizer.step()

    return advance


def self_critical(address: str, rounds: int) -> Measured:
    """A self-critical step over one of cross-entropy: outputs as long as a trained model writes them."""
    task = load(address).config.task
    judge = Judge(TaskReward(REWARDS["bleu"], task), task.vocabularies[1])
    sides = [stepping(address, one) for one in (PolicyGradient(judge, greedy_output, 1, SEEDS), Likelihood())]
    return measured(*in_turns(sides, Stream(task, BATCH, SEEDS).batch(1), rounds))


ROWS = [
    Row("self-critical", "a step of self-critical training on sentence BLEU, demo/dates-transformer, batch 64, against cross-entropy",
        "×", 6.0, lambda share: self_critical("demo/dates-transformer", times(20, share, least=3))),
    Row("self-critical-gru", "the same of demo/pinyin-gru", "×",
        6.0, lambda share: self_critical("demo/pinyin-gru", times(20, share, least=3))),
]  # fmt: skip
