"""Performer: softmax attention approximated by random features, in time linear in the length.

    exp(q·k / √d) = E[φ(q)·φ(k)],   φ(x) = exp(ω·x − ‖x‖²/2) / √m  with x = q / d^¼ and ω ~ N(0, 1)

Source: Choromanski et al. 2021, arXiv:2009.14794 (FAVOR+): positive features, and ω in orthogonal groups. The error falls
as 1/√m, slowly. The exponents are shifted so that nothing overflows: those of a query by their own largest, those of all keys of a
head by the largest among them. Both shifts cancel in the weights, up to rounding. Where a query looks back only, keys are shifted by
what no key can exceed, ‖ω‖²/2 of the longest ω: a later key must not decide how an earlier one is rounded. Keys far longer than
usual (‖k‖ above some 25 d^¼) then count nothing in single precision.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from core.attention.implicit import Queries, Real
from core.attention.linear import AbstractKernelAttention, KeyFeatures, QueryFeatures
from core.shapes import Heads, Keys

Directions = Float[Tensor, "feature dim"]
Exponents = Float[Tensor, "batch head time feature"]


class Performer(AbstractKernelAttention):
    """Attention by positive random features.

    Args:
        dim: features of a query; features: m, how many random directions.
        generator: where they come from; they are drawn once and kept with the weights.
        causal: whether a query looks at its own place and back only.
    """

    def __init__(self, dim: int, features: int, generator: torch.Generator, *, causal: bool = False) -> None:
        super().__init__(causal=causal)
        self.directions: Directions
        self.register_buffer("directions", orthogonal(features, dim, generator))

    def exponents(self, vectors: Heads) -> Exponents:
        """ω·x − ‖x‖²/2: the logarithm of √m φ(x)."""
        scaled = vectors * vectors.shape[-1] ** -0.25
        return scaled @ self.directions.T - scaled.square().sum(dim=-1, keepdim=True) / 2

    def features(self, vectors: Heads) -> Exponents:
        """φ(x) as the paper has it, not shifted: φ(q)·φ(k) is exp(q·k / √dim) on average over ω."""
        return self.exponents(vectors).exp() / math.sqrt(len(self.directions))

    def query_features(self, query: Queries) -> QueryFeatures:
        """φ(q), each query's largest scaled to 1."""
        exponents = self.exponents(query)
        return (exponents - exponents.detach().amax(dim=-1, keepdim=True)).exp()

    def key_features(self, key: Keys, real: Real | None) -> KeyFeatures:
        """φ(k), the largest of a head's real keys scaled to 1; looking back, the largest that there could be."""
        exponents = self.exponents(key)
        if self.causal:
            return (exponents - self.directions.square().sum(dim=1).max() / 2).exp()
        largest = exponents.detach()
        if real is not None:
            largest = largest.masked_fill(~real[..., None], -torch.inf)
        shift = largest.amax(dim=(-1, -2), keepdim=True)
        shift = torch.where(shift.isinf(), torch.zeros_like(shift), shift)  # nobody is real
        return (exponents - shift).clamp(max=0.0).exp()  # a pad may be larger; it counts nothing


def orthogonal(features: int, dim: int, generator: torch.Generator) -> Directions:
    """Gaussian directions, those of each group of `dim` at right angles to each other, lengths as of independent ones.

    Args:
        features, dim: how many, and of what size; generator: all chance comes from it.
    """
    groups = []
    for _ in range(math.ceil(features / dim)):
        drawn = torch.randn(dim, dim, generator=generator, dtype=torch.float64)
        turned, triangle = torch.linalg.qr(drawn)
        groups.append((turned * triangle.diagonal().sign()).T)  # the signs make every rotation as likely
    lengths = torch.randn(features, dim, generator=generator, dtype=torch.float64).norm(dim=1, keepdim=True)
    return (torch.cat(groups)[:features] * lengths).to(torch.get_default_dtype())
