"""What every decoding engine is asked in a comparison, ours and the peers': write outputs, and say how probable some are."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from core.decoding.search import AbstractSearch
from tests.benchmarks.sizes import NEVER

Sources = Sequence[Sequence[int]]
Work = Callable[[], Any]
CLOSE = 1e-3  # Σ log p of 64 tokens differs by a twentieth of it from engine to engine


class Output(NamedTuple):
    """What an engine wrote for a source, and the sum of its log-probabilities."""

    tokens: list[int]
    logp: float


class AbstractEngine(ABC):
    """A model together with searches over it."""

    @abstractmethod
    def work(self, search: AbstractSearch, sources: Sources, steps: int) -> Work:
        """What is timed: decode all sources (numbers, <end> included) as one batch, `steps` tokens each."""

    @abstractmethod
    def outputs(self, found: Any) -> list[list[Output]]:
        """What `work` gave, read: the outputs of each source, best first."""

    @abstractmethod
    def forced(self, sources: Sources, targets: Sources) -> list[float]:
        """Σ log p of each target under its source, in one pass (teacher forcing)."""


def summed(logits: Tensor, targets: Sources) -> list[float]:
    """Σ log p of each target; logits are [batch, time, vocab] and all targets equally long.

    >>> summed(torch.zeros(1, 2, 4), [[3, 1]]) == [2 * torch.tensor(0.25).log().item()]
    True
    """
    log_probs = torch.log_softmax(logits, dim=-1).gather(2, torch.tensor(targets)[..., None])[..., 0]  # batch time
    return log_probs.sum(dim=1).tolist()


def assert_agree(
    one: AbstractEngine, other: AbstractEngine, search: AbstractSearch, sources: Sources, steps: int
) -> None:
    """Both write `steps` tokens, as many outputs, and each finds the other's as probable as that one says.

    Tokens are not compared here: where two continuations are equally probable up to rounding, either is right.
    """
    written = [engine.outputs(engine.work(search, sources, steps)()) for engine in (one, other)]
    assert [len(outputs) for outputs in written[0]] == [len(outputs) for outputs in written[1]]
    for outputs, judge in zip(written, (other, one)):
        assert all(len(output.tokens) == steps and output.logp > NEVER for each in outputs for output in each)
        best = [each[0] for each in outputs]
        judged = judge.forced(sources, [output.tokens for output in best])
        worst = max(abs(said - output.logp) for said, output in zip(judged, best))
        assert worst < CLOSE, f"the engines compute different functions: Σ log p of an output differs by {worst:.1e}"
