"""Dropout whose chance comes from a generator it was given, never from the global one.

Source: Srivastava et al. 2014. The training loop hands one generator to all dropouts of a model, and to whatever else draws
while training (`give_chance`), and seeds it anew at each step, so that the number of a step is the whole state of chance.

Random numbers were a fifth of a training step when each value had its own draw. Now the generator gives a seed, and what
follows from it (SFC64, Chris Doty-Humphrey 2010) is drawn ahead, for several dropouts at once and with 16 bits a value. So
a share is a multiple of 1/65536, at most 0.000008 from the one that was asked for, and what is kept is scaled by the share
that is really used: the mean stays exactly.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from core.errors import ShapeError
from core.language import tr

_LEVELS = 1 << 16  # what 16 bits can tell apart
_PER_DRAW = 4  # such numbers in the 64 bits of one draw
_STATE = {"bit_generator": "SFC64", "has_uint32": 0, "uinteger": 0}
_LARGEST_SEED = (1 << 63) - 1
_AHEAD = 1 << 16  # values drawn at once: what a core keeps near, and enough that a draw's own cost is forgotten


class Rows(NamedTuple):
    """Which rows of a batch are here: every `size`th of `whole` rows, from row `rank` on; `here` of them."""

    rank: int
    size: int
    whole: int

    @property
    def here(self) -> int:
        """How many they are."""
        return len(range(self.rank, self.whole, self.size))


class Chance:
    """What is drawn while training: factors for dropouts (0, or the inverse of the share that is kept), ahead; and noise.

    Whoever seeds the generator anew begins anew: what was drawn ahead is forgotten.

    Args:
        generator: where all of it comes from, on the CPU, wherever the values are: so every device sees the same.

    Attributes:
        rows: which rows of a batch are here, where others are elsewhere: what is drawn for them is then what would be drawn
            if all were here, as long as the first axis of a value is the batch and the others are as long as in the whole.
    """

    def __init__(self, generator: torch.Generator) -> None:
        self.generator = generator
        self.rows: Rows | None = None
        self._numbers = np.random.SFC64(0)
        self._ahead: dict[tuple[float, torch.dtype], _Ahead] = {}
        self._seed: int | None = None

    def factors(self, share: float, count: int, dtype: torch.dtype) -> Float[Tensor, " count"]:
        """A factor for each of so many values."""
        if self.generator.initial_seed() != self._seed:
            self._begin()
        if count >= _AHEAD:
            return self._draw(share, count, torch.promote_types(dtype, torch.float32)).to(dtype)
        kind = torch.promote_types(
            dtype, torch.float32
        )  # so that what passes less exactly is dropped as it would be anyway
        ahead = self._ahead.get((share, kind))
        if ahead is None or ahead.used + count > _AHEAD:
            ahead = self._ahead[share, kind] = _Ahead(self._draw(share, _AHEAD, kind))
        ahead.used += count
        return ahead.factors[ahead.used - count : ahead.used].to(dtype)

    def factors_for(self, share: float, value: Tensor) -> Tensor:
        """A factor for each number of a value whose first axis is the batch."""
        return self._of_rows(self.factors(share, self._whole(value), value.dtype), value)

    def pieces_for(self, share: float, value: Tensor) -> Tensor:
        """As `factors_for`, but drawn a piece after the other, as `RectifiedDropout` does where it need not wait for others."""
        count = self._whole(value)
        lengths = [min(_AHEAD, count - start) for start in range(0, count, _AHEAD)]
        drawn = torch.cat([self.factors(share, length, value.dtype) for length in lengths])
        return self._of_rows(drawn, value)

    def normal_for(self, value: Tensor) -> Tensor:
        """A number of mean 0 and variance 1 for each of a value whose first axis is the batch."""
        return self._of_rows(self._normal(self._whole(value), value.dtype), value)

    def _whole(self, value: Tensor) -> int:
        """How many numbers the value of the whole batch has."""
        return value.numel() if self.rows is None else value.numel() // self.rows.here * self.rows.whole

    def _of_rows(self, drawn: Tensor, value: Tensor) -> Tensor:
        if self.rows is not None:
            drawn = drawn.view(self.rows.whole, -1)[self.rows.rank :: self.rows.size]
        return drawn.reshape(value.shape).to(value.device)

    def _normal(self, count: int, dtype: torch.dtype) -> Float[Tensor, " count"]:
        if self.generator.initial_seed() != self._seed:
            self._begin()
        return torch.from_numpy(np.random.Generator(self._numbers).standard_normal(count)).to(dtype)

    def _begin(self) -> None:
        words = torch.empty(3, dtype=torch.int64, device="cpu").random_(-(1 << 63), None, generator=self.generator)
        state = np.append(words.numpy().view(np.uint64), np.uint64(1))  # as SFC64 is seeded: three words and a counter,
        self._numbers.state = {**_STATE, "state": {"state": state}}
        self._numbers.random_raw(12)  # and a dozen numbers thrown away, until the words are mixed
        self._ahead.clear()
        self._seed = int(words[0]) & _LARGEST_SEED
        self.generator.manual_seed(self._seed)  # whose seed it has tells whether somebody else has seeded it since

    def _draw(self, share: float, count: int, dtype: torch.dtype) -> Float[Tensor, " count"]:
        factors = torch.empty(count, dtype=dtype, device="cpu")
        written, lowest_kept = factors.numpy(), _dropped(share) - _LEVELS // 2
        for start in range(0, count, _AHEAD):
            piece = written[start : start + _AHEAD]
            numbers = self._numbers.random_raw(-(-len(piece) // _PER_DRAW)).view(np.int16)[: len(piece)]
            np.multiply(numbers >= lowest_kept, _scale(share), out=piece, dtype=piece.dtype)
        return factors


@dataclass
class _Ahead:
    """Factors drawn ahead, and how many of them are used."""

    factors: Tensor
    used: int = 0


def _dropped(share: float) -> int:
    """How many of the levels are dropped."""
    return min(round(share * _LEVELS), _LEVELS - 1)


def _scale(share: float) -> float:
    """The inverse of the share that is kept."""
    return _LEVELS / (_LEVELS - _dropped(share))


class Chanced(nn.Module):
    """What draws while training, from the chance that `give_chance` gives it."""

    def __init__(self) -> None:
        super().__init__()
        self.chance: Chance | None = None

    def given(self) -> Chance:
        """What to draw from.

        Raises:
            ShapeError: nobody gave it.
        """
        if self.chance is None:
            raise ShapeError(
                tr(
                    "{lower} has no generator to draw from; call give_chance(model, generator) before training",
                    lower=type(self).__name__.lower(),
                )
            )
        return self.chance


class Dropout(Chanced):
    """Zero a share of the values while training, and scale the rest so that the mean stays.

    Args:
        share: probability of a zero, in [0, 1).
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, value: Tensor) -> Tensor:
        """The value itself in evaluation, or where the share is 0.

        Raises:
            ShapeError: training without chance.
        """
        if not self.training or self.share == 0.0:
            return value
        return value * self.given().factors_for(self.share, value)


