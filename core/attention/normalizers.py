"""Normalizers turn scores into weights. Blocking comes before, in one place: `block`.

A key that a query may not look at has the score −∞ and the weight exactly 0; a query that may look at no key has
weights that are all 0, never NaN, and gives no gradient.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from core.attention.sparse import entmax15, largest, sparsemax
from core.errors import ShapeError
from core.language import mark, tr
from core.shapes import Mask, Scores, Weights

Normalizer = Callable[[Scores, Mask | None], Weights]
_TINY = 1e-6  # a sum of no positive score must not divide
_FAR = -37.0  # below it log(1 + exp e) is exp e, to the last digit of float64


@dataclass(frozen=True)
class NormalizerKind:
    """A normalizer and what it promises.

    Attributes:
        function: from blocked scores to weights.
        sums_to_one: whether every row that sees a key sums to 1; nonnegative: whether no weight is below 0.
        summary: one line for menus, with the source.
        own_gradient: whether it learns by its own gradient; where it has none, by softmax's.
    """

    function: Normalizer
    sums_to_one: bool
    nonnegative: bool
    summary: str
    own_gradient: bool = True

    def __call__(self, scores: Scores, mask: Mask | None = None) -> Weights:
        """Weights of scores that are already blocked."""
        return self.function(scores, mask)


def block(scores: Scores, mask: Bool[Tensor, "..."] | None) -> Scores:
    """Scores with −∞ wherever the mask forbids to look.

    Raises:
        ShapeError: the mask does not broadcast to the scores.
    """
    if mask is None:
        return scores
    try:
        # a sum, whose gradient costs nothing; filling costs several times as much, forward and backward
        return scores + torch.where(mask, 0.0, -torch.inf)
    except RuntimeError as error:
        raise ShapeError(
            tr(
                "mask {tuple} does not broadcast to scores {tuple2}; "
                "expected [batch, head, query, key] with 1 where shared",
                tuple=tuple(mask.shape),
                tuple2=tuple(scores.shape),
            )
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
    sees = mask.any(dim=-1, keepdim=True)
    if sees.all():
        return scores.softmax(dim=-1)
    empty = ~sees
    # softmax of −∞ alone is NaN, forward and backward: such a row is computed on zeros and then erased
    return scores.masked_fill(empty, 0.0).softmax(dim=-1).masked_fill(empty, 0.0)


def relu(scores: Scores, mask: Mask | None = None) -> Weights:
    """max(0, e): any size, no sum. Source: Shen et al. 2023, arXiv:2302.06461."""
    return scores.relu()


def relu_over_n(scores: Scores, mask: Mask | None = None) -> Weights:
    """max(0, e) / n, with n the keys that this query may look at. Source: Wortsman et al. 2023, arXiv:2309.08586.

    >>> relu_over_n(torch.tensor([[[[4.0, -1.0]]]])).tolist()
    [[[[2.0, 0.0]]]]
    """
    return scores.relu() / _allowed(scores, mask)


def relu_l1(scores: Scores, mask: Mask | None = None) -> Weights:
    """max(0, e) over its sum; a query whose scores are all negative has zeros, so rows need not sum to one."""
    positive = scores.relu()
    return positive / (positive.sum(dim=-1, keepdim=True) + _TINY)


def sigmoid(scores: Scores, mask: Mask | None = None) -> Weights:
    """σ(e − log n), each key for itself, with n the keys that this query may look at.

    Source: Ramapuram et al. 2024, arXiv:2409.04431.

    >>> sigmoid(torch.zeros(1, 1, 1, 3)).sum().item()
    0.75
    """
    return (scores - _allowed(scores, mask).log()).sigmoid()


def softplus_l1(scores: Scores, mask: Mask | None = None) -> Weights:
    """log(1 + exp e) over its sum, computed as the softmax of its logarithm: far below zero that is e itself."""
    smooth = nn.functional.softplus(scores.clamp(min=_FAR), threshold=40)
    return softmax(torch.where(scores < _FAR, scores, smooth.log()), mask)


def none(scores: Scores, mask: Mask | None = None) -> Weights:
    """The scores as they are, 0 where blocked: weights of both signs, no sum."""
    return scores if mask is None else scores.masked_fill(~mask, 0.0)


def identity_over_n(scores: Scores, mask: Mask | None = None) -> Weights:
    """e / n, with n the keys that this query may look at: attention without any non-linearity between."""
    return none(scores, mask) / _allowed(scores, mask)


def sparsemax_rows(scores: Scores, mask: Mask | None = None) -> Weights:
    """Sparsemax over the keys of every query."""
    return _zeros_where_empty(sparsemax, scores, mask)


def entmax15_rows(scores: Scores, mask: Mask | None = None) -> Weights:
    """Entmax-1.5 over the keys of every query."""
    return _zeros_where_empty(entmax15, scores, mask)


def hard(scores: Scores, mask: Mask | None = None) -> Weights:
    """A single 1 for every query, at the key with the largest score."""
    return _zeros_where_empty(largest, scores, mask)


def _zeros_where_empty(rows: Callable[[Scores], Weights], scores: Scores, mask: Mask | None) -> Weights:
    """A normalizer that needs one finite score a row: a row without is computed on zeros and then erased."""
    if mask is None:
        return rows(scores)
    empty = ~mask.any(dim=-1, keepdim=True)
    return rows(scores.masked_fill(empty, 0.0)).masked_fill(empty, 0.0) if empty.any() else rows(scores)


def _allowed(scores: Scores, mask: Mask | None) -> Float[Tensor, "#batch #head #query 1"]:
    """How many keys each query may look at, at least 1."""
    keys = scores.shape[-1]
    if mask is None:
        return scores.new_full((1, 1, 1, 1), keys)
    counted = mask.expand(*mask.shape[:-1], keys).sum(dim=-1, keepdim=True)
    return counted.clamp(min=1).to(scores.dtype)


NORMALIZERS: dict[str, NormalizerKind] = {
    "softmax": NormalizerKind(softmax, True, True, mark("exponentials that sum to one (the usual one)")),
    "relu": NormalizerKind(relu, False, True, mark("max(0, score), without any sum (Shen et al. 2023)")),
    "relu_over_n": NormalizerKind(
        relu_over_n, False, True, mark("max(0, score) / n, n = keys allowed (Wortsman et al. 2023)")
    ),
    "relu_l1": NormalizerKind(
        relu_l1, False, True, mark("max(0, score) over its sum; zeros where no score is positive")
    ),
    "sigmoid": NormalizerKind(
        sigmoid, False, True, mark("σ(score − log n), each key for itself (Ramapuram et al. 2024)")
    ),
    "softplus_l1": NormalizerKind(softplus_l1, True, True, mark("log(1 + exp score) over its sum")),
    "none": NormalizerKind(none, False, False, mark("the scores themselves, of both signs")),
    "identity_over_n": NormalizerKind(identity_over_n, False, False, mark("score / n: no non-linearity at all")),
    "sparsemax": NormalizerKind(
        sparsemax_rows, True, True, mark("nearest point of the simplex, exact zeros (Martins & Astudillo 2016)")
    ),
    "entmax15": NormalizerKind(
        entmax15_rows, True, True, mark("between softmax and sparsemax, exact zeros (Peters et al. 2019)")
    ),
    "hard": NormalizerKind(
        hard,
        True,
        True,
        mark("1 at the largest score; learns by softmax's gradient (Bengio et al. 2013)"),
        own_gradient=False,
    ),
}
