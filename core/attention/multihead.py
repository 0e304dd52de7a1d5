"""Multi-head attention: several attentions beside each other, joined by W_O.

Source: Vaswani et al. 2017, section 3.2.2, arXiv:1706.03762. The only parameters are W_q, W_k, W_v and W_o, without
offsets, as the lecture draws them. The first three are the rows of one matrix, so that who looks at itself multiplies
once: one large product costs less than three small ones.

Several heads may share their keys and values: one pair for all (multi-query, Shazeer 2019, arXiv:1911.02150) or one for a
group of neighbours (grouped-query, Ainslie et al. 2023, arXiv:2305.13245).
"""

from functools import partial
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.attention.attention import AbstractAttention, Attention
from core.attention.history import History
from core.attention.multiplicative import ScaledDotProduct
from core.attention.relation import AbstractRelation, NoRelation
from core.errors import SettingError
from core.language import tr
from core.shapes import Heads, Mask, Places, States

Matrix = Float[Tensor, "rows width"]
LookedAt = Float[Tensor, "batch key width"]


class KeysValues(NamedTuple):
    """Keys (as the score prepared them) and values of every head."""

    key: Heads
    value: Heads

    def append(self, later: "KeysValues") -> "KeysValues":
        """These and later ones, along time: how a decoder's cache grows."""
        return KeysValues(torch.cat([self.key, later.key], dim=2), torch.cat([self.value, later.value], dim=2))

    def select(self, rows: Tensor) -> "KeysValues":
        """The keys and values of these rows, in this order."""
        return KeysValues(self.key.index_select(0, rows), self.value.index_select(0, rows))


class Projected(NamedTuple):
    """What states ask and what they answer: their queries, and their own keys and values."""

    query: Heads
    own: KeysValues


