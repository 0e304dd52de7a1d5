"""A matrix of weights in the layouts that its products are fastest in, at one row and at many."""

from functools import cached_property

import torch
from jaxtyping import Float
from torch import Tensor

# below this many weights a packed product's own overhead, some 15 µs, is more than it saves
_PACK_FROM = 1 << 17


class Matrix:
    """A linear map: states Wᵀ + b.

    One row reads W [in, out] fastest; several rows read large matrices fastest as oneDNN packs them (the kernel that
    torch's own compiler calls): a third of the time for a vocabulary of 8,000. Small ones, other kinds of numbers and
    machines without oneDNN keep to the plain product.

    Args:
        weight: [out, in], copied; bias: of the outputs.
    """

    def __init__(self, weight: Float[Tensor, "out in"], bias: Float[Tensor, " out"] | None = None) -> None:
        self.weight = weight.detach().t().contiguous()  # in out
        self.bias = None if bias is None else bias.detach()
        # a large matrix that narrows is read faster output by output: half the time at 1024 → 256
        narrows = weight.numel() >= _PACK_FROM and weight.shape[1] > weight.shape[0]
        self._by_output = (weight.detach(),) if narrows else ()
        self._large = (
            weight.numel() >= _PACK_FROM and weight.dtype is torch.float32 and torch.backends.mkldnn.is_available()
        )

    def __call__(self, states: Float[Tensor, "row in"]) -> Float[Tensor, "row out"]:
        """The product."""
        if self._large and states.shape[0] > 1:
            product: Tensor = torch.ops.mkldnn._linear_pointwise(states, self._packed, self.bias, "none", [], "")
            return product
        if self._by_output and states.shape[0] == 1:
            return torch.nn.functional.linear(states, self._by_output[0], self.bias)
        if self.bias is None:
            return torch.mm(states, self.weight)
        return torch.addmm(self.bias, states, self.weight)

    def added_to(self, states: Float[Tensor, "row out"], inner: Float[Tensor, "row in"]) -> Float[Tensor, "row out"]:
        """The product of `inner`, added to states."""
        if (self._large and states.shape[0] > 1) or self._by_output:
            return self(inner).add_(states)
        changed = torch.addmm(states, inner, self.weight)
        return changed if self.bias is None else changed.add_(self.bias)

    @cached_property
    def _packed(self) -> Tensor:
        packed: Tensor = torch.ops.mkldnn._reorder_linear_weight(self.weight.t().contiguous(), 8)
        return packed
