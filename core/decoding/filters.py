"""Filters: which tokens may be drawn. Each gives back a set of tokens that always holds the most probable one.

Sources: Fan et al. 2018 (top-k); Holtzman et al. 2020, arXiv:1904.09751 (top-p); Nguyen et al. 2024,
arXiv:2407.01082 (min-p).
"""

import numpy as np
from jaxtyping import Bool, Float

Probabilities = Float[np.ndarray, " vocab"]
Kept = Bool[np.ndarray, " vocab"]


def top_k(probabilities: Probabilities, k: int) -> Kept:
    """The k most probable tokens, exactly k: equal ones by token number; 0 keeps all.

    >>> top_k(np.array([0.2, 0.2, 0.2, 0.4]), 2).tolist()
    [True, False, False, True]
    """
    kept = np.ones(len(probabilities), dtype=bool)
    if 0 < k < len(probabilities):
        kept[:] = False
        kept[np.argsort(-probabilities, kind="stable")[:k]] = True
    return kept


def top_p(probabilities: Probabilities, p: float) -> Kept:
    """The fewest most probable tokens whose mass reaches p: one is kept while the mass before it is below p.

    >>> top_p(np.array([0.5, 0.3, 0.2]), 0.6).tolist()
    [True, True, False]
    >>> top_p(np.array([0.5, 0.3, 0.2]), 1e-8).tolist()
    [True, False, False]
    """
    if p >= 1.0:  # all of them: a sum of rounded numbers may reach 1 before the last
        return np.ones(len(probabilities), dtype=bool)
    order = np.argsort(-probabilities, kind="stable")
    ordered = probabilities[order]
    before = np.concatenate([[0.0], np.cumsum(ordered)[:-1]])
    kept = np.zeros(len(probabilities), dtype=bool)
    kept[order[before < p]] = True
    return kept


def min_p(probabilities: Probabilities, share: float) -> Kept:
    """Tokens at least `share` as probable as the most probable one.

    >>> min_p(np.array([0.6, 0.3, 0.1]), 0.5).tolist()
    [True, True, False]
    """
    return probabilities >= share * probabilities.max()
