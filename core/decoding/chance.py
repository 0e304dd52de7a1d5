"""Chance: the noise behind sampled tokens, and the law that they were drawn from."""

from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int

from core.decoding.candidates import Outlook

_BLOCK = 64  # steps whose noise is made at once


class Law(NamedTuple):
    """What tokens are drawn from.

    Attributes:
        weights: after temperature and filters, in proportion to the probabilities.
        mass: share of the tempered distribution that the filters left.
        excluded: the filter that took a token out, counted from 1 in the order top-k, top-p, min-p, typical,
            epsilon; 0 where none did;
            None where no filter is on.
        alone: where the filters would have left nothing, and the most probable token was kept.
    """

    weights: Float[np.ndarray, "*slots vocab"]
    mass: Float[np.ndarray, "*slots"]
    excluded: Int[np.ndarray, "*slots vocab"] | None
    alone: Bool[np.ndarray, "*slots"] | None = None

    @property
    def probabilities(self) -> Float[np.ndarray, "*slots vocab"]:
        """They sum to one."""
        weights = self.weights.astype(np.float64)
        return weights / weights.sum(axis=-1, keepdims=True)


class Chance:
    """The chance behind one sampled step of several items, as in `Draw`.

    What it has to say is found when it is asked; of a large vocabulary at once, and the law is let go.

    Args:
        law: of every slot; noise: of every place, in [0, 1); parent: the slot that it draws from; outlook: of the step.
    """

    def __init__(
        self,
        law: Law,
        noise: Float[np.ndarray, "item place"],
        parent: Int[np.ndarray, "item place"],
        outlook: Outlook,
    ) -> None:
        self.noise = noise
        self._law, self._parent, self._outlook = law, parent, outlook
        self.alone = law.alone
        self._rows = np.arange(len(noise))[:, None]
        # item slot vocab; torch sums a large vocabulary in a tenth of numpy's time
        self._after = torch.from_numpy(law.weights).cumsum(dim=-1, dtype=torch.float64).numpy()
        self.token = self._drawn()
        if not outlook.kept:
            _ = self.cum_after, self.probability, self.support_size, self.support_mass, self.of_candidates
            del self._law, self._after

    def _drawn(self) -> Int[np.ndarray, "item place"]:
        """The first token whose cumulated probability exceeds the noise."""
        # at the root all draws share one slot; later place and slot are the same, and nothing is copied
        point = self.noise * self._after[self._rows, self._parent, -1]
        token = (self._after <= point[:, :, None]).sum(axis=-1)
        if np.count_nonzero(token == self._after.shape[-1]):  # rounded up to the end: the last that may be drawn
            last = self._after.shape[-1] - 1 - (self._law.weights > 0)[..., ::-1].argmax(axis=-1)
            token = np.minimum(token, last[self._rows, self._parent])
        return token

    @cached_property
    def cum_after(self) -> Float[np.ndarray, "item place"]:
        """Cumulated probability up to the token."""
        return self._after[self._rows, self._parent, self.token] / self._after[self._rows, self._parent, -1]

    @cached_property
    def probability(self) -> Float[np.ndarray, "item place"]:
        """Of the token under the law."""
        return self._law.weights[self._rows, self._parent, self.token] / self._after[self._rows, self._parent, -1]

    @cached_property
    def support_size(self) -> Int[np.ndarray, "item slot"]:
        """Tokens that the filters left."""
        return (self._law.weights > 0).sum(axis=-1)

    @cached_property
    def support_mass(self) -> Float[np.ndarray, "item slot"]:
        """Their share of the tempered distribution."""
        return self._law.mass

    @cached_property
    def of_candidates(self) -> tuple[Float[np.ndarray, "item slot n"], Int[np.ndarray, "item slot n"]]:
        """Of every candidate its probability under the law, and the filter that took it out, counted from 1."""
        tokens = self._outlook.candidates.tokens
        own = np.take_along_axis(self._law.weights, tokens, -1) / self._after[:, :, -1:]
        if self._law.excluded is None:
            return own, np.zeros(tokens.shape, dtype=np.int8)
        return own, np.take_along_axis(self._law.excluded, tokens, -1)


def stream(seed: int, item: int, index: int, step: int) -> float:
    """The noise of one draw at one step, in [0, 1): a function of these numbers alone."""
    return float(_block(seed, item, index, step // _BLOCK)[step % _BLOCK])


def streams(seed: int, item: int, draws: int, step: int) -> Float[np.ndarray, " draw"]:
    """Of all draws at one step."""
    return _blocks(seed, item, draws, step // _BLOCK)[step % _BLOCK]


def _block(seed: int, item: int, index: int, block: int) -> Float[np.ndarray, " step"]:
    counter = [_BLOCK * block, 0, index, 0]  # a counter gives four numbers; a block never reaches the next one's
    return np.random.Generator(np.random.Philox(key=[seed, item], counter=counter)).random(_BLOCK)


@lru_cache(maxsize=256)
def _blocks(seed: int, item: int, draws: int, block: int) -> Float[np.ndarray, "step draw"]:
    return np.stack([_block(seed, item, index, block) for index in range(draws)], axis=1)


def gumbel(seed: int, item: int, step: int, slots: int, vocabulary: int) -> Float[np.ndarray, "slot vocab"]:
    """Standard Gumbel noise for every continuation of every slot at one step: a function of these numbers alone."""
    found = np.empty((slots, vocabulary))
    for slot in range(slots):  # the last counter keeps these streams apart from those of single draws
        counter = [0, step, slot, 1]
        found[slot] = np.random.Generator(np.random.Philox(key=[seed, item], counter=counter)).random(vocabulary)
    return -np.log(-np.log(np.maximum(found, np.finfo(float).tiny)))
