"""Multi-head attention over cached keys and values, its weights kept as they come out of the softmax.

The matrices are copies of the module's, laid out [in, out], which products with few rows read fastest; 1/√dim is in W_q.
"""

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.attention.multihead import MultiHeadAttention
from core.models.fast.matrix import Matrix
from core.models.residual import AbstractResidual

Wide = Float[Tensor, "row width"]
Blocked = Float[Tensor, "rows 1 source"]
# folded, a source is heads times as much to read at every step, and five calls less: worth it while it stays in the cache
_FOLD_UP_TO = 1 << 16


class Kept(NamedTuple):
    """Weights as they came: [item·head, slot, key], with slots apart [item·slot·head, 1, key], or [slot, head, key]."""

    weights: Float[Tensor, "a b key"]
    by_slot: bool = False

    def shaped(self, items: int, heads: int) -> Float[Tensor, "item head slot key"]:
        """For those who look."""
        if self.by_slot:
            return self.weights.transpose(0, 1)[None]
        rows, slots, keys = self.weights.shape
        split = self.weights.view(items, rows // (items * heads), heads, slots, keys)
        return split.transpose(1, 2).flatten(2, 3)


class Source(NamedTuple):
    """What a block looks at across: keys, transposed, and values of every head, shared by the slots of an item."""

    key: Float[Tensor, "rows dim source"]
    value: Float[Tensor, "rows source dim"]

    def select(self, rows: Int[Tensor, " row"]) -> "Source":
        """Those of some items."""
        return Source(self.key.index_select(0, rows), self.value.index_select(0, rows))


class Folded(NamedTuple):
    """A single source with W_q folded into its keys and W_O into its values: two products instead of four."""

    key: Float[Tensor, "width cell"]
    value: Float[Tensor, "cell width"]

    def select(self, rows: Int[Tensor, " row"]) -> "Folded":
        """It is the only one."""
        return self


class FastAttention:
    """One multi-head attention and what stands around it.

    Args:
        attention, residual: the modules; path: of the former in the model; only: whose weights are kept.
    """

    def __init__(self, attention: MultiHeadAttention, residual: AbstractResidual, path: str, only: str) -> None:
        self.before, self.after = function(residual.before), function(residual.after)
        width = attention.width
        self.width, self.heads, self.dim = width, attention.heads, width // attention.heads
        weight = attention.w_query_key_value.weight.detach().clone()
        weight[:width] *= self.dim**-0.5
        self.w_all = Matrix(weight)
        self.w_query, self.w_key, self.w_value = self.w_all.weight.split(width, dim=1)
        self.w_key_value = self.w_all.weight[:, width:]
        self.w_output = attention.w_output.weight.detach().t().contiguous()
        self.site = f"{path}.attention" if fnmatchcase(f"{path}.attention", only) else ""

    def by_head(self, states: Wide, groups: int, parts: int) -> Float[Tensor, "part rows slot dim"]:
        """Projected states as [part, group·head, slot, dim]."""
        split = states.view(groups, states.shape[0] // groups, parts, self.heads, self.dim)
        return split.permute(2, 0, 3, 1, 4).reshape(parts, groups * self.heads, -1, self.dim)

    def add(self, states: Wide, context: Float[Tensor, "rows slot dim"], groups: int) -> Wide:
        """The heads' contexts through W_O, added to what went around."""
        if context.shape[1] > 1:
            context = context.view(groups, self.heads, -1, self.dim).transpose(1, 2).reshape(states.shape)
        states = torch.addmm(states, context.view(states.shape), self.w_output)
        return states if self.after is None else self.after(states)

    def source(self, states: Wide, items: int) -> Source | Folded:
        """Keys and values of encoded sources."""
        key, value = self.by_head(states @ self.w_key_value, items, 2)
        length = key.shape[1]
        if items > 1 or self.heads * length * self.width > _FOLD_UP_TO:
            return Source(key.mT.contiguous(), value)
        w_query = self.w_query.view(self.width, self.heads, self.dim).transpose(0, 1)  # head width dim
        w_output = self.w_output.view(self.heads, self.dim, self.width)
        folded = torch.bmm(w_query, key.mT).transpose(0, 1).reshape(self.width, self.heads * length)
        return Folded(folded, torch.bmm(value, w_output).view(self.heads * length, self.width))

    def look(
        self, states: Wide, items: int, source: Source | Folded, blocked: Blocked | None, kept: dict[str, Kept]
    ) -> Wide:
        """Look at the source."""
        normed = states if self.before is None else self.before(states)
        if isinstance(source, Folded):
            scores = torch.mm(normed, source.key)
            weights = torch.softmax(scores.view(states.shape[0], self.heads, -1), -1)  # slot head key
            if self.site:
                kept[self.site] = Kept(weights, by_slot=True)
            states = torch.addmm(states, weights.view(scores.shape), source.value)
            return states if self.after is None else self.after(states)
        query = self.by_head(torch.mm(normed, self.w_query), items, 1)[0]
        weights = attend(query, source.key, blocked)
        if self.site:
            kept[self.site] = Kept(weights)
        return self.add(states, torch.bmm(weights, source.value), items)


def attend(query: Tensor, key: Float[Tensor, "rows dim key"], blocked: Blocked | None) -> Tensor:
    """Products, blocked where they must be, to weights."""
    scores = torch.bmm(query, key) if blocked is None else torch.baddbmm(blocked, query, key)
    return torch.softmax(scores, -1)


def attend_along(
    query: Tensor, key: Float[Tensor, "rows cell dim"], value: Tensor, columns: Int[Tensor, "rows slot step"]
) -> tuple[Tensor, Tensor]:
    """Weights over each slot's own path, and their context, out of products with the cells of all slots."""
    scores = torch.bmm(query, key.mT)
    weights = torch.softmax(scores.gather(2, columns), -1)
    return weights, torch.bmm(torch.zeros_like(scores).scatter_(2, columns, weights), value)


def function(module: nn.Module) -> Callable[[Tensor], Tensor] | None:
    """What a module does, without the call of a module; None where it does nothing."""
    if isinstance(module, nn.Identity):
        return None
    if not isinstance(module, nn.LayerNorm):
        return module
    shape, weight, bias, eps = module.normalized_shape, module.weight, module.bias, module.eps
    return lambda states: torch.layer_norm(states, shape, weight, bias, eps)
