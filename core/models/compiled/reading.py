"""Reading a source: the encoder, and the decoder's keys and values of what it gives."""

import math

import torch
from torch import Tensor, nn

from core.models.compiled.architecture import Architecture
from core.models.compiled.weights import Named, Place, views


class Reading(nn.Module):
    """One source to keys [layer, head, dim, source], values [layer, head, source, dim], weights [layer, head, query, key].

    Args:
        kind: what it is compiled for; places: of `weights.reading`.
    """

    def __init__(self, kind: Architecture, places: dict[str, Place]) -> None:
        super().__init__()
        self.kind, self.places = kind, places

    def forward(self, flat: Tensor, positions: Tensor, source: Tensor, control: Tensor) -> tuple[Tensor, ...]:
        """Args:
        positions: a vector per token of the source; control: as in `Control`.
        """
        kind, named = self.kind, views(flat, self.places)
        x = named["tokens"].index_select(0, source) + positions
        hidden = torch.arange(source.shape[0]) >= control[0]
        kept = []
        for at in range(kind.layers):
            x = self._around(x, named, f"{at}.look", lambda x, at=at: self._look(x, named, at, hidden, kept))
            x = self._around(x, named, f"{at}.change", lambda x, at=at: _change(x, named, at))
        x = self._norm(x, named, "last") if kind.pre else x
        both = torch.stack([x @ named[f"{at}.source"] for at in range(kind.layers)])
        key, value = both.view(kind.layers, -1, 2, kind.heads, kind.dim).unbind(2)  # layer source head dim
        return key.permute(0, 2, 3, 1).contiguous(), value.transpose(1, 2).contiguous(), torch.stack(kept)

    def _around(self, x, named, name, part):  # type: ignore[no-untyped-def]
        if self.kind.pre:
            return x + part(self._norm(x, named, f"{name}.norm"))
        return self._norm(x + part(x), named, f"{name}.norm")

    def _norm(self, x: Tensor, named: Named, name: str) -> Tensor:
        scale, offset = named[f"{name}.scale"], named[f"{name}.offset"]
        return nn.functional.layer_norm(x, (self.kind.width,), scale, offset, self.kind.eps)

    def _look(self, x: Tensor, named: Named, at: int, hidden: Tensor, kept: list[Tensor]) -> Tensor:
        three = (x @ named[f"{at}.look"]).view(-1, 3, self.kind.heads, self.kind.dim)
        query, key, value = three.permute(1, 2, 0, 3).unbind(0)  # head source dim
        kept.append((query @ key.transpose(1, 2)).masked_fill(hidden, -math.inf).softmax(-1))
        return (kept[-1] @ value).transpose(0, 1).flatten(1) @ named[f"{at}.join"]


def _change(x: Tensor, named: Named, at: int) -> Tensor:
    inner = torch.relu(x @ named[f"{at}.widen"] + named[f"{at}.widen.offset"])
    return inner @ named[f"{at}.narrow"] + named[f"{at}.narrow.offset"]