class MultiHeadAttention(nn.Module):
    """Heads that share a model's width.

    Args:
        width: features of the model; heads: how many; width must be a multiple of heads.
        key_heads: how many different keys and values; heads must be a multiple. None for one per head.
        attention: what every head does; scaled dot products, unless something else is given.
        relation: how places enter, where states look at each other.
        dropout: share of weights dropped while training, where no attention is given.

    Attributes:
        w_query_key_value: W_q, W_k and W_v, one below the other; w_output: W_o.

    Raises:
        SettingError: width is not a multiple of heads, or heads not of key_heads.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        *,
        key_heads: int | None = None,
        attention: AbstractAttention | None = None,
        relation: AbstractRelation | None = None,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.width, self.heads, self.key_heads = width, heads, heads if key_heads is None else key_heads
        _check(width, heads, self.key_heads)
        self.dim = width // heads
        shared = self.key_heads * self.dim
        self.w_query_key_value = nn.Linear(width, width + 2 * shared, bias=False)
        self.w_output = nn.Linear(width, width, bias=False)
        self.attention = Attention(ScaledDotProduct(), dropout=dropout) if attention is None else attention
        self.relation = NoRelation(heads, self.dim) if relation is None else relation
        for matrix in (self.w_query, self.w_key, self.w_value, self.w_output.weight):
            nn.init.xavier_uniform_(matrix)  # each as the matrix it is
        self.register_load_state_dict_pre_hook(_join_three)

    @property
    def w_query(self) -> Matrix:
        """W_q: rows of `w_query_key_value`, to look at or to write to."""
        return self.w_query_key_value.weight[: self.width]

    @property
    def w_key(self) -> Matrix:
        """W_k, likewise; key_heads · dim rows."""
        return self.w_query_key_value.weight[self.width : self.width + self.key_heads * self.dim]

    @property
    def w_value(self) -> Matrix:
        """W_v, likewise; key_heads · dim rows."""
        return self.w_query_key_value.weight[self.width + self.key_heads * self.dim :]

    def project(self, states: States, places: Places | None = None) -> Projected:
        """Queries, keys and values of states that look at each other, in one product.

        Args:
            states: what looks at itself; places: where each stands, for relations that turn queries and keys.
        """
        query, key, value = self._split(self.w_query_key_value(states), (self.heads, self.key_heads, self.key_heads))
        if places is not None:
            query, key = self.relation.turn(query, places), self.relation.turn(key, places)
        return Projected(query, KeysValues(self.attention.prepare(key), value))

    def prepare(self, states: States) -> KeysValues:
        """Keys and values of states that will be looked at: once per source."""
        rows = self.w_query_key_value.weight[self.width :]
        key, value = self._split(nn.functional.linear(states, rows), (self.key_heads, self.key_heads))
        return KeysValues(self.attention.prepare(key), value)

    def forward(self, states: States, looked_at: KeysValues, mask: Mask | None = None) -> States:
        """Let every state look at others, contents alone.

        Args:
            states: what looks.
            looked_at: what `prepare` gave.
            mask: True where a query may look.
        """
        return self.follow(states, looked_at, mask, self.begin(looked_at))[0]

    def begin(self, looked_at: KeysValues) -> History | None:
        """What a hypothesis is to remember before it first looks there; None where its heads remember nothing."""
        return self.attention.begin(self._for_all(looked_at).key)

    def follow(
        self, states: States, looked_at: KeysValues, mask: Mask | None, history: History | None
    ) -> tuple[States, History | None]:
        """As forward, going on from what is remembered; and what is to be remembered from now on."""
        (query,) = self._split(nn.functional.linear(states, self.w_query), (self.heads,))
        attended, history = self.attention.follow(query, *self._for_all(looked_at), mask, history)
        return self._joined(attended.context), history

    def look(
        self,
        query: Heads,
        looked_at: KeysValues,
        mask: Mask | None = None,
        query_places: Places | None = None,
        key_places: Places | None = None,
    ) -> States:
        """Let states look at themselves, already projected.

        Args:
            query: what looks.
            looked_at: keys and values.
            mask: True where a query may look.
            query_places, key_places: where they stand; without them contents alone decide.
        """
        key, value = self._for_all(looked_at)
        if query_places is None or key_places is None or not self.relation.pairwise:
            return self._joined(self.attention(query, key, value, mask).context)
        bias = self.relation.bias(query, key, query_places, key_places)
        also = partial(self.relation.mix, query_places=query_places, key_places=key_places)
        return self._joined(self.attention(query, key, value, mask, bias, also).context)

    def between(self, query: States, key: LookedAt, value: LookedAt) -> States:
        """Let states look at others, with what decides apart from what is mixed: positions may be added to the first two alone.

        Args:
            query: what looks; key: what it compares itself with; value: what it takes, one per key.
        """
        (asking,) = self._split(nn.functional.linear(query, self.w_query), (self.heads,))
        (asked,) = self._split(nn.functional.linear(key, self.w_key), (self.key_heads,))
        (taken,) = self._split(nn.functional.linear(value, self.w_value), (self.key_heads,))
        return self.look(asking, KeysValues(self.attention.prepare(asked), taken))

    def _for_all(self, looked_at: KeysValues) -> KeysValues:
        """A key and a value for every head: those of a group are the same."""
        if self.key_heads == self.heads:
            return looked_at
        return KeysValues(*(part.repeat_interleave(self.heads // self.key_heads, dim=1) for part in looked_at))

    def _joined(self, context: Float[Tensor, "batch head query dim"]) -> States:
        joined: Tensor = self.w_output(context.transpose(1, 2).flatten(2))  # batch query head·dim
        return joined

    def _split(self, states: States, heads: tuple[int, ...]) -> tuple[Heads, ...]:
        """Into parts, each by heads; laid out once, as the products with them want it."""
        batch, time, _ = states.shape
        if len(set(heads)) == 1:
            apart = states.view(batch, time, len(heads), heads[0], self.dim)
            return apart.permute(2, 0, 3, 1, 4).contiguous().unbind(0)  # part batch head time dim
        parts = states.split([count * self.dim for count in heads], dim=-1)
        return tuple(
            part.unflatten(-1, (count, self.dim)).transpose(1, 2).contiguous() for part, count in zip(parts, heads)
        )


def _check(width: int, heads: int, key_heads: int) -> None:
    if width % heads:
        raise SettingError(
            tr(
                "width={width} cannot be shared by heads={heads}: choose a width that is a multiple of heads",
                width=width,
                heads=heads,
            )
        )
    if key_heads < 1 or heads % key_heads:
        raise SettingError(
            tr(
                "heads={heads} cannot share key_heads={key_heads} in equal groups: choose a divisor of {heads}",
                heads=heads,
                key_heads=key_heads,
            )
        )


def _join_three(module: nn.Module, state_dict: dict[str, Tensor], prefix: str, *_: object) -> None:
    """Checkpoints of version 0.1 keep the three matrices apart."""
    names = [f"{prefix}w_{part}.weight" for part in ("query", "key", "value")]
    if all(name in state_dict for name in names):
        state_dict[f"{prefix}w_query_key_value.weight"] = torch.cat([state_dict.pop(name) for name in names])
