"""Teacher forcing: the negative log-likelihood of the target under the gold prefix.

L = −Σ log p(y_t | y_<t, x) over all real target tokens of the batch, divided by their number: not per padded cell, not
a mean of means. Label smoothing gives a share ε of the probability away; three conventions are in use (mechanisms
§6.7): "uniform" ε/V to every token (Szegedy et al. 2016, PyTorch), "others" ε/(V−1) to every wrong one (fairseq),
"others_but_pad" ε/(V−2) to every wrong one except <pad> (OpenNMT, JoeyNMT).
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.autograd.function import once_differentiable

from core.data.batch import Batch
from core.data.vocabulary import PAD
from core.models.seq2seq import Seq2Seq
from core.training.objective import Objectives

SMOOTHINGS = ("uniform", "others", "others_but_pad")


@dataclass(frozen=True)
class Likelihood:
    """Cross-entropy against a smoothed target, in nats per target token.

    Attributes:
        smoothing: the share ε given away; kind: who gets it.
    """

    smoothing: float = 0.0
    kind: str = "uniform"

    def __call__(self, model: Seq2Seq, batch: Batch, step: int) -> Objectives:
        """Weigh one batch; pads get no loss and no gradient."""
        # pads stay in: to take them out copies all of it, there and back
        weighed = self.weigh(model(batch).flatten(0, 1), batch.target_out.flatten(), batch.target_valid.flatten())
        return Objectives({"likelihood": weighed[0]}, float(weighed[1]))

    def weigh(
        self, logits: Float[Tensor, "token vocab"], gold: Int[Tensor, " token"], valid: Bool[Tensor, " token"]
    ) -> tuple[Float[Tensor, ""], Float[Tensor, ""]]:
        """Mean cross-entropy of the valid tokens against their target distributions, and the share of them that is right.

        A token is right if no other has a larger logit. The mean can be differentiated once.
        """
        loss, right = _CrossEntropy.apply(logits, gold, valid, self._shares(logits.shape[1]))
        return loss, right

    def _shares(self, vocabulary: int) -> "_Shares":
        if self.smoothing == 0.0:
            return _Shares(1.0, 0.0, 0.0)
        count = {"uniform": vocabulary, "others": vocabulary - 1, "others_but_pad": vocabulary - 2}[self.kind]
        share = self.smoothing / count
        return {
            "uniform": _Shares(1.0 - self.smoothing, share, 0.0),
            "others": _Shares(1.0 - self.smoothing - share, share, 0.0),
            "others_but_pad": _Shares(1.0 - self.smoothing - share, share, -share),
        }[self.kind]


class _Shares(NamedTuple):
    """A target distribution as a sum: what the gold token gets, what every token gets, what <pad> gets; 1 in all."""

    gold: float
    every: float
    pad: float


class _CrossEntropy(torch.autograd.Function):
    """The mean of Σ_v q_v · −log p_v, p the softmax of a token's logits; its gradient is p − q over the number of tokens.

    The largest tensors of a step are here, a number per token and word of the vocabulary, so there is one of them and
    not four: p is kept, and becomes the gradient.
    """

    @staticmethod
    def forward(ctx: Any, logits: Tensor, gold: Tensor, valid: Tensor, shares: _Shares) -> tuple[Tensor, Tensor]:
        probabilities = logits.softmax(dim=-1)
        top, gold = logits.amax(dim=-1), gold[:, None]
        behind = top - logits.gather(1, gold)[:, 0]
        # −log p of the likeliest token, which no rounding makes infinite; the others follow from differences of logits
        losses = behind - probabilities.amax(dim=-1).log_()
        if shares.every:
            losses += (shares.gold - 1.0) * behind
            losses += shares.every * logits.shape[1] * (top - logits.mean(dim=-1))
            losses += shares.pad * (top - logits[:, PAD])
        real = valid.to(logits.dtype)
        count = real.sum()
        weights = real / count
        ctx.shares = shares
        ctx.save_for_backward(probabilities, gold, weights)
        right = torch.eq(behind, 0.0, out=behind) @ real / count  # whole numbers until the end: all right is 1 exactly
        ctx.mark_non_differentiable(right)
        return losses @ weights, right

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, outer: Tensor, _: Tensor) -> tuple[Tensor, None, None, None]:
        gradient, gold, weights = ctx.saved_tensors  # the probabilities: a second backward is told that they are gone
        if ctx.shares.every:
            gradient -= ctx.shares.every
            gradient[:, PAD] -= ctx.shares.pad
        gradient.scatter_add_(1, gold, torch.full_like(gradient[:, :1], -ctx.shares.gold))
        gradient *= (weights * outer)[:, None]
        return gradient, None, None, None
