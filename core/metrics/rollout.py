"""Attention rollout: what of the input stands in a token's state after some layers, if attention were all that moves it.

A block passes half of a state on as it was (the residual) and mixes the other half by its weights: Ã = ½A + ½I, its rows
divided by their sums, and the layers multiplied: R_ℓ = Ã_ℓ R_(ℓ−1). Heads must have been averaged before. It leaves out
values, norms and the feed-forward part, so it is a picture of the wiring, not of what was computed.

Source: Abnar & Zuidema 2020, section 3.1, arXiv:2005.00928.
"""

import numpy as np
from jaxtyping import Float

from core.errors import InputError
from core.language import tr

NEAR_ONE = 1e-4  # how far a row's sum may lie from 1: single precision, summed over a long source


def rollout(
    layers: Float[np.ndarray, "layer query key"], *, residual: float = 0.5
) -> Float[np.ndarray, "layer query key"]:
    """How much of each input token each token's state holds, after every layer.

    Args:
        layers: self-attention from the first layer on, heads averaged; rows are queries and sum to one.
        residual: share of a state that is passed on as it is; 0 for blocks without a way around.

    Returns:
        For every layer, what has been rolled up to it: weights in 0…1 whose rows sum to one.

    Raises:
        InputError: rows that do not sum to one, or weights below 0: no shares, so there is nothing to roll.

    >>> rollout(np.array([[[0.0, 1.0], [0.0, 1.0]]]))[0].tolist()
    [[0.5, 0.5], [0.0, 1.0]]
    """
    rolled: list[np.ndarray] = []
    for layer in with_residual(layers, residual=residual):
        rolled.append(layer @ rolled[-1] if rolled else layer)
    return np.stack(rolled) if rolled else np.zeros_like(layers, dtype=np.float64)


def with_residual(
    layers: Float[np.ndarray, "layer query key"], *, residual: float = 0.5
) -> Float[np.ndarray, "layer query key"]:
    """(1 − residual)·A + residual·I, each row divided by its sum.

    Raises:
        InputError: as `rollout`.
    """
    check_shares(layers)
    mixed = (1.0 - residual) * layers.astype(np.float64) + residual * np.eye(layers.shape[-1])
    return mixed / mixed.sum(axis=-1, keepdims=True)


def check_shares(weights: Float[np.ndarray, "*layer query key"]) -> None:
    """Let pass weights whose rows are shares.

    Raises:
        InputError: some are below 0, or a row does not sum to one.
    """
    sums = weights.sum(axis=-1)
    if bool((weights < -NEAR_ONE).any()):
        problem = tr("weights down to {min:.3g}", min=weights.min())
    elif bool((abs(sums - 1.0) > NEAR_ONE).any()):
        problem = tr("rows that sum to {flat:.3g}", flat=sums.flat[abs(sums - 1.0).argmax()])
    else:
        return
    raise InputError(
        tr(
            "this attention has {problem}, so its rows are no shares and cannot be rolled through layers; choose a model "
            "whose weights sum to one (normalizer softmax, sparsemax or entmax15)",
            problem=problem,
        )
    )
