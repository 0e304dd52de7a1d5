"""Entropy of attention: how widely a query spreads its weights.

H = −Σ w log w in nats: 0 where all weight is on one key, log n where n keys get the same. Rows of different length become
comparable as a share of log n, with n the keys the query may look at. Only a distribution has an entropy: a row of weights
that do not sum to one, or of which some are negative, is given none (nan), and so is the share where there is no choice
(n = 1).

Source: Ghader & Monz 2017, section 5, arXiv:1710.03348.
"""

import numpy as np
from jaxtyping import Bool, Float

NEAR_ONE = 1e-4


def entropy(weights: Float[np.ndarray, "head query key"]) -> Float[np.ndarray, "head query"]:
    """Entropy of every row, in nats, between 0 and log keys; nan for a row that is no distribution.

    >>> entropy(np.array([[[0.5, 0.5, 0.0], [0.5, 0.2, 0.0]]])).round(3).tolist()
    [[0.693, nan]]
    """
    sure = weights.astype(np.float64)
    logs = np.log(np.where(sure > 0, sure, 1.0))
    spread = np.maximum(-(sure * logs).sum(axis=-1), 0.0)
    distribution = (abs(sure.sum(axis=-1) - 1.0) <= NEAR_ONE) & (sure >= -NEAR_ONE).all(axis=-1)
    return np.where(distribution, spread, np.nan)


def entropy_share(
    weights: Float[np.ndarray, "head query key"], allowed: Bool[np.ndarray, "head query key"]
) -> Float[np.ndarray, "head query"]:
    """Entropy of every row over log n, in 0…1; nan where there is no distribution or no choice.

    Args:
        allowed: True for keys that the query may look at; n is their number.

    >>> weights = np.array([[[0.5, 0.5, 0.0]]])
    >>> entropy_share(weights, weights > 0).tolist(), entropy_share(weights, weights >= 0).round(3).tolist()
    ([[1.0]], [[0.631]])
    """
    most = np.log(np.maximum(allowed.sum(axis=-1), 1))
    share = entropy(weights) / np.where(most > 0, most, np.nan)
    return np.minimum(share, 1.0)
