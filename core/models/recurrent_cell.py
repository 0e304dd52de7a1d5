"""One step of a recurrent layer, its input already multiplied by its weights.

What of an input is known beforehand can so be multiplied for all steps at once. The arithmetic is that of `torch.nn.GRU`
(Cho et al. 2014, with the reset gate after the product) and `torch.nn.LSTM` (Hochreiter & Schmidhuber 1997), whose
weights are used.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn

Gates = Float[Tensor, "row gates"]
Parts = tuple[Float[Tensor, "row width"], ...]  # (h,) for a GRU, (h, c) for an LSTM


def gru(asked: Gates, own: Gates, parts: Parts) -> Parts:
    """h ← z·h + (1 − z)·tanh(a_n + r·o_n), r and z from the sums of both.

    Args:
        asked: the gates' share of the input; own: the hidden state's; each reset, update, new.
        parts: (h,).
    """
    (hidden,) = parts
    width = hidden.shape[1]
    asked_gates, asked_new = asked.split((2 * width, width), dim=1)
    own_gates, own_new = own.split((2 * width, width), dim=1)
    reset, update = torch.sigmoid(asked_gates + own_gates).chunk(2, dim=1)
    new = torch.tanh(torch.addcmul(asked_new, reset, own_new))
    return (torch.lerp(new, hidden, update),)


def lstm(asked: Gates, own: Gates, parts: Parts) -> Parts:
    """c ← f·c + i·tanh(g), h ← o·tanh(c).

    Args:
        asked: the gates' share of the input; own: the hidden state's; each input, forget, new, output.
        parts: (h, c).
    """
    enter, forget, new, out = (asked + own).chunk(4, dim=1)
    cell = torch.addcmul(torch.sigmoid(forget) * parts[1], torch.sigmoid(enter), torch.tanh(new))
    return torch.sigmoid(out) * torch.tanh(cell), cell


STEPS: dict[type[nn.Module], Callable[[Gates, Gates, Parts], Parts]] = {nn.GRU: gru, nn.LSTM: lstm}
