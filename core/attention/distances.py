"""How far a key is ahead of a query: what every relation counts in."""

from jaxtyping import Int
from torch import Tensor

from core.shapes import Places

Distances = Int[Tensor, "#batch query key"]


def ahead(query_places: Places, key_places: Places) -> Distances:
    """Key's place − query's place: negative for keys on the left. One row only where all rows say the same.

    >>> import torch
    >>> ahead(torch.tensor([[7]]), torch.tensor([[5, 6, 7], [5, 6, 7]])).tolist()
    [[[-2, -1, 0]]]
    """
    return _once(key_places)[:, None, :] - _once(query_places)[:, :, None]


def _once(places: Places) -> Places:
    return places[:1] if bool((places == places[:1]).all()) else places
