"""Normalizers turn scores into weights. Blocking comes before, in one place: `block`.

A key that a query may not look at has the score −∞ and the weight exactly 0; a query that may look at no key has
weights that are all 0, never NaN, and gives no gradient.
"""

from collections.abc import Callable

import torch
from jaxtyping import Bool
from torch import Tensor

from core.errors import ShapeError
from core.shapes import Mask, Scores, Weights

Normalizer = Callable[[Scores, Mask | None], Weights]


def block(scores: Scores, mask: Bool[Tensor, "..."] | None) -> Scores:
    """Scores with −∞ wherever the mask forbids to look.

    Raises:
        ShapeError: the mask does not broadcast to the scores.
    """
    if mask is None:
        return scores
    try:
        return scores.masked_fill(~mask, -torch.inf)
    except RuntimeError as error:
        raise ShapeError(
            f"mask {tuple(mask.shape)} does not broadcast to scores {tuple(scores.shape)}; "
            "expected [batch, head, query, key] with 1 where shared"
        ) from error


def softmax(scores: Scores, mask: Mask | None = None) -> Weights:
    """Exponentials that sum to one over the keys.

    Args:
        scores: already blocked.
        mask: the mask they were blocked with, to find queries without any key.

    Returns:
        Weights in [0, 1]; a row sums to 1, or is all 0 where every key is masked.

    >>> mask = torch.tensor([[[[True, True, False], [False, False, False]]]])
    >>> softmax(block(torch.zeros(1, 1, 2, 3), mask), mask).tolist()
    [[[[0.5, 0.5, 0.0], [0.0, 0.0, 0.0]]]]
    """
    if mask is None:
        return scores.softmax(dim=-1)
    empty = ~mask.any(dim=-1, keepdim=True)
    if not empty.any():
        return scores.softmax(dim=-1)
    # softmax of −∞ alone is NaN, forward and backward: such a row is computed on zeros and then erased
    return scores.masked_fill(empty, 0.0).softmax(dim=-1).masked_fill(empty, 0.0)


NORMALIZERS: dict[str, Normalizer] = {"softmax": softmax}
