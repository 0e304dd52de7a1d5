"""Normalizers that give exact zeros: sparsemax and entmax-1.5, and at the far end the one largest score alone.

The first two lower every score by a threshold and cut at zero; the threshold makes the weights sum to one. Who stays above it
is found by sorting; given those, the threshold is a formula, and its gradient is the right one.
"""

from collections.abc import Callable

import torch
from jaxtyping import Bool, Float
from torch import Tensor

Rows = Float[Tensor, "... key"]


def sparsemax(scores: Rows) -> Rows:
    """The point of the simplex nearest to the scores: max(0, e − τ).

    Source: Martins & Astudillo 2016, algorithm 1, arXiv:1602.02068.

    Args:
        scores: −∞ where blocked; at least one score of a row is finite.

    Returns:
        Weights in [0, 1] that sum to 1; a score more than 1 below the largest has the weight 0.

    >>> sparsemax(torch.tensor([1.0, 0.5, -1.0])).tolist()
    [0.75, 0.25, 0.0]
    """
    shifted = (scores - scores.amax(dim=-1, keepdim=True).detach()).clamp(min=-2.0)  # what is below −1 is out anyway
    support = _support(shifted, _sparsemax_threshold)
    count = support.sum(dim=-1, keepdim=True)
    threshold = ((shifted * support).sum(dim=-1, keepdim=True) - 1) / count
    return (shifted - threshold).clamp(min=0)


def entmax15(scores: Rows) -> Rows:
    """Between softmax and sparsemax, with α = 1.5: max(0, e/2 − τ)².

    Source: Peters et al. 2019, algorithm 2, arXiv:1905.05702.

    Args:
        scores: −∞ where blocked; at least one score of a row is finite.

    Returns:
        Weights in [0, 1] that sum to 1; a score more than 2 below the largest has the weight 0.

    >>> entmax15(torch.tensor([1.0, -2.0])).tolist()
    [1.0, 0.0]
    """
    shifted = ((scores - scores.amax(dim=-1, keepdim=True).detach()) / 2).clamp(min=-2.0)
    support = _support(shifted, _entmax_threshold)
    count = support.sum(dim=-1, keepdim=True)
    mean = (shifted * support).sum(dim=-1, keepdim=True) / count
    spread = ((shifted - mean).square() * support).sum(dim=-1, keepdim=True)
    threshold = mean - ((1 - spread) / count).sqrt()
    return (shifted - threshold).clamp(min=0).square()


def largest(scores: Rows) -> Rows:
    """All weight on the largest score, the first of equals: hard attention without chance.

    A step has no gradient; going back, softmax stands in for it. Source: of attention to one place, Xu et al. 2015,
    section 4.1, arXiv:1502.03044, who draw it; of the stand-in (straight-through), Bengio et al. 2013, arXiv:1308.3432.

    Args:
        scores: −∞ where blocked; at least one score of a row is finite.

    Returns:
        A single 1 in every row.

    >>> largest(torch.tensor([0.5, 2.0, 2.0])).tolist()
    [0.0, 1.0, 0.0]
    """
    soft = scores.softmax(dim=-1)
    one = torch.zeros_like(scores).scatter(-1, scores.argmax(dim=-1, keepdim=True), 1.0)
    return one + (soft - soft.detach())


@torch.no_grad()
def _support(shifted: Rows, thresholds: Callable[[Rows, Rows], Rows]) -> Bool[Tensor, "... key"]:
    """Which scores stay above the threshold: the largest k for the last k whose own threshold lies below its score."""
    ordered = shifted.sort(dim=-1, descending=True).values
    count = torch.arange(1, ordered.shape[-1] + 1, dtype=ordered.dtype)
    candidates = thresholds(ordered, count)
    last = (ordered > candidates).sum(dim=-1, keepdim=True) - 1
    return shifted > candidates.gather(-1, last)


def _sparsemax_threshold(ordered: Rows, count: Rows) -> Rows:
    """The threshold if just the first k were above it, for every k."""
    return (ordered.cumsum(dim=-1) - 1) / count


def _entmax_threshold(ordered: Rows, count: Rows) -> Rows:
    """Likewise: the mean of the first k, less what makes their squares sum to one."""
    mean = ordered.cumsum(dim=-1) / count
    spread = ordered.square().cumsum(dim=-1) - count * mean.square()
    return mean - ((1 - spread) / count).clamp(min=0).sqrt()