class RectifiedDropout(Dropout):
    """ReLU, then dropout, keeping one tensor for both: a value that is 0 was cut or dropped, and gets no gradient."""

    def forward(self, value: Tensor) -> Tensor:
        """ReLU alone in evaluation, or where the share is 0.

        Raises:
            ShapeError: training without chance.
        """
        if not self.training or self.share == 0.0:
            return torch.relu(value)
        rectified: Tensor = _Rectified.apply(value, self.given(), self.share)
        return rectified


class _Rectified(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, value: Tensor, chance: Chance, share: float) -> Tensor:
        ctx.scale = _scale(share)
        if chance.rows is not None or value.device.type != "cpu":
            result = torch.relu(value) * chance.pieces_for(share, value)
            ctx.save_for_backward(result)
            return result
        result = torch.empty_like(value, memory_format=torch.contiguous_format)
        flat, cut = value.reshape(-1), result.view(-1)
        for start in range(0, len(flat), _AHEAD):  # a piece at a time, so that it is near when it is looked at again
            piece = torch.clamp_min(flat[start : start + _AHEAD], 0.0, out=cut[start : start + _AHEAD])
            piece.mul_(chance.factors(share, len(piece), piece.dtype))
        ctx.save_for_backward(result)
        return result

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        (result,) = ctx.saved_tensors
        return torch.ops.aten.threshold_backward(gradient, result, 0).mul_(ctx.scale), None, None


def give_chance(model: nn.Module, generator: torch.Generator) -> Chance:
    """Let every dropout of a model, and whatever else draws, draw from one generator; what they draw from then."""
    chance = Chance(generator)
    for module in model.modules():
        if isinstance(module, Chanced):
            module.chance = chance
    return chance
