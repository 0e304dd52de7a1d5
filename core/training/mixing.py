"""Mixed prefixes: which tokens of a target's prefix are the right ones, and which the model's own.

A coin and a noise are fixed for every token that is fed, before anything is computed. What a token is then, depends on the
tokens before it alone, so the prefix can be written token after token, or all at once and again until nothing changes: the
numbers are the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from core.data.batch import Batch
from core.devices import exact
from core.models.seq2seq import Seq2Seq
from core.seeds import Seeds
from core.shapes import Tokens

MIXED = "mixed_likelihood"  # a term of the loss: under a mixed prefix, which is not the target's likelihood
Noise = Float[Tensor, "batch time"]
Draw = Callable[[Float[Tensor, "*where vocab"], Float[Tensor, "*where"]], Int[Tensor, "*where"]]


def sample(logits: Float[Tensor, "*where vocab"], noise: Float[Tensor, "*where"]) -> Int[Tensor, "*where"]:
    """A token by its probability: the first whose cumulated probability exceeds the noise, in [0, 1).

    >>> sample(torch.tensor([[0.5, 0.25, 0.25]] * 3).log(), torch.tensor([0.4, 0.6, 0.8])).tolist()
    [0, 1, 2]
    """
    kind = exact(logits.device)
    after = logits.softmax(dim=-1).cumsum(dim=-1, dtype=kind)
    point = noise.to(kind)[..., None] * after[..., -1:]  # its last number is 1 but for rounding
    return torch.searchsorted(after, point, right=True)[..., 0]


def most_probable(logits: Float[Tensor, "*where vocab"], noise: Float[Tensor, "*where"]) -> Int[Tensor, "*where"]:
    """The likeliest token, whatever the noise.

    >>> most_probable(torch.tensor([[0.1, 0.9]]), torch.tensor([0.0])).tolist()
    [1]
    """
    return logits.argmax(dim=-1)


DRAWS: dict[str, Draw] = {"sample": sample, "argmax": most_probable}


@dataclass(frozen=True)
class Mixing:
    """What is fixed before a prefix is written.

    Attributes:
        own: True where the model's own token shall be fed; never at <begin>, never at a pad.
        noise: of every fed token, in [0, 1); draw: of DRAWS; never: numbers of tokens that are never generated.
    """

    own: Bool[Tensor, "batch time"]
    noise: Noise
    draw: Draw
    never: tuple[int, ...]

    @property
    def last(self) -> int:
        """The last position at which any item is fed a token of the model's; 0 where none is."""
        return int(self.own.any(dim=0).nonzero().max()) if bool(self.own.any()) else 0

    def after(
        self, gold: Tokens, logits: Float[Tensor, "batch predicted vocab"], first: int = 0
    ) -> Int[Tensor, "batch predicted"]:
        """What is fed after the positions from `first` on, where these are the scores.

        What is predicted at t is fed at t + 1, so the scores of the last position feed nothing.
        """
        places = slice(first + 1, first + 1 + logits.shape[1])
        allowed = logits.index_fill(-1, torch.tensor(self.never), -torch.inf)
        return torch.where(self.own[:, places], self.draw(allowed, self.noise[:, places]), gold[:, places])


def item_noise(batch: Batch, seeds: Seeds, name: str, step: int) -> tuple[Noise, Noise]:
    """Two numbers in [0, 1) for every fed token: functions of (seed, name, step), the item's own content, and the place."""
    key, (rows, time) = seeds.number(name, step), batch.target_in.shape
    found = np.empty((rows, time, 2), dtype=np.float32)
    for at, item in enumerate(fingerprints(batch)):
        found[at] = np.random.Generator(np.random.Philox(key=[key, item])).random((time, 2), dtype=np.float32)
    noise = torch.from_numpy(found).to(batch.target_in.device)
    return noise[..., 0], noise[..., 1]


def own_places(batch: Batch, coins: Noise, share: float) -> Bool[Tensor, "batch time"]:
    """Where something of the model's own is fed: as its coin says, never at <begin>, never at a pad.

    Args:
        share: of right tokens, in 0…1.
    """
    own = (coins >= share) & batch.target_valid
    own[:, 0] = False  # <begin> is nobody's guess
    return own


def fingerprints(batch: Batch) -> list[int]:
    """A number for each item, whoever stands beside it and however many pads."""
    sides = [(batch.source, batch.source_valid), (batch.target_in, batch.target_valid)]
    sums = [0] * len(batch.target_in)
    for tokens, valid in sides:
        counts, rows = valid.sum(dim=1).tolist(), tokens.cpu().numpy()
        sums = [crc32(row[:count].tobytes(), old) for row, count, old in zip(rows, counts, sums)]
    return sums


@dataclass(frozen=True)
class TokenAfterToken:
    """Token after token, as the definition has it: what is fed next is drawn from the scores after all that was fed."""

    def __call__(self, model: Seq2Seq, batch: Batch, mixing: Mixing) -> Tokens:
        """The mixed prefix; the model is in evaluation."""
        state = model.decoder.start(model.encoder(batch.source, batch.source_valid))
        fed = batch.target_in.clone()
        for at in range(mixing.last):
            logits, state = model.decoder.step(fed[:, at], state)
            fed[:, at + 1 : at + 2] = mixing.after(batch.target_in, logits[:, None], at)
        return fed


@dataclass(frozen=True)
class AllAtOnce:
    """All positions together, given the prefix of the pass before; the first pass reads the right one.

    After K passes the first K drawn positions are those of `TokenAfterToken`. One pass is the two-pass training of Mihaylova
    & Martins 2019, arXiv:1906.07651; K are those of Duckworth et al. 2019, arXiv:1906.04331.

    Attributes:
        passes: K, over which the prefix is written, before the one that learns.
    """

    passes: int

    def __call__(self, model: Seq2Seq, batch: Batch, mixing: Mixing) -> Tokens:
        """The mixed prefix; the model is in evaluation."""
        memory, fed = model.encoder(batch.source, batch.source_valid), batch.target_in
        for _ in range(min(self.passes, mixing.last)):
            after = mixing.after(batch.target_in, model.decoder(fed, memory)[:, :-1])
            fed = torch.cat([batch.target_in[:, :1], after], dim=1)
        return fed


Procedure = TokenAfterToken | AllAtOnce
