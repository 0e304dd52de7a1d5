"""Sampling: draw the next token by chance, from the model's distribution or what filters leave of it.

log-probabilities → temperature → tokens never generated or barred by a limit out → renormalize → repetition penalty →
renormalize → filters, one after another, each on what the one before left → renormalize → draw. The chance
behind draw d at step t is one uniform number that depends on (seed, source, d, t) alone, so going back and stepping
again gives the same token, and what stands beside an item in a batch changes nothing. `logp` stays the model's own.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np
from jaxtyping import Bool, Float, Int
from torch import Tensor

from core.decoding.chance import Chance, Law, stream, streams
from core.decoding.filters import Kept, Probabilities, epsilon, min_p, top_k, top_p, typical
from core.decoding.frontier import LIVE, NOBODY, Choice, Decision, Frontiers, Scored
from core.decoding.hypothesis import Status
from core.decoding.leftover import LeftOut, shortened
from core.decoding.ranking import PLAIN, LengthNorm
from core.decoding.search import AbstractSearch
from core.decoding.weighing import FREE, Weighing
from core.language import mark, tr
from core.settings import setting


@dataclass(frozen=True)
class SamplingSearch(AbstractSearch):
    """Independent draws, each its own path."""

    name: ClassVar[str] = "sampling"
    summary: ClassVar[str] = "draw every token by chance"

    temperature: float = setting(
        1.0, above=0.0, high=10.0, step=0.1, help="below 1 sharpens, above 1 flattens; towards 0 it is greedy"
    )
    top_k: int = setting(0, low=0, high=100_000, help="draw only among the k most probable tokens; 0 = all")
    top_p: float = setting(
        1.0,
        above=0.0,
        high=1.0,
        step=0.05,
        help="draw only among the fewest tokens with this much probability; 1 = all",
    )
    min_p: float = setting(
        0.0, low=0.0, high=1.0, step=0.05, help="drop tokens below this share of the most probable one; 0 = none"
    )
    typical: float = setting(
        1.0, above=0.0, high=1.0, step=0.05, help="draw only among tokens of typical surprise with this mass; 1 = all"
    )
    epsilon: float = setting(
        0.0, low=0.0, high=1.0, step=0.01, help="drop tokens below this probability, all but the best; 0 = none"
    )
    draws: int = setting(1, low=1, high=200, help="independent outputs")
    seed: int = setting(0, low=0, high=2**31 - 1, help="the same seed draws the same outputs")

    @property
    def norm(self) -> LengthNorm:
        """Plain sums: draws do not compete."""
        return PLAIN

    def reach(self, step: int) -> int:
        """All draws may fall on different tokens at the root; later each has its own slot."""
        return self.draws if step == 0 else 1

    def choose(self, now: Frontiers, log_probs: Float[Tensor, "item slot vocab"]) -> Choice:
        """One draw per live hypothesis; at the root, and where a person has chosen, all draws."""
        items, slots = now.logp.shape
        own = log_probs.numpy()
        law = self.law(own + now.limits.never.numpy(), now.outlook.weighing)
        if now.begins:
            index = np.zeros((items, 1), dtype=np.int64) + np.arange(self.draws)
            parent = np.zeros_like(index)
        else:
            index, parent = now.index, np.zeros_like(now.index) + np.arange(slots)
        noise = np.array([self._noises(rules.item, now.step)[row] for rules, row in zip(now.limits.rules, index)])
        chance = Chance(law, noise, parent, now.outlook)
        token, rows = chance.token, np.arange(items)[:, None]
        logp_token = own[rows, parent, token].astype(np.float64)
        scored = self.scored(now, rows, parent, token, logp_token)
        fate = (token == now.limits.end) + LIVE  # one that ends is next to one that lives
        if now.count.min() < slots:
            fate[parent >= now.count[:, None]] = NOBODY
        lives = fate == LIVE
        count = lives.sum(axis=1)
        places = np.argsort(~lives, axis=1, kind="stable") if count.min() < lives.shape[1] else None
        return Choice(
            parent, token, logp_token, scored.logp, scored.logp, fate, places, count, index, ranked=False, chance=chance
        )  # fmt: skip

    def scored(
        self, now: Frontiers, item: np.ndarray, slot: np.ndarray, token: np.ndarray, logp_token: np.ndarray
    ) -> Scored:
        """Draws do not compete: a penalty changes what they are drawn from, and counts nowhere else."""
        logp = now.logp[item, slot] + logp_token
        return Scored(logp, logp, {}, {})

    def stops(
        self, now: Frontiers, choice: Choice, best: Float[np.ndarray, " item"], finished: Int[np.ndarray, " item"]
    ) -> Iterable[tuple[str, Bool[np.ndarray, " item"]]]:
        """None of its own: every draw ends by itself."""
        return ()

    def law(self, log_probs: Float[np.ndarray, "*slots vocab"], weighing: Weighing | None = None) -> Law:
        """The distribution a token is drawn from."""
        weights = self._tempered(log_probs, weighing)
        mass, excluded, alone = np.ones(weights.shape[:-1]), None, None
        filters = list(self._filters())
        whole = weights.sum(axis=-1) if filters else mass
        for stage, keep in enumerate(filters, start=1):
            excluded = np.zeros(weights.shape, dtype=np.int8) if excluded is None else excluded
            shares = weights / weights.sum(axis=-1, keepdims=True)
            kept = keep(shares) | (excluded > 0)
            excluded[~kept] = stage
            weights = np.where(excluded > 0, 0.0, weights)
            mass = weights.sum(axis=-1) / whole
            alone = shares.max(axis=-1) < self.epsilon  # of the last filter, the only one that may take all
        return Law(weights, mass, excluded, alone)

    def _tempered(self, log_probs: Float[np.ndarray, "*slots vocab"], weighing: Weighing | None) -> np.ndarray:
        """In proportion to the probabilities after temperature, limits and penalty."""
        scaled = log_probs if weighing is None else np.where(weighing.barred == FREE, log_probs, -np.inf)
        if self.temperature != 1.0:
            scaled = (scaled - scaled.max(axis=-1, keepdims=True)).astype(np.float64)
            with np.errstate(over="ignore"):  # far below the best, a small temperature means −∞: probability 0
                scaled /= self.temperature
        if (
            weighing is not None and weighing.again is not None
        ):  # of log-probabilities, so that the zero point is theirs
            scaled = scaled - np.logaddexp.reduce(scaled.astype(np.float64), axis=-1, keepdims=True)
            scaled = np.where(weighing.again, weighing.factor * scaled, scaled)
            scaled = scaled - scaled.max(axis=-1, keepdims=True)
        return np.exp(scaled)

    def _filters(self) -> Iterable[Callable[[Probabilities], Kept]]:
        """Those that are on, in their order; one that is off keeps everything."""
        if self.top_k > 0 or self.top_p < 1.0 or self.min_p > 0.0 or self.typical < 1.0 or self.epsilon > 0.0:
            yield partial(top_k, k=self.top_k)
            yield partial(top_p, p=self.top_p)
            yield partial(min_p, share=self.min_p)
            yield partial(typical, p=self.typical)
            yield partial(epsilon, least=self.epsilon)

    def uniform(self, index: int, step: int, item: int) -> float:
        """The chance behind one draw at one step, in [0, 1)."""
        return stream(self.seed, item, index, step)

    def left_out(self, decision: Decision, item: int, taken: set[tuple[int, int]]) -> list[LeftOut]:
        """The most probable tokens that no draw fell on, excluded or not."""
        now, chance = decision.before, decision.choice.chance
        assert chance is not None
        found = []
        for slot in range(int(now.count[item])):
            columns = (*now.outlook.candidates, *chance.of_candidates)
            rest = [
                LeftOut(slot, int(token), float(value), *self._why(float(law), int(stage)), float(law))
                for value, token, score, law, stage in zip(*(column[item, slot] for column in columns))
                if score > -np.inf and (slot, int(token)) not in taken
            ]
            found += shortened(decision, item, rest)
        return found

    def _why(self, law: float, stage: int) -> tuple[Status, str]:
        if law > 0:
            return Status.PRUNED_DRAW, tr("chance fell on another token")
        text, limit = (
            (mark("its probability at this temperature is too small to be drawn"), 0),
            (mark("outside the {limit:g} most probable tokens (top-k)"), self.top_k),
            (mark("outside the fewest tokens with {limit:g} of the probability (top-p)"), self.top_p),
            (mark("below {limit:g} of the most probable token (min-p)"), self.min_p),
            (
                mark("its surprise is further from the entropy than that of the {limit:g} typical mass (typical)"),
                self.typical,
            ),
            (mark("below the probability {limit:g} (epsilon)"), self.epsilon),
        )[stage]
        return Status.PRUNED_FILTER, tr(text, limit=limit)

    def _noises(self, item: int, step: int) -> Float[np.ndarray, " draw"]:
        return streams(self.seed, item, self.draws, step)
