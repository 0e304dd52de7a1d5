"""How many places a target needs, guessed from the source alone: a classifier over the mean of its states.

Sources: Gu et al. 2018, arXiv:1711.02281, and Ghazvininejad et al. 2019, arXiv:1904.09324, section 3 (one class a length).
"""

from abc import ABC, abstractmethod

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.models.encoder import Memory

Counts = Int[Tensor, " batch"]
LengthLaw = Float[Tensor, "batch length"]


class AbstractLengthPredictor(nn.Module, ABC):
    """From an encoded source to log-probabilities of 0, 1, … `longest` places.

    Args:
        width: features of a state; longest: most places.
    """

    def __init__(self, width: int, longest: int) -> None:
        super().__init__()
        self.longest = longest
        self.output = nn.Linear(width, self.classes(longest))

    def forward(self, memory: Memory) -> LengthLaw:
        """The mean of the real states, classified; 0 places have the probability 0, since <end> needs one."""
        real = memory.valid[:, :, None].to(memory.states.dtype)
        pooled = (memory.states * real).sum(1) / real.sum(1)
        scores = self.placed(self.output(pooled), memory.valid.sum(1))
        return torch.log_softmax(scores.index_fill(1, torch.tensor([0]), float("-inf")), dim=-1)

    @staticmethod
    @abstractmethod
    def classes(longest: int) -> int:
        """How many there are."""

    @abstractmethod
    def placed(self, scores: Float[Tensor, "batch class"], source: Counts) -> LengthLaw:
        """Scores of the classes as scores of 0 … `longest` places, for sources of so many tokens."""


class LengthClasses(AbstractLengthPredictor):
    """A class for every number of places."""

    @staticmethod
    def classes(longest: int) -> int:
        """0 … longest."""
        return longest + 1

    def placed(self, scores: Float[Tensor, "batch class"], source: Counts) -> LengthLaw:
        """They are in place."""
        return scores


class DifferenceClasses(AbstractLengthPredictor):
    """A class for every difference between target and source, both with their <end>: what is learned of one length holds
    for all."""

    @staticmethod
    def classes(longest: int) -> int:
        """−longest … longest."""
        return 2 * longest + 1

    def placed(self, scores: Float[Tensor, "batch class"], source: Counts) -> LengthLaw:
        """Moved by the length of the source; a source longer than all places counts as that long."""
        counts = torch.arange(self.longest + 1)[None, :]
        moved: LengthLaw = scores.gather(1, counts - source.clamp(max=self.longest)[:, None] + self.longest)
        return moved


LENGTH_HEADS: dict[str, type[AbstractLengthPredictor]] = {
    "lengths": LengthClasses,
    "differences": DifferenceClasses,
}
