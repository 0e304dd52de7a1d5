"""What a training minimizes: named terms whose sum is the loss."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol, runtime_checkable

from torch import Tensor, nn

from core.data.batch import Batch
from core.models.parallel_decoder import ParallelTransformer
from core.models.seq2seq import Seq2Seq

_TOKENS: Mapping[str, int] = MappingProxyType({})
Learner = Seq2Seq | ParallelTransformer  # what is trained: writes a token after the other, or all places at once


class Objectives(NamedTuple):
    """One batch weighed.

    Attributes:
        terms: parts of the loss; the loss is their sum. The likelihood is in nats per target token, penalties are factors
            without a unit.
        token_accuracy: share of target tokens predicted right under the prefix that was fed, which is the gold one unless
            the objective feeds another, or at their empty places; where outputs are drawn, the share that these have right.
        reward: mean of the outputs that were drawn, where the objective has one.
        over: how many things a term, or `token_accuracy`, is a mean over, by name, where these are not the batch's target
            tokens: what is found of parts of a batch is put together by it.
    """

    terms: dict[str, Tensor]
    token_accuracy: float
    reward: float | None = None
    over: Mapping[str, int] = _TOKENS


@runtime_checkable
class Objective(Protocol):
    """From a model and a batch to a loss."""

    def __call__(self, model: Learner, batch: Batch, step: int) -> Objectives:
        """Weigh one batch at one step."""


@runtime_checkable
class LearnsBeside(Protocol):
    """An objective that may have weights of its own: they are learned from its terms, and are no part of the model."""

    @property
    def learns(self) -> nn.Module | None:
        """What is learned beside the model; None where nothing is."""


def learned_beside(objective: Objective) -> nn.Module:
    """What an objective learns beside the model; a module without weights where it learns nothing."""
    found = objective.learns if isinstance(objective, LearnsBeside) else None
    return nn.Module() if found is None else found
