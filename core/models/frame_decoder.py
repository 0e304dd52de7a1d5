"""A recurrent decoder that writes frames of a spectrum, a few at a step, and says when it is through.

Source: Wang et al. 2017 (Tacotron), sections 3.2 and 3.3, arXiv:1703.10135: prenet, a cell that asks the attention, a
reduction factor; the stop of Shen et al. 2018 (Tacotron 2), section 2.2, arXiv:1712.05884. The post-net is left out:
what it polishes, this size does not have.

    frame before → prenet ┐
    context before ───────┴→ asking cell → attention → context;  asking state, context → telling cell → frames, stop

The telling cell does not feed what asks, so that under gold frames it runs in one sweep behind the loop.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.attention.alignments import ALIGNMENTS
from core.attention.history import History
from core.attention.masks import valid_keys
from core.attention.multihead import KeysValues
from core.models.encoder import Memory
from core.models.prenet import Prenet
from core.models.recurrent_cell import STEPS
from core.models.speaker_settings import SpeakerSettings
from core.shapes import Mask, Weights

Frames = Float[Tensor, "batch frame mel"]
Row = Float[Tensor, "batch width"]


class Written(NamedTuple):
    """What a decoder wrote.

    Attributes:
        frames: `reduction` of them a step; stops: a logit a step, above 0 where it is through.
        weights: where each step looked; head is 1, queries are steps.
    """

    frames: Frames
    stops: Float[Tensor, "batch step"]
    weights: Weights


@dataclass(frozen=True)
class FrameState:
    """What a step needs of the past.

    Attributes:
        asking, telling: the states of the two cells; context: what was seen last.
        source: the text as keys, prepared once, and values; mask: which of them are real.
        history: where it has looked so far; None where the attention does not ask.
    """

    asking: Row
    telling: Row
    context: Row
    source: KeysValues
    mask: Mask
    history: History | None = None

    def select(self, rows: Int[Tensor, " row"]) -> "FrameState":
        """The state whose rows are these rows of this one."""
        parts = (self.asking, self.telling, self.context)
        history = None if self.history is None else self.history.select(rows)
        return FrameState(*(part[rows] for part in parts), self.source.select(rows), self.mask[rows], history)


class FrameDecoder(nn.Module):
    """Look, then write.

    Args:
        settings: sizes and choices.
    """

    def __init__(self, settings: SpeakerSettings) -> None:
        super().__init__()
        width, self.mels, self.reduction = settings.width, settings.mels, settings.reduction
        self.prenet = Prenet(settings.mels, settings.prenet, settings.forgetting)
        self.cross_attention = ALIGNMENTS[settings.alignment].make(settings.aligning)
        self.asking = nn.GRU(settings.prenet + width, width, batch_first=True)
        self.telling = nn.GRU(2 * width, width, batch_first=True)
        self.output = nn.Linear(2 * width, settings.mels * settings.reduction)
        self.stop = nn.Linear(2 * width, 1)

    def start(self, memory: Memory) -> FrameState:
        """Nothing said, nothing seen; the text prepared once."""
        keys = memory.states[:, None]  # batch head=1 key width
        source = KeysValues(self.cross_attention.prepare(keys), keys)
        nothing = torch.zeros_like(memory.states[:, 0])
        history = self.cross_attention.begin(source.key)
        return FrameState(nothing, nothing, nothing, source, valid_keys(memory.valid), history)

    def forward(self, frames: Frames, memory: Memory) -> Written:
        """Write under gold frames: every step hears the last gold frame before it.

        Args:
            frames: a multiple of `reduction` of them.
        """
        steps = frames.shape[1] // self.reduction
        heard = frames[:, self.reduction - 1 :: self.reduction][
            :, : steps - 1
        ]  # the last frame of each step but the last
        asked = self._asked(self.prenet(nn.functional.pad(heard, (0, 0, 1, 0))))
        state, passed, weights = self.start(memory), [], []
        for now in asked.unbind(dim=1):
            state, seen = self._look(now, state)
            passed.append(torch.cat([state.asking, state.context], dim=-1))
            weights.append(seen)
        both = torch.stack(passed, dim=1)
        told, _ = self.telling(both, state.telling[None])
        return self._written(told, both, torch.cat(weights, dim=2))

    def step(self, frame: Float[Tensor, "batch mel"], state: FrameState) -> tuple[Written, FrameState]:
        """Hear the last frame before, write one step.

        Args:
            frame: zeros before the first step.
        """
        state, weights = self._look(self._asked(self.prenet(frame[:, None]))[:, 0], state)
        both = torch.cat([state.asking, state.context], dim=-1)[:, None]
        told, telling = self.telling(both, state.telling[None])
        return self._written(told, both, weights), replace(state, telling=telling[0])

    def _asked(self, heard: Float[Tensor, "batch step heard"]) -> Float[Tensor, "batch step gates"]:
        """The share of what is heard in the gates of the asking cell, for all steps at once."""
        weight, _, bias, _ = self.asking.all_weights[0]
        return nn.functional.linear(heard, weight[:, : heard.shape[-1]], bias)

    def _look(self, now: Float[Tensor, "batch gates"], state: FrameState) -> tuple[FrameState, Weights]:
        weight, own, _, bias = self.asking.all_weights[0]
        seen = nn.functional.linear(state.context, weight[:, -state.context.shape[1] :])
        (asking,) = STEPS[nn.GRU](now + seen, nn.functional.linear(state.asking, own, bias), (state.asking,))
        query = asking[:, None, None]  # batch head=1 query=1 width
        found, history = self.cross_attention.follow(query, *state.source, state.mask, state.history)
        return replace(state, asking=asking, context=found.context[:, 0, 0], history=history), found.weights

    def _written(
        self, told: Float[Tensor, "batch step width"], both: Float[Tensor, "batch step twice"], weights: Weights
    ) -> Written:
        read = torch.cat([told, both[..., both.shape[-1] // 2 :]], dim=-1)  # batch step 2·width: told, and the context
        frames = self.output(read).unflatten(-1, (self.reduction, self.mels)).flatten(1, 2)
        return Written(frames, self.stop(read)[..., 0], weights)
