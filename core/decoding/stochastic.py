"""Stochastic beam search: draw several outputs at once, without replacement.

Every prefix carries, beside its log-probability φ, a perturbed one G: φ with Gumbel noise, drawn from the top down so
that the largest G among the continuations of a prefix is the prefix' own. The `width` largest G at every step are then
exactly what one would get by perturbing all outputs and keeping the best: a sample without replacement, the first of
which is an ordinary sample. One that has ended keeps its place only while no `width` others have larger G.

The noise behind token v of slot s at step t is a function of (seed, source, t, s, v) alone.

Source: Kool, van Hoof & Welling 2019, arXiv:1903.06059.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Bool, Float, Int
from torch import Tensor

from core.decoding.candidates import refuse_nan
from core.decoding.chance import gumbel
from core.decoding.frontier import CUT, FINISHED, LIVE, NOBODY, Choice, Decision, Frontiers, Scored, between
from core.decoding.hypothesis import Status
from core.decoding.leftover import LeftOut, best_left_out
from core.decoding.ranking import PLAIN, LengthNorm
from core.decoding.search import AbstractSearch
from core.language import tr
from core.settings import setting


@dataclass(frozen=True)
class StochasticBeamSearch(AbstractSearch):
    """Different outputs, drawn by chance and never twice."""

    name: ClassVar[str] = "stochastic"
    summary: ClassVar[str] = "draw several different outputs: sampling without replacement"

    width: int = setting(4, low=1, high=256, help="different outputs to draw")
    seed: int = setting(0, low=0, high=2**31 - 1, help="the same seed draws the same outputs")

    @property
    def norm(self) -> LengthNorm:
        """Plain sums: what competes is the perturbed log-probability."""
        return PLAIN

    @property
    def outputs(self) -> int:
        """The sample."""
        return self.width

    def reach(self, step: int) -> int:
        """The whole sample may come from one prefix."""
        return 2 * self.width

    def choose(self, now: Frontiers, log_probs: Float[Tensor, "item slot vocab"]) -> Choice:
        """The largest perturbed log-probabilities, among continuations and what has ended."""
        items, _, vocabulary = log_probs.shape
        rows = np.arange(items)[:, None]
        law = self._law(now, log_probs)
        phi, noisy = self._perturbed(now, law)
        flat = noisy.reshape(items, -1)
        pool = np.argsort(-flat, axis=1, kind="stable")[:, : 2 * self.width]
        slot, token, score = pool // vocabulary, pool % vocabulary, flat[rows, pool]
        there, ends = score > -np.inf, token == now.limits.end
        before = now.carry["ended"][:, 0] if now.step else np.full((items, self.width), -np.inf)
        rank = np.arange(pool.shape[1]) + (before[:, None, :] > score[:, :, None]).sum(axis=-1)
        fate = np.where(there, np.where(rank < self.width, np.where(ends, FINISHED, LIVE), CUT), NOBODY)
        logp_token = log_probs.numpy()[rows, slot, token].astype(np.float64)
        logp = now.logp[rows, slot] + logp_token
        phi = phi.reshape(items, -1)[rows, pool]
        ended = np.concatenate([before, np.where(fate == FINISHED, score, -np.inf)], axis=1)
        ended = -np.sort(-ended, axis=1)[:, None, : self.width]
        carry = {"phi": phi, "noisy": score, "ended": np.repeat(ended, pool.shape[1], axis=1)}
        lives = fate == LIVE
        return Choice(
            slot, token, logp_token, logp, score, fate, np.argsort(~lives, axis=1, kind="stable"), lives.sum(axis=1),
            np.zeros_like(token), ranked=False, parts=self._parts(logp, phi, score), carry=carry,
        )  # fmt: skip

    def _law(self, now: Frontiers, log_probs: Float[Tensor, "item slot vocab"]) -> Float[np.ndarray, "item slot vocab"]:
        """Log-probabilities of what may be drawn, in double precision; renormalized where limits take something out."""
        weighing = now.outlook.weighing
        law = ((log_probs if weighing is None else weighing.scores(log_probs)) + now.limits.never).numpy()
        refuse_nan(law.max(axis=-1))
        return _normalized(law)

    def _perturbed(
        self, now: Frontiers, law: Float[np.ndarray, "item slot vocab"]
    ) -> tuple[Float[np.ndarray, "item slot vocab"], Float[np.ndarray, "item slot vocab"]]:
        """φ of every continuation, and G given that the largest G of a slot is the slot's own."""
        slots, vocabulary = law.shape[1:]
        own = now.carry.get("phi", np.zeros(now.logp.shape)), now.carry.get("noisy", np.zeros(now.logp.shape))
        phi = np.where(now.logp[:, :, None] > -np.inf, own[0][:, :, None] + law, -np.inf)
        noise = np.stack([gumbel(self.seed, rules.item, now.step, slots, vocabulary) for rules in now.limits.rules])
        drawn = phi + noise
        largest = drawn.max(axis=-1, keepdims=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            # stable form of −log(exp(−G) − exp(−Z) + exp(−drawn)), as in the paper's appendix
            gap = own[1][:, :, None] - drawn + np.log1p(-np.exp(drawn - largest))
            noisy = own[1][:, :, None] - np.maximum(gap, 0.0) - np.log1p(np.exp(-np.abs(gap)))
        noisy = np.where(drawn == largest, own[1][:, :, None], noisy)
        return phi, np.where(drawn > -np.inf, noisy, -np.inf)

    def scored(
        self, now: Frontiers, item: np.ndarray, slot: np.ndarray, token: np.ndarray, logp_token: np.ndarray
    ) -> Scored:
        """With the noise, where the distribution is still known."""
        logp = now.logp[item, slot] + logp_token
        if not now.outlook.kept:
            return Scored(logp, np.full_like(logp, np.nan), {}, {})
        phi, noisy = (one[item, slot, token] for one in self._perturbed(now, _normalized(now.outlook.counts)))
        return Scored(logp, noisy, self._parts(logp, phi, noisy), {})

    def _parts(self, logp: np.ndarray, phi: np.ndarray, noisy: np.ndarray) -> dict[str, np.ndarray]:
        if self.restrained:
            return {"renormalized": between(logp, phi), "noise": between(phi, noisy)}
        return {"noise": between(logp, noisy)}

    def carried(self, now: Frontiers, choice: Choice, carry: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """A forced hypothesis begins anew: a sample of what may follow it."""
        return {
            "phi": choice.logp, "noisy": np.zeros(choice.logp.shape),
            "ended": np.full((*choice.logp.shape, self.width), -np.inf),
        }  # fmt: skip

    def stops(
        self, now: Frontiers, choice: Choice, best: Float[np.ndarray, " item"], finished: Int[np.ndarray, " item"]
    ) -> Iterable[tuple[str, Bool[np.ndarray, " item"]]]:
        """None of its own: it stops when the whole sample has ended."""
        return ()

    def left_out(self, decision: Decision, item: int, taken: set[tuple[int, int]]) -> list[LeftOut]:
        """The most probable ones that chance did not favour."""
        reason = tr("chance put it behind the {width} largest perturbed log-probabilities", width=2 * self.width)
        return best_left_out(decision, item, taken, Status.PRUNED_DRAW, reason)

    def cut_reason(self, decision: Decision, item: int, place: int) -> str:
        """Others drew more."""
        choice = decision.choice
        return tr(
            "its perturbed log-probability {rank_score:.3f} is not among the {width} largest",
            rank_score=choice.rank_score[item, place],
            width=self.width,
        )


def _normalized(law: Float[np.ndarray, "item slot vocab"]) -> Float[np.ndarray, "item slot vocab"]:
    law = law.astype(np.float64)
    return law - np.logaddexp.reduce(law, axis=-1, keepdims=True)
