"""PowerNorm: batch norm without the mean, with running statistics forward and backward.

Batch norm fails on text because the statistics of a batch of text vary much from batch to batch. PN-V divides by the
batch's quadratic mean ψ_B, which varies less than mean and variance do. PN divides by a running ψ; the gradient through
ψ's history is not to be had, and a running mean ν of what it would be stands in for it:

    forward   x̂ = x / ψ,   y = γ·x̂ + β,   then ψ² ← α·ψ² + (1 − α)·ψ_B²
    backward  with g = ∂L/∂x̂:   ∂L/∂x = (g − ν·x̂) / ψ,   then ν ← ν·(1 − (1 − α)·Λ) + (1 − α)·Γ,
              Γ = mean(g·x̂), Λ = mean(x̂²)

Source: Shen et al. 2020, arXiv:2003.07845, algorithms 1 and 2. The authors' code differs from their paper: it adds a
layer of group scaling in front, updates ψ twice in a step of the warm-up, divides by the batch's own ψ_B in backward, and
takes pads into the means of backward. Here it is as in the paper, and pads count nowhere.
"""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import once_differentiable

from core.models.norm import EPS, AbstractBatchNorm, Rows, Vectors

_ALPHA = 0.9  # as in the paper
_WARMUP = 200  # batches; the paper's 4,000 belong to its longer trainings

Feature = Float[Tensor, " width"]


class PowerNorm(AbstractBatchNorm):
    """x / ψ · γ + β: PN-V for the first batches, PN from then on; evaluation uses the running ψ alone.

    Args:
        width: features; warmup: batches normalized by their own quadratic mean.

    Attributes:
        quadratic: ψ²; slope: ν; batches: how many have been seen in training.
    """

    quadratic: Tensor
    slope: Tensor
    batches: Tensor

    def __init__(self, width: int, warmup: int = _WARMUP) -> None:
        super().__init__(width)
        self.warmup = warmup
        self.register_buffer("quadratic", torch.ones(width))
        self.register_buffer("slope", torch.zeros(width))
        self.register_buffer("batches", torch.zeros((), dtype=torch.int64))

    def by_batch(self, rows: Rows) -> Rows:
        """PN-V while warming up, PN afterwards."""
        seen = int(self.batches) + 1
        own = rows.detach().square().mean(0)
        if seen <= self.warmup:
            normed = _BatchScaled.apply(rows, own + EPS, self.slope)
            self.quadratic.lerp_(own, 1 / seen)  # the mean of all batches so far
        else:
            normed = _RunningScaled.apply(rows, self.quadratic + EPS, self.slope)
            self.quadratic.lerp_(own, 1 - _ALPHA)
        self.batches.fill_(seen)
        return normed

    def by_gathered(self, states: Vectors) -> Vectors:
        """By the running ψ."""
        return states * torch.rsqrt(self.quadratic + EPS)


class _BatchScaled(torch.autograd.Function):
    """PN-V: its gradient is exact; ν is gathered for the time after."""

    @staticmethod
    def forward(ctx: Any, rows: Rows, quadratic: Feature, slope: Feature) -> Rows:
        root = quadratic.sqrt()
        normed = rows / root
        ctx.save_for_backward(normed, root)
        ctx.slope = slope
        return normed

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Rows) -> tuple[Rows, None, None]:
        normed, root = ctx.saved_tensors
        along = (gradient * normed).mean(0)  # Γ, which is what ν will be the running mean of
        ctx.slope.copy_(_gathered(ctx.slope, gradient, normed))
        return (gradient - along * normed) / root, None, None


class _RunningScaled(torch.autograd.Function):
    """PN: the gradient is that of algorithm 2, with ν as it was before this batch."""

    @staticmethod
    def forward(ctx: Any, rows: Rows, quadratic: Feature, slope: Feature) -> Rows:
        root = quadratic.sqrt()
        normed = rows / root
        ctx.save_for_backward(normed, root)
        ctx.slope = slope
        return normed

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Rows) -> tuple[Rows, None, None]:
        normed, root = ctx.saved_tensors
        given = (gradient - ctx.slope * normed) / root
        ctx.slope.copy_(_gathered(ctx.slope, gradient, normed))
        return given, None, None


def _gathered(slope: Feature, gradient: Rows, normed: Rows) -> Feature:
    share = (gradient * normed).mean(0)  # Γ
    size = normed.square().mean(0)  # Λ
    return slope * (1 - (1 - _ALPHA) * size) + (1 - _ALPHA) * share
