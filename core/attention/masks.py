"""Masks: who may look at whom. True = may attend; the shape broadcasts to batch head query key; `&` composes them.

Where keys outnumber queries, the queries are the last of the keys, as when earlier ones are cached: query i stands at
place i + keys − queries. A mask of one kind is a function here; whole patterns with a window are in patterns.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from core.devices import exact
from core.errors import SettingError, ShapeError
from core.language import tr
from core.shapes import Mask, Valid


@dataclass(frozen=True)
class Masks:
    """Masks that are composed and stay visible: a query may look where every part lets it.

    Attributes:
        parts: masks by name, in the order they were put together.
    """

    parts: Mapping[str, Mask] = field(default_factory=dict)

    def __and__(self, other: "Masks") -> "Masks":
        """Both; parts of the same name become one.

        >>> both = Masks({"past": causal(3)}) & Masks({"window": band(3, 3, 1, 1)})
        >>> list(both.parts), both.together()[0, 0].int().tolist()
        (['past', 'window'], [[1, 0, 0], [1, 1, 0], [0, 1, 1]])
        """
        own = {
            name: _both(part, other.parts[name]) if name in other.parts else part for name, part in self.parts.items()
        }
        return Masks(own | {name: part for name, part in other.parts.items() if name not in own})

    def together(self) -> Mask:
        """The conjunction of all parts; without parts nothing is forbidden.

        Raises:
            ShapeError: two parts do not broadcast.
        """
        if not self.parts:
            return torch.ones(1, 1, 1, 1, dtype=torch.bool)
        return reduce(_both, self.parts.values())


def valid_keys(valid: Valid) -> Mask:
    """Every query may look at every real key of its own item.

    >>> valid_keys(torch.tensor([[True, False]])).tolist()
    [[[[True, False]]]]
    """
    return valid[:, None, None, :]


def blocking(mask: Mask) -> Mask | None:
    """The mask, or None where it forbids nothing: blocking, and looking for queries without keys, are then left out.

    >>> blocking(torch.tensor([[[[True, True]]]])) is None
    True
    """
    return None if mask.all() else mask


def causal(queries: int, keys: int | None = None) -> Mask:
    """A query may look at keys up to its own place: key j ≤ i + keys − queries.

    >>> causal(2).int().tolist()
    [[[[1, 0], [1, 1]]]]
    >>> causal(1, 3).int().tolist()
    [[[[1, 1, 1]]]]
    """
    keys = queries if keys is None else keys
    return torch.ones(1, 1, queries, keys, dtype=torch.bool).tril(keys - queries)


def band(queries: int, keys: int, left: int, right: int) -> Mask:
    """A query may look `left` keys back and `right` keys ahead of its own place: truncated self-attention.

    The mask says what is allowed; it saves no work by itself. Source: Yeh et al. 2019, section 2.3, arXiv:1910.12977.

    Args:
        queries, keys: how many of each.
        left, right: how far, in places; 0 is the query's own place only.

    Raises:
        SettingError: a negative reach.

    >>> band(3, 3, 1, 0)[0, 0].int().tolist()
    [[1, 0, 0], [1, 1, 0], [0, 1, 1]]
    """
    _at_least(0, left=left, right=right)
    ahead = _ahead(queries, keys)
    return ((ahead >= -left) & (ahead <= right))[None, None]


def strided(length: int, stride: int) -> Mask:
    """A query may look at every `stride`-th key, counted from its own place in both directions.

    Source: Child et al. 2019, section 4.2, arXiv:1904.10509, whose second head looks so; `& causal(length)` gives the
    paper's own, which looks back only.

    Raises:
        SettingError: a stride below 1.

    >>> strided(4, 2)[0, 0].int().tolist()
    [[1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1]]
    """
    _at_least(1, stride=stride)
    return (_ahead(length, length) % stride == 0)[None, None]


def blocks(length: int, size: int) -> Mask:
    """A query may look at keys of its own block; blocks lie side by side, the last may be shorter.

    Raises:
        SettingError: a size below 1.

    >>> blocks(3, 2)[0, 0].int().tolist()
    [[1, 1, 0], [1, 1, 0], [0, 0, 1]]
    """
    _at_least(1, size=size)
    block = torch.arange(length) // size
    return (block[:, None] == block)[None, None]


def global_tokens(length: int, count: int) -> Mask:
    """The first `count` places look at all and are looked at by all; the others do not look at each other.

    Source: Zaheer et al. 2020, section 2 (BigBird's internal transformer construction), arXiv:2007.14062.

    Raises:
        SettingError: a negative count.

    >>> global_tokens(3, 1)[0, 0].int().tolist()
    [[1, 1, 1], [1, 0, 0], [1, 0, 0]]
    """
    _at_least(0, count=count)
    chosen = torch.arange(length) < count
    return (chosen[:, None] | chosen)[None, None]


def random_keys(length: int, draws: int, seed: int) -> Mask:
    """Every query may look at a few keys at random, and these back at it.

    Each place draws among those before it, so what two tokens are to each other does not depend on how far the row is
    padded. The same key may be drawn twice.

    Args:
        length: queries and keys.
        draws: keys that each place draws.
        seed: the same seed links the same places.

    Raises:
        SettingError: a negative number of draws.
    """
    _at_least(0, draws=draws)
    # drawn on the CPU, so that every device has the same links
    drawn = torch.rand(length, draws, generator=torch.Generator().manual_seed(seed), dtype=torch.float64, device="cpu")
    place = torch.arange(length)
    chance = drawn.to(exact(place.device)).to(place.device)
    links = torch.zeros(length, length, dtype=torch.bool)
    links[place[1:, None], (chance * place[:, None]).long()[1:]] = True  # the first place has nobody before it
    return (links | links.T)[None, None]


def graph(adjacency: Bool[Tensor, "..."], length: int | None = None, *, self_loops: bool = True) -> Mask:
    """A node may look at the nodes it has an edge to: row i of the adjacency says whom node i looks at.

    A node without edges and without a self-loop looks at nobody, and its weights are zeros. Source: Veličković et al.
    2018, section 2.1, arXiv:1710.10903, where every node also looks at itself.

    Args:
        adjacency: True where there is an edge.
        length: how many nodes the states have, to check.
        self_loops: whether every node looks at itself too.

    Raises:
        ShapeError: a matrix that is not square.
        SettingError: a graph with another number of nodes than the states have.

    >>> graph(torch.tensor([[False, True], [False, False]]))[0, 0].int().tolist()
    [[1, 1], [0, 1]]
    """
    if adjacency.dim() != 2 or adjacency.shape[0] != adjacency.shape[1]:
        raise ShapeError(
            tr(
                "adjacency {tuple} is not square; expected [node, node], True where row looks at column",
                tuple=tuple(adjacency.shape),
            )
        )
    nodes = len(adjacency)
    if length is not None and nodes != length:
        raise SettingError(
            tr(
                "a graph of {nodes} nodes cannot mask {length} tokens: give an adjacency of {length} × {length}, "
                "or {nodes} tokens",
                nodes=nodes,
                length=length,
            )
        )
    return (adjacency | torch.eye(nodes, dtype=torch.bool) if self_loops else adjacency)[None, None]


def _both(one: Bool[Tensor, "..."], other: Bool[Tensor, "..."]) -> Bool[Tensor, "..."]:
    try:
        return one & other
    except RuntimeError as error:
        raise ShapeError(
            tr(
                "masks {tuple} and {tuple2} do not broadcast; expected [batch, head, query, key] with 1 where shared",
                tuple=tuple(one.shape),
                tuple2=tuple(other.shape),
            )
        ) from error


def _ahead(queries: int, keys: int) -> Int[Tensor, "query key"]:
    """How many places key j is ahead of query i."""
    return torch.arange(keys) - (torch.arange(queries) + keys - queries)[:, None]


def _at_least(least: int, **numbers: int) -> None:
    for name, number in numbers.items():
        if number < least:
            raise SettingError(
                tr(
                    "{name}={number} is too small for this mask: choose at least {least}",
                    name=name,
                    number=number,
                    least=least,
                )
            )
