"""How hypotheses of different length and coverage are compared, and how good a live one can still become.

Sources: Wu et al. 2016, arXiv:1609.08144 (GNMT, length and coverage); Gehrmann et al. 2018, arXiv:1808.10792 (summary
coverage); Murray & Chiang 2018, arXiv:1808.10006 (length bias, rewards);
He et al. 2016 (bounded reward). Log-probabilities are natural; n counts generated tokens, <end> included, and never
the source. A larger score is better everywhere; a positive exponent favours longer outputs.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from core.language import tr
from core.settings import Settings, setting

Number = Any  # a number, or an array of them
KINDS = ("none", "mean", "gnmt", "reward", "bounded_reward")


@dataclass(frozen=True)
class LengthNorm(Settings):
    """From a sum of log-probabilities and a length to a ranking score.

    none: logp · mean: logp / n^α · gnmt: logp / ((5+n)/6)^α · reward: logp + γ·n ·
    bounded_reward: logp + γ·min(n, source length). α and γ are the `penalty`.

    >>> LengthNorm("mean", 1.0).score(-8.0, 4, 9)
    -2.0
    """

    kind: str = setting("none", choices=KINDS, help="how outputs of different length are compared")
    penalty: float = setting(1.0, low=-5.0, high=5.0, step=0.1, help="the exponent α, or the reward γ per token")

    def score(self, logp: Number, length: Number, source_length: Number) -> Number:
        """The ranking score of an output of this many tokens; of many at once, where arrays are given."""
        if self.kind == "none":
            return logp
        if self.kind == "mean":
            return logp / length**self.penalty
        if self.kind == "gnmt":
            return logp / ((5 + length) / 6) ** self.penalty
        return logp + self.penalty * self._rewarded(length, source_length)

    def bound(self, logp: Number, length: Number, longest: Number, source_length: Number) -> Number:
        """The best score any continuation of a live prefix can reach: it may lose no more probability.

        The score is monotone in the length, so the best length is the next one or the last one; which of the two
        depends on the signs of penalty and logp.
        """
        soon = self.score(logp, np.minimum(length + 1, longest), source_length)
        return np.maximum(soon, self.score(logp, longest, source_length))

    def parts(self, logp: float, length: int, source_length: int) -> str:
        """The arithmetic of the score in words and figures."""
        score = self.score(logp, length, source_length)
        if self.kind == "none":
            return tr("Σ log p = {logp:.3f}", logp=logp)
        if self.kind == "mean":
            return f"{logp:.3f} / {length}^{self.penalty:g} = {score:.3f}"
        if self.kind == "gnmt":
            return f"{logp:.3f} / ((5+{length})/6)^{self.penalty:g} = {score:.3f}"
        return f"{logp:.3f} + {self.penalty:g}·{self._rewarded(length, source_length)} = {score:.3f}"

    def _rewarded(self, length: Number, source_length: Number) -> Number:
        return np.minimum(length, source_length) if self.kind == "bounded_reward" else length


COVERAGES = ("none", "gnmt", "summary")
_LEAST = 1e-6  # attention a source token is counted with at least: log 0 would rule a hypothesis out


@dataclass(frozen=True)
class Coverage(Settings):
    """What it costs to leave parts of the source unread, or to read them again.

    With c_i the attention that source token i has received so far (mean over the heads of the last decoder layer):
    gnmt: β·Σ_i log min(c_i, 1) · summary: −β·Σ_i max(c_i − 1, 0). Never above 0; β is the `penalty`. Attention that is
    padding counts nowhere.

    >>> Coverage("summary", 2.0).score(np.array([1.5, 0.5]), np.array(2))
    array(-1.)
    """

    kind: str = setting("none", choices=COVERAGES, help="what unread or twice read source costs")
    penalty: float = setting(0.2, low=0.0, high=100.0, step=0.1, help="the weight β")

    def score(self, covered: Float[np.ndarray, "*slots source"], source_length: Number) -> Float[np.ndarray, "*slots"]:
        """The term that is added to a score.

        Args:
            covered: attention received by every source token; source_length: how many of them are no padding.
        """
        cost = np.log(np.clip(covered, _LEAST, 1.0)) if self.kind == "gnmt" else -np.maximum(covered - 1.0, 0.0)
        real = np.arange(covered.shape[-1]) < np.asarray(source_length)[..., None]
        return np.asarray(self.penalty * np.where(real, cost, 0.0).sum(axis=-1))

    def bound(self, score: Number) -> Number:
        """The best that can become of it: what was read twice stays so, what is unread may yet be read."""
        return np.zeros_like(score) if self.kind == "gnmt" else score


PLAIN = LengthNorm()
