"""Masks: who may look at whom. True = may attend; the shape broadcasts to batch head query key; `&` composes them."""

import torch

from core.shapes import Mask, Valid


def valid_keys(valid: Valid) -> Mask:
    """Every query may look at every real key of its own item.

    >>> valid_keys(torch.tensor([[True, False]])).tolist()
    [[[[True, False]]]]
    """
    return valid[:, None, None, :]


def causal(queries: int, keys: int | None = None) -> Mask:
    """A query may look at keys up to its own position.

    With more keys than queries the queries are the last of the keys, as when earlier ones are cached: query i may look
    at key j ≤ i + keys − queries.

    >>> causal(2).int().tolist()
    [[[[1, 0], [1, 1]]]]
    >>> causal(1, 3).int().tolist()
    [[[[1, 1, 1]]]]
    """
    keys = queries if keys is None else keys
    return torch.ones(1, 1, queries, keys, dtype=torch.bool).tril(keys - queries)
