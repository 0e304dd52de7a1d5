"""Positions that a recurrent layer makes: it reads the embedded tokens in order, and what it gives knows what came before.

Source: Neishi & Yoshinaga 2019 (CoNLL), section 3.2: a recurrent layer in the place of positional encodings, so that
relative places are told by reading on. Steps come one after the other: this part of a Transformer is not parallel.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.shapes import States, Valid

Hidden = Float[Tensor, "1 row width"]


class RecurrentPositions(nn.Module):
    """x' = GRU(x), in one direction, so that a decoder may use it too.

    Args:
        width: features of a state, before and after.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.recurrence = nn.GRU(width, width, batch_first=True)

    def forward(
        self, states: States, valid: Valid | None = None, before: Hidden | None = None
    ) -> tuple[States, Hidden]:
        """Read on.

        Args:
            states: what is read.
            valid: which states are real; padding on either side is passed over and gives zeros. None: all.
            before: what was known before the first, as the call before gave it; None for nothing.

        Returns:
            A state for each, and what is known after the last real one: read in pieces it is as read at once.
        """
        if valid is None:
            read, after = self.recurrence(states, before)
            return read, after
        order = torch.argsort(~valid, dim=1, stable=True)  # real ones first, in their order
        width = states.shape[-1]
        read, _ = self.recurrence(_taken(states, order), before)
        known = torch.zeros_like(read[:, :1]) if before is None else before.transpose(0, 1)  # row 1 width
        last = valid.sum(dim=1)[:, None, None].expand(-1, 1, width)
        after = torch.cat([known, read], dim=1).gather(1, last).transpose(0, 1).contiguous()  # 1 row width
        there = _taken(read, torch.argsort(order, dim=1))
        return there.masked_fill(~valid[..., None], 0.0), after


def _taken(states: States, order: Tensor) -> States:
    return states.gather(1, order[..., None].expand(-1, -1, states.shape[-1]))
