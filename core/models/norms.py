"""Norms: what keeps the size of states in bounds. Layer and RMS norm look at one token; batch and power norm at a batch.

Every kind is made with (width) and called with (states, valid). Padding is no data: pads count in no statistic, neither
forward nor backward. What a norm of batches has gathered is in its buffers, so a checkpoint resumes exactly.

Sources: Ba et al. 2016, arXiv:1607.06450 (layer); Zhang & Sennrich 2019, arXiv:1910.07467 (RMS); Ioffe & Szegedy 2015,
arXiv:1502.03167 (batch); Shen et al. 2020, arXiv:2003.07845 (power, core/models/power_norm.py).
"""

import torch
from torch import Tensor, nn

from core.models.norm import EPS, AbstractBatchNorm, AbstractNorm, Real, Rows, Vectors
from core.models.power_norm import PowerNorm


class LayerNorm(nn.LayerNorm, AbstractNorm):
    """(x − μ) / √(σ² + ε) · γ + β, with mean and variance of one token's features: x and a·x + b give the same."""

    def forward(self, states: Vectors, valid: Real | None = None) -> Vectors:
        """Each token by itself."""
        normed: Tensor = super().forward(states)
        return normed


class RMSNorm(AbstractNorm):
    """x / √(mean x² + ε) · γ over one token's features: as the layer norm without centring, and without β."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, states: Vectors, valid: Real | None = None) -> Vectors:
        """Each token by itself."""
        return states * torch.rsqrt(states.square().mean(-1, keepdim=True) + EPS) * self.weight


class BatchNorm(AbstractBatchNorm):
    """(x − μ_B) / √(σ_B² + ε) · γ + β, with mean and variance of each feature over the tokens of the batch.

    Evaluation uses running ones, gathered with weight 0.1 for the newest batch.
    """

    mean: Tensor
    variance: Tensor

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("variance", torch.ones(width))

    def by_batch(self, rows: Rows) -> Rows:
        """By the batch's mean and variance."""
        return nn.functional.batch_norm(rows, self.mean, self.variance, training=True, eps=EPS)

    def by_gathered(self, states: Vectors) -> Vectors:
        """By the running mean and variance."""
        return (states - self.mean) * torch.rsqrt(self.variance + EPS)


NORMS: dict[str, type[AbstractNorm]] = {"layer": LayerNorm, "rms": RMSNorm, "batch": BatchNorm, "power": PowerNorm}
