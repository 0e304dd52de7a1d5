"""Rotary positions: queries and keys are turned by angles that grow with their place; products know the distance alone.

Source: Su et al. 2021, section 3.4, arXiv:2104.09864. Pair i of features turns by p·θ_i with θ_i = 10000^(−2i/d).
Features are paired as the paper pairs them, neighbors (2i, 2i+1). Many programs pair i with i + d/2 instead; that is
the same up to an order of the features, which `halves_order` gives: weights that go from one to the other need it.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from core.attention.relation import AbstractRelation
from core.errors import SettingError
from core.language import tr
from core.shapes import Bias, Heads, Places, Prepared, Weights

_BASE = 10000.0

Vectors = Float[Tensor, "*around time dim"]
Angles = Float[Tensor, "*#around time pair"]


class Rotary(AbstractRelation):
    """q_i and k_j turned, so that q_i·k_j depends on i − j; lengths of vectors stay.

    Raises:
        SettingError: an odd number of features per head, which has no pairs.
    """

    scores = ("scaled_dot", "dot")
    pairwise = False
    summary = "queries and keys turned by their place (RoPE, Su et al. 2021)"

    def __init__(self, heads: int, dim: int) -> None:
        super().__init__(heads, dim)
        if dim % 2:
            raise SettingError(
                tr(
                    "a head of dim={dim} features has no pairs for rotary positions to turn: choose width and heads so that "
                    "width / heads is even, for instance width={heads} with heads={heads2}",
                    dim=dim,
                    heads=heads * (dim + 1),
                    heads2=heads,
                )
            )

    def turn(self, vectors: Heads, places: Places) -> Heads:
        """Each vector, turned by its place."""
        return turn_neighbors(vectors, angles(places, vectors.shape[-1], vectors.dtype)[:, None])

    def bias(self, query: Heads, key: Prepared, query_places: Places, key_places: Places) -> Bias | None:
        """Nothing: it is in the product."""
        return None

    def mix(
        self, weights: Weights, query_places: Places, key_places: Places
    ) -> Float[Tensor, "batch head query dim"] | None:
        """Nothing."""
        return None


def angles(places: Places, dim: int, dtype: torch.dtype = torch.float32) -> Float[Tensor, "#batch _ pair"]:
    """p·θ_i in radians, for each pair of `dim` features."""
    theta = _BASE ** (-torch.arange(0, dim, 2, dtype=dtype) / dim)
    return places[..., None].to(dtype) * theta


def turn_neighbors(vectors: Vectors, by: Angles) -> Vectors:
    """Features 2i and 2i+1 are a pair (the paper, GPT-J).

    >>> import torch
    >>> turn_neighbors(torch.tensor([[1.0, 0.0]]), torch.tensor([[torch.pi / 2]])).round().tolist()
    [[-0.0, 1.0]]
    """
    one, other = vectors[..., 0::2], vectors[..., 1::2]
    cosine, sine = by.cos(), by.sin()
    return torch.stack([one * cosine - other * sine, one * sine + other * cosine], dim=-1).flatten(-2)


def turn_halves(vectors: Vectors, by: Angles) -> Vectors:
    """Features i and i + dim/2 are a pair (GPT-NeoX, LLaMA)."""
    one, other = vectors.chunk(2, dim=-1)
    cosine, sine = by.cos(), by.sin()
    return torch.cat([one * cosine - other * sine, one * sine + other * cosine], dim=-1)


def halves_order(dim: int) -> Int[Tensor, " dim"]:
    """Which feature of the neighbor layout stands where in the half layout.

    >>> halves_order(6).tolist()
    [0, 2, 4, 1, 3, 5]
    """
    return torch.arange(dim).unflatten(0, (-1, 2)).T.flatten()
