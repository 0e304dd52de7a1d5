"""Linformer: keys and values of all tokens are first mixed into a few, and queries look at those.

    b = A (F v),   A = softmax(q (E k)ᵀ / √d),   E and F of size slots × longest

Source: Wang et al. 2020, arXiv:2006.04768, with E and F shared by the heads. What really multiplies a token's value is A F:
it may be negative, and a row need not sum to one. A token's column in E and F is its place among real tokens, so the
text has a longest length; looking back only is impossible, since every slot holds something of every token.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.attention.attention import Context
from core.attention.dropout import Dropout
from core.attention.implicit import AbstractImplicitAttention, Queries, Real, Values
from core.attention.multiplicative import product
from core.attention.normalizers import block, none
from core.errors import InputError
from core.language import tr
from core.shapes import Mask, Prepared, Scores, Weights

Slots = Float[Tensor, "slot longest"]


class Linformer(AbstractImplicitAttention):
    """Attention over a fixed number of mixtures of the tokens.

    Args:
        slots: how many; longest: tokens in the longest text; dropout: share of A dropped while training.
    """

    def __init__(self, slots: int, longest: int, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.mix_keys = nn.Parameter(torch.randn(slots, longest) / math.sqrt(slots))
        self.mix_values = nn.Parameter(torch.randn(slots, longest) / math.sqrt(slots))
        self.dropout = Dropout(dropout)

    def mix(self, query: Queries, key: Prepared, value: Values, real: Real | None) -> Context:
        """Look at the slots."""
        weights = self.dropout(self._over_slots(query, key, real))
        return product(weights, _columns(self.mix_values, value.shape[2], real) @ value)

    def allowed(self, queries: int, keys: int, real: Real | None) -> Mask | None:
        """Real keys."""
        return None if real is None else real[:, :, None]

    def scores(self, query: Queries, key: Prepared, allowed: Mask | None) -> Scores:
        """A F, −∞ where blocked: scores it has of slots only, and for tokens the record repeats the weights."""
        real = None if allowed is None else allowed[:, :, -1]
        return block(self._over_slots(query, key, real) @ _columns(self.mix_values, key.shape[2], real), allowed)

    def weigh(self, scores: Scores, allowed: Mask | None) -> Weights:
        """A F."""
        return none(scores, allowed)

    def _over_slots(self, query: Queries, key: Prepared, real: Real | None) -> Float[Tensor, "batch head query slot"]:
        mixed = _columns(self.mix_keys, key.shape[2], real) @ key  # batch head slot dim
        scores = product(query * (1 / math.sqrt(query.shape[-1])), mixed.transpose(-1, -2))
        return scores.softmax(dim=-1)


def _columns(slots: Slots, keys: int, real: Real | None) -> Float[Tensor, "#batch #head slot key"]:
    """What each token gives to each slot; pads give nothing.

    Raises:
        InputError: more tokens than there are columns.
    """
    if keys > slots.shape[1] and (real is None or int(real.sum(dim=-1).max()) > slots.shape[1]):
        raise InputError(
            tr(
                "a text of {keys} tokens is too long for linformer with longest={shape}: shorten it, "
                "or train with a larger longest",
                keys=keys,
                shape=slots.shape[1],
            )
        )
    if real is None:
        return slots[None, None, :, :keys]
    place = (real.cumsum(dim=-1) - 1).clamp(min=0, max=slots.shape[1] - 1)
    return (slots.T[place] * real[..., None].to(slots.dtype)).transpose(-1, -2)
