"""Positions that enter inside attention: what a query makes of where a key stands, and not only of what it is.

A kind may turn queries and keys (rotary), add to the scores (Shaw, Transformer-XL, T5, ALiBi) or to the context (Shaw).
Positions that are added to the input stand in absolute.py. Every kind is made with (heads, dim of a head) and counts
places as the position numbers that came with the tokens, never as indices in a padded row.
"""

from abc import ABC, abstractmethod
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn

from core.shapes import Bias, Heads, Places, Prepared, Weights


class AbstractRelation(nn.Module, ABC):
    """How the places of query and key enter a self-attention.

    Attributes:
        scores: the names of the scores it goes with (of SCORES); () means any.
        summary: one line for menus.
        pairwise: whether it adds something pair by pair; otherwise all of it is in the turned queries and keys.
    """

    scores: ClassVar[tuple[str, ...]] = ()
    pairwise: ClassVar[bool] = True
    summary: ClassVar[str]

    def __init__(self, heads: int, dim: int) -> None:
        super().__init__()
        self.heads, self.dim = heads, dim

    @abstractmethod
    def turn(self, vectors: Heads, places: Places) -> Heads:
        """Queries, or keys before they are prepared, each turned by its place."""

    @abstractmethod
    def bias(self, query: Heads, key: Prepared, query_places: Places, key_places: Places) -> Bias | None:
        """What is added to the scores, after scaling and before masking; None for nothing."""

    @abstractmethod
    def mix(
        self, weights: Weights, query_places: Places, key_places: Places
    ) -> Float[Tensor, "batch head query dim"] | None:
        """What is added to the context, given the weights after dropout; None for nothing."""


class NoRelation(AbstractRelation):
    """Attention that sees contents alone."""

    pairwise = False
    summary = "places are told elsewhere, or not at all"

    def turn(self, vectors: Heads, places: Places) -> Heads:
        """As they are."""
        return vectors

    def bias(self, query: Heads, key: Prepared, query_places: Places, key_places: Places) -> Bias | None:
        """Nothing."""
        return None

    def mix(
        self, weights: Weights, query_places: Places, key_places: Places
    ) -> Float[Tensor, "batch head query dim"] | None:
        """Nothing."""
        return None
