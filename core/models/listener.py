"""An encoder that listens: a pyramid of recurrent layers over frames, each of which halves time, and a reader on top.

Source: Chan et al. 2016, "Listen, attend and spell", section 3.1, arXiv:1508.01211. Their pyramid has bidirectional LSTMs
and divides time by eight; here it divides by as many frames as a segment has, and whatever reads tokens may read what comes
out: a recurrent layer (theirs), self-attention, convolutions. So a segment of a recording has one state, as a token has.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from core.attention.dropout import Dropout
from core.errors import ShapeError
from core.language import tr
from core.models.encoder import AbstractEncoder, Memory
from core.models.recurrent_encoder import CELLS, both_ways
from core.shapes import Frames, States, Valid


class PyramidLayer(nn.Module):
    """A bidirectional recurrent layer over pairs of states: of T there become ⌈T / 2⌉, a last one alone beside zeros.

    Args:
        cell: of CELLS; width: features of a state, an even number.
    """

    def __init__(self, cell: str, width: int) -> None:
        super().__init__()
        self.recurrence = CELLS[cell](2 * width, width // 2, bidirectional=True, batch_first=True)

    def forward(
        self, states: States, valid: Valid
    ) -> tuple[Float[Tensor, "batch half width"], Bool[Tensor, "batch half"]]:
        """States of half the time, and which are real: a pair is when its first one is."""
        odd = states.shape[1] % 2
        real = states * valid[..., None]
        pairs = nn.functional.pad(real, (0, 0, 0, odd)).unflatten(1, (-1, 2)).flatten(2)  # batch half 2·width
        return both_ways(self.recurrence, pairs, valid[:, ::2]), valid[:, ::2]


class Listener(AbstractEncoder):
    """Frames to one state a segment.

    Args:
        bands: features of a frame; reduction: frames of a segment, a power of two.
        cell: of CELLS; width: features of a state; reader: reads the segments' states.
        dropout: share dropped after each layer while training.
    """

    def __init__(
        self, bands: int, reduction: int, cell: str, width: int, reader: AbstractEncoder, *, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.bands, self.reduction = bands, reduction
        self.first = nn.Linear(bands, width)
        self.pyramid = nn.ModuleList(PyramidLayer(cell, width) for _ in range(reduction.bit_length() - 1))
        self.reader = reader
        self.dropout = Dropout(dropout)

    def forward(self, source: Frames, valid: Valid) -> Memory:
        """Encode; what stands in padding changes nothing.

        Raises:
            ShapeError: numbers of tokens, or segments of another size.
        """
        if source.ndim != 4 or source.shape[2:] != (self.reduction, self.bands):
            raise ShapeError(
                tr(
                    "a listener wants segments [batch, time, {reduction}, {bands}], not {tuple}: the "
                    "source of this model is a recording",
                    reduction=self.reduction,
                    bands=self.bands,
                    tuple=tuple(source.shape),
                )
            )
        heard = valid.repeat_interleave(self.reduction, dim=1)  # batch frame
        states: Tensor = self.dropout(torch.relu(self.first(source.flatten(1, 2))))  # batch frame width
        for layer in self.pyramid:
            states, heard = layer(states, heard)
            states = self.dropout(states)
        memory: Memory = self.reader(states, valid)
        return memory
