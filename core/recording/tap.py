"""Tap: a place to look, and nothing else.

A tap passes on what it is given. It stands in a model where something worth seeing flows by; its path in the module
tree is its name (`decoder.layers.1.cross_attention.attention.tap_weights`). Nobody pays for a tap nobody looks at.
"""

from torch import Tensor, nn


class Tap(nn.Module):
    """The identity.

    >>> import torch
    >>> Tap()(torch.tensor([1.0, 2.0])).tolist()
    [1.0, 2.0]
    """

    def forward(self, value: Tensor) -> Tensor:
        """Return what came."""
        return value
