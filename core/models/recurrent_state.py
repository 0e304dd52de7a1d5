"""The state of a recurrent decoder, and how it begins."""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.attention.history import History
from core.attention.multihead import KeysValues
from core.models.encoder import Memory
from core.models.extended import Extended
from core.shapes import Mask

Hidden = tuple[Float[Tensor, "layer row width"], ...]  # (h,) for a GRU, (h, c) for an LSTM


@dataclass(frozen=True)
class RecurrentState:
    """What a step needs of the past.

    Attributes:
        hidden: (h,) for a GRU, (h, c) for an LSTM; each [layer, row, width].
        source: the source as keys (prepared once) and values, with one head.
        mask: which source positions are real, [row, 1, 1, source].
        history: where it has looked so far; None where the attention does not ask.
        extended: what can be written beside the source, for decoders that copy; else None.
        copied: the probability with which each source token was copied just now, for decoders that read it again (copynet.py).
        left: how many times more the token of each source place may be written before the place is taken, for a decoder that
            points once (pointer_generator.py).
    """

    hidden: Hidden
    source: KeysValues
    mask: Mask
    history: History | None = None
    extended: Extended | None = None
    copied: Float[Tensor, "row source"] | None = None
    left: Int[Tensor, "row source"] | None = None

    def advance(
        self, recurrence: nn.GRU | nn.LSTM, inputs: Float[Tensor, "row time features"]
    ) -> tuple[Float[Tensor, "row time width"], "RecurrentState"]:
        """Read inputs with a recurrent layer: its outputs, and the state after the last one."""
        outputs, hidden = recurrence(inputs, self.hidden if len(self.hidden) > 1 else self.hidden[0])
        parts = hidden if isinstance(hidden, tuple) else (hidden,)
        return outputs, replace(self, hidden=parts)

    def select(self, rows: Int[Tensor, " row"]) -> "RecurrentState":
        """The state whose rows are these rows of this one."""
        hidden = tuple(part.index_select(1, rows) for part in self.hidden)
        history = None if self.history is None else self.history.select(rows)
        return RecurrentState(
            hidden, self.source.select(rows), self.mask.index_select(0, rows), history,
            None if self.extended is None else self.extended.select(rows),
            None if self.copied is None else self.copied.index_select(0, rows),
            None if self.left is None else self.left.index_select(0, rows),
        )  # fmt: skip


class FirstHidden(nn.Module):
    """The hidden state a decoder begins with: tanh of a projection of the mean encoded token.

    Bahdanau et al. 2015 project the first backward state; the mean serves LSTMs and stacks of layers alike.

    Args:
        width: features; layers: recurrent layers; parts: 1 for a GRU, 2 for an LSTM.
    """

    def __init__(self, width: int, layers: int, parts: int) -> None:
        super().__init__()
        self.project = nn.Linear(width, width * layers * parts)
        self.layers, self.parts = layers, parts

    def forward(self, memory: Memory) -> Hidden:
        """Only real tokens count in the mean."""
        real = memory.valid[..., None]
        mean = (memory.states * real).sum(dim=1) / real.sum(dim=1).clamp(min=1)  # row width
        parts = torch.tanh(self.project(mean)).unflatten(-1, (self.parts, self.layers, -1))  # row part layer width
        return tuple(parts.permute(1, 2, 0, 3).contiguous())  # part layer row width
