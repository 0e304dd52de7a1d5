"""Policy gradients: more probability for outputs that were rewarded more than expected, less for the others.

    ∇E[r] = E[(r(ŷ) − b) ∇ log p(ŷ)]        ŷ drawn from the model, b any number that ŷ has no part in

The loss is −Σ (r − b) · log p(ŷ) over the items of a batch, mean over the draws of an item, per target token of the batch, so
that it stands beside a cross-entropy: its value says nothing, its gradient is that of the expected reward. The log-probability
is that of all tokens drawn, <end> among them. The baseline b makes the gradient quieter and changes its mean in nothing; it is
computed from the rewards of the same step, or learned, a number for every token (learned_baseline.py).

REINFORCE (Williams 1992), with the reward of the model's own greedy output as b self-critical (Rennie et al. 2017,
arXiv:1612.00563), with a prefix that is given and learned by cross-entropy MIXER (Ranzato et al. 2016, arXiv:1511.06732).
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from core.data.batch import Batch
from core.models.seq2seq import Seq2Seq
from core.seeds import Seeds
from core.training.episodes import Written, cast, limits, log_probabilities, write
from core.training.learned_baseline import BASELINE, Regressor, squared_error, states_of
from core.training.objective import Objectives
from core.training.rewards import Judge

POLICY, PREFIX, CHANCE = "policy", "given_likelihood", "policy"  # two terms of the loss, and a stream of chance
Drawn = Float[Tensor, "item draw"]


def none(drawn: Drawn, greedy: Float[Tensor, "item _"]) -> Drawn:
    """Zero: the plain estimator, and the loudest.

    >>> none(torch.tensor([[1.0, 0.5]]), torch.zeros(1, 0)).tolist()
    [[0.0, 0.0]]
    """
    return torch.zeros_like(drawn)


def others(drawn: Drawn, greedy: Float[Tensor, "item _"]) -> Drawn:
    """The mean reward of the other draws of the same source (Kool et al. 2019); of one draw there is none.

    >>> others(torch.tensor([[1.0, 0.5, 0.0]]), torch.zeros(1, 0)).tolist()
    [[0.25, 0.5, 0.75]]
    """
    return (drawn.sum(dim=1, keepdim=True) - drawn) / (drawn.shape[1] - 1)


def greedy_output(drawn: Drawn, greedy: Float[Tensor, "item _"]) -> Drawn:
    """The reward of what the model would have written without chance.

    >>> greedy_output(torch.tensor([[1.0, 0.5]]), torch.tensor([[0.75]])).tolist()
    [[0.75, 0.75]]
    """
    return greedy.expand_as(drawn)


Baseline = Callable[[Drawn, Float[Tensor, "item _"]], Drawn]
BASELINES: dict[str, Baseline] = {"none": none, "others": others, "greedy": greedy_output}


@dataclass(frozen=True)
class Handover:
    """How much of a target the model writes itself: none of it is given, or all but so many of its last tokens.

    Attributes:
        first: tokens that it writes itself in the first steps; more: how many more after every `every` steps; 0 in `every`: it
            writes all, always.
    """

    first: int = 0
    more: int = 0
    every: int = 0

    def given(self, step: int, lengths: Int[Tensor, " item"]) -> Int[Tensor, " item"]:
        """Tokens that are given to targets of these lengths, <end> counted, at a step from 1 on.

        >>> Handover(2, 2, 100).given(101, torch.tensor([3, 6])).tolist(), Handover().given(1, torch.tensor([3])).tolist()
        ([0, 2], [0])
        """
        if self.every == 0:
            return torch.zeros_like(lengths)
        return (lengths - self.first - self.more * ((step - 1) // self.every)).clamp(min=0)


@dataclass(frozen=True)
class PolicyGradient:
    """An expected reward, to be raised.

    Attributes:
        judge: gives the rewards; draws: outputs drawn for each source; seeds: where chance comes from.
        baseline: of BASELINES, or one that is learned.
        handover: what is given and learned by cross-entropy; by itself nothing.
    """

    judge: Judge
    baseline: Baseline | Regressor
    draws: int
    seeds: Seeds
    handover: Handover = Handover()

    @property
    def learns(self) -> Regressor | None:
        """The baseline, where it is learned."""
        return self.baseline if isinstance(self.baseline, Regressor) else None

    def __call__(self, model: Seq2Seq, batch: Batch, step: int) -> Objectives:
        """Weigh one batch: draw, judge, weigh what was drawn; the model is left as it was."""
        training, greedy = model.training, int(self.baseline is greedy_output)
        model.eval()
        given, longest = self.handover.given(step, batch.target_valid.sum(dim=1)), limits(model, batch)
        casting = cast(batch, longest, given, (self.draws, greedy), (self.seeds, CHANCE, step))
        written = write(model, batch, longest, casting)
        rewards = self.judge(written, batch)
        drawn, earned = written[:, greedy:], rewards[:, greedy:]
        logp, real, expected = self._weigh(model, batch, drawn, rewards)
        model.train(training)
        own = real & (torch.arange(drawn.shape[2]) >= given[:, None, None])
        advantage = earned[..., None] - expected.detach()
        sums = {POLICY: -(advantage * torch.where(own, logp, 0.0)).sum()}
        if self.learns:
            sums[BASELINE] = squared_error(expected, earned, own)
        if self.handover.every:
            sums[PREFIX] = -torch.where(own, 0.0, logp).sum()
        terms = {name: total / self.draws / batch.target_tokens for name, total in sums.items()}
        return Objectives(terms, agreement(drawn, batch), float(earned.mean()))

    def _weigh(
        self, model: Seq2Seq, batch: Batch, drawn: Written, rewards: Float[Tensor, "item reward"]
    ) -> tuple[Float[Tensor, "item draw time"], Bool[Tensor, "item draw time"], Float[Tensor, "item draw #time"]]:
        """Log-probability of every token drawn, which are real, and the baseline."""
        greedy = rewards.shape[1] - self.draws
        if not isinstance(self.baseline, Regressor):
            logp, real = log_probabilities(model, batch, drawn)
            return logp, real, self.baseline(rewards[:, greedy:], rewards[:, :greedy])[..., None]
        with states_of(model) as passed:
            logp, real = log_probabilities(model, batch, drawn)
        states = torch.cat(passed, dim=1).unflatten(0, drawn.shape[:2])
        return logp, real, self.baseline(states)


def agreement(written: Written, batch: Batch) -> float:
    """Share of the target's tokens that outputs have at the same place."""
    time = min(written.shape[2], batch.target_out.shape[1])
    right = (written[:, :, :time] == batch.target_out[:, None, :time]) & batch.target_valid[:, None, :time]
    return float(right.sum() / (written.shape[1] * batch.target_tokens))
