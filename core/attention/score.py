"""A score says how well a query and a key go together: any real number, before masking and normalizing.

`prepare` does what depends on the keys alone, once per source; what it returns is kept by the caller (in a decoder's
state), never on the module.
"""

from abc import ABC, abstractmethod

from jaxtyping import Float
from torch import Tensor, nn

from core.shapes import Keys, Prepared, Scores


class AbstractScore(nn.Module, ABC):
    """The contract of every score."""

    @abstractmethod
    def prepare(self, key: Keys) -> Prepared:
        """What of the score depends on the keys alone."""

    @abstractmethod
    def forward(self, query: Float[Tensor, "batch head query dim"], prepared: Prepared) -> Scores:
        """The score of every query with every prepared key."""
