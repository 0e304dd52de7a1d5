"""What is known without learning: the label of what is nearest, and labels that spread along edges."""

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor

from core.data.vector_sets import SetExample

_SPREADS = 100  # times that labels go one edge further
_SHARE = 0.9  # of what a node hears; the rest is what it knows


def nearest_right(
    known: Sequence[Float[Tensor, "..."]],
    train: Sequence[SetExample],
    asked: Sequence[Float[Tensor, "..."]],
    test: Sequence[SetExample],
) -> float:
    """Share of `test`, in 0…1, whose label is that of the nearest of `train` (Euclidean, one neighbor).

    Args:
        known, asked: one tensor for each of `train` and `test`, all of one size.
    """
    distances = torch.cdist(
        torch.stack([one.flatten() for one in asked]), torch.stack([one.flatten() for one in known])
    )
    labels = torch.stack([one.labels for one in train])[distances.argmin(1)]
    return float((labels == torch.stack([one.labels for one in test])).double().mean())


def spread_right(
    edges: Int[Tensor, "2 edge"], train: Int[Tensor, " node"], test: Int[Tensor, " node"], labels: int
) -> float:
    """Share of the asked nodes of `test`, in 0…1, that labels of `train` reach rightly (Zhou et al. 2004, "Learning with local and global
    consistency"): each node hears the mean of its neighbors, and keeps something of what it knows; no feature is looked at.

    Args:
        edges: who looks at whom, both ways; train, test: labels of the nodes that are known and asked, below 0 for all others.
    """
    begin = torch.zeros(len(train), labels, dtype=torch.float64)
    begin[train >= 0, train[train >= 0]] = 1.0
    degree = torch.bincount(edges[0], minlength=len(train)).clamp(min=1).double()
    scale = 1 / (degree[edges[0]] * degree[edges[1]]).sqrt()
    spread = begin.clone()
    for _ in range(_SPREADS):
        heard = torch.zeros_like(spread).index_add(0, edges[0], scale[:, None] * spread[edges[1]])
        spread = _SHARE * heard + (1 - _SHARE) * begin
    right = spread.argmax(1) == test
    return float(right[test >= 0].double().mean())
