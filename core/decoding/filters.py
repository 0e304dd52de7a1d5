"""Filters: which tokens may be drawn. Each gives back a set of tokens that is never empty.

Sources: Fan et al. 2018 (top-k); Holtzman et al. 2020, arXiv:1904.09751 (top-p); Nguyen et al. 2024,
arXiv:2407.01082 (min-p); Meister et al. 2023, arXiv:2202.00666 (typical); Hewitt et al. 2022, arXiv:2210.15191
(epsilon).
"""

import numpy as np
from jaxtyping import Bool, Float

Probabilities = Float[np.ndarray, "*slots vocab"]
Kept = Bool[np.ndarray, "*slots vocab"]


def top_k(probabilities: Probabilities, k: int) -> Kept:
    """The k most probable tokens, exactly k: equal ones by token number; 0 keeps all.

    >>> top_k(np.array([0.2, 0.2, 0.2, 0.4]), 2).tolist()
    [True, False, False, True]
    """
    kept = np.ones(probabilities.shape, dtype=bool)
    if 0 < k < probabilities.shape[-1]:
        kept[:] = False
        best = np.argsort(-probabilities, axis=-1, kind="stable")[..., :k]
        np.put_along_axis(kept, best, True, axis=-1)
    return kept


def top_p(probabilities: Probabilities, p: float) -> Kept:
    """The fewest most probable tokens whose mass reaches p: one is kept while the mass before it is below p.

    >>> top_p(np.array([0.5, 0.3, 0.2]), 0.6).tolist()
    [True, True, False]
    >>> top_p(np.array([0.5, 0.3, 0.2]), 1e-8).tolist()
    [True, False, False]
    """
    return _fewest(probabilities, -probabilities, p)


def typical(probabilities: Probabilities, p: float) -> Kept:
    """The fewest tokens of mass p whose surprise −log p is nearest to the entropy; the most probable may be left out.

    >>> typical(np.array([0.6, 0.3, 0.05, 0.05]), 0.2).tolist()
    [False, True, False, False]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        surprise = -np.log(probabilities)
        entropy = np.nansum(probabilities * surprise, axis=-1, keepdims=True)
    return _fewest(probabilities, np.abs(surprise - entropy), p)


def epsilon(probabilities: Probabilities, least: float) -> Kept:
    """Tokens of at least this probability; where there is none, the most probable one.

    >>> epsilon(np.array([0.6, 0.3, 0.1]), 0.2).tolist(), epsilon(np.array([0.4, 0.3, 0.3]), 0.5).tolist()
    ([True, True, False], [True, False, False])
    """
    kept = probabilities >= least
    best = probabilities.argmax(axis=-1)[..., None]
    np.put_along_axis(kept, best, True, axis=-1)
    return kept


def _fewest(probabilities: Probabilities, order_by: Float[np.ndarray, "*slots vocab"], p: float) -> Kept:
    """The first tokens in an order whose mass reaches p."""
    if p >= 1.0:  # all of them: a sum of rounded numbers may reach 1 before the last
        return np.ones(probabilities.shape, dtype=bool)
    order = np.argsort(order_by, axis=-1, kind="stable")
    ordered = np.take_along_axis(probabilities, order, -1)
    before = ordered.cumsum(axis=-1)
    before = np.concatenate([np.zeros_like(before[..., :1]), before[..., :-1]], axis=-1)
    kept = np.zeros(probabilities.shape, dtype=bool)
    np.put_along_axis(kept, order, before < p, axis=-1)
    return kept


def min_p(probabilities: Probabilities, share: float) -> Kept:
    """Tokens at least `share` as probable as the most probable one.

    >>> min_p(np.array([0.6, 0.3, 0.1]), 0.5).tolist()
    [True, True, False]
    """
    return probabilities >= share * probabilities.max(axis=-1, keepdims=True)
