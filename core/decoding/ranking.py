"""How hypotheses of different length are compared, and how good a live one can still become.

Sources: Wu et al. 2016, arXiv:1609.08144 (GNMT); Murray & Chiang 2018, arXiv:1808.10006 (length bias, rewards);
He et al. 2016 (bounded reward). Log-probabilities are natural; n counts generated tokens, <end> included, and never
the source. A larger score is better everywhere; a positive exponent favours longer outputs.
"""

from dataclasses import dataclass

from core.settings import Settings, setting

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

    def score(self, logp: float, length: int, source_length: int) -> float:
        """The ranking score of an output of this many tokens."""
        if self.kind == "none":
            return logp
        if self.kind == "mean":
            return logp / length**self.penalty
        if self.kind == "gnmt":
            return logp / ((5 + length) / 6) ** self.penalty
        return logp + self.penalty * self._rewarded(length, source_length)

    def bound(self, logp: float, length: int, longest: int, source_length: int) -> float:
        """The best score any continuation of a live prefix can reach: it may lose no more probability.

        The score is monotone in the length, so the best length is the next one or the last one; which of the two
        depends on the signs of penalty and logp.
        """
        lengths = (min(length + 1, longest), longest)
        return max(self.score(logp, final, source_length) for final in lengths)

    def parts(self, logp: float, length: int, source_length: int) -> str:
        """The arithmetic of the score in words and figures."""
        score = self.score(logp, length, source_length)
        if self.kind == "none":
            return f"Σ log p = {logp:.3f}"
        if self.kind == "mean":
            return f"{logp:.3f} / {length}^{self.penalty:g} = {score:.3f}"
        if self.kind == "gnmt":
            return f"{logp:.3f} / ((5+{length})/6)^{self.penalty:g} = {score:.3f}"
        return f"{logp:.3f} + {self.penalty:g}·{self._rewarded(length, source_length)} = {score:.3f}"

    def _rewarded(self, length: int, source_length: int) -> int:
        return min(length, source_length) if self.kind == "bounded_reward" else length
