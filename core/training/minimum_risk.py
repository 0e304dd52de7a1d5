"""Minimum risk training: the expected risk over a few outputs, weighed by how probable the model finds each.

    L = Σ_{y ∈ S} Q(y) · Δ(y),      Q(y) = p(y)^α / Σ_{y' ∈ S} p(y')^α

S are the different ones among the outputs that were drawn, and the reference where it is asked for; the risk Δ is minus the
reward. α is the sharpness: at 1 with every output in S this is the expected risk itself, at 0 all count alike. Unlike a policy
gradient it is a loss: differentiated as it stands, no chance in its gradient once S is drawn. An output that was drawn twice
counts once, else Q would be another distribution.

Source: Shen et al. 2016, arXiv:1512.02433, with the reference in S and α = 0.005 for whole sentences.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from core.data.batch import Batch
from core.data.vocabulary import PAD
from core.models.seq2seq import Seq2Seq
from core.seeds import Seeds
from core.training.episodes import Written, cast, limits, log_probabilities, write
from core.training.objective import Objectives
from core.training.policy_gradient import CHANCE, agreement
from core.training.rewards import Judge

RISK = "risk"  # of the loss


@dataclass(frozen=True)
class MinimumRisk:
    """An expected risk over a sample, to be lowered.

    Attributes:
        judge: gives the rewards; draws: outputs drawn for each source; seeds: where chance comes from.
        sharpness: α; reference: whether the target is in the sample.
    """

    judge: Judge
    draws: int
    sharpness: float
    reference: bool
    seeds: Seeds

    def __call__(self, model: Seq2Seq, batch: Batch, step: int) -> Objectives:
        """Weigh one batch; the risk is summed over items, per target token, and the model is left as it was."""
        training = model.training
        model.eval()
        longest, lengths = limits(model, batch), batch.target_valid.sum(dim=1)
        casting = cast(batch, longest, torch.zeros_like(lengths), (self.draws, 0), (self.seeds, CHANCE, step))
        drawn = write(model, batch, longest, casting)
        sample = with_reference(drawn, batch) if self.reference else drawn
        rewards = self.judge(sample, batch)
        logp, _ = log_probabilities(model, batch, sample)
        model.train(training)
        risk = expected_risk(logp.sum(dim=-1), -rewards, distinct(sample), self.sharpness)
        reward = float(rewards[:, : self.draws].mean())
        return Objectives({RISK: risk.sum() / batch.target_tokens}, agreement(drawn, batch), reward)


def expected_risk(
    logp: Float[Tensor, "item output"],
    risk: Float[Tensor, "item output"],
    counts: Bool[Tensor, "item output"],
    sharpness: float,
) -> Float[Tensor, " item"]:
    """Σ Q·Δ over the outputs that count.

    >>> halves = torch.tensor([[0.5, 0.5]]).log()
    >>> expected_risk(halves, torch.tensor([[1.0, 0.0]]), torch.tensor([[True, True]]), 1.0).tolist()
    [0.5]
    """
    shares = (sharpness * logp).masked_fill(~counts, -torch.inf).softmax(dim=1)
    return (shares * risk).sum(dim=1)


def distinct(written: Written) -> Bool[Tensor, "item output"]:
    """True at the first of equal outputs of an item.

    >>> distinct(torch.tensor([[[7, 2], [7, 2], [2, 0]]])).tolist()
    [[True, False, True]]
    """
    equal = (written[:, :, None] == written[:, None]).all(dim=-1)  # item output output
    return ~equal.tril(diagonal=-1).any(dim=-1)


def with_reference(written: Written, batch: Batch) -> Int[Tensor, "item output place"]:
    """The outputs, and behind them the target of each item."""
    time = max(written.shape[2], batch.target_out.shape[1])
    wider, target = (
        torch.nn.functional.pad(one, (0, time - one.shape[-1]), value=PAD)
        for one in (written, batch.target_out[:, None])
    )
    return torch.cat([wider, target], dim=1)
