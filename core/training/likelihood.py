"""Teacher forcing: the negative log-likelihood of the target under the gold prefix.

L = −Σ log p(y_t | y_<t, x) over all real target tokens of the batch, divided by their number: not per padded cell, not
a mean of means. Label smoothing gives a share ε of the probability away; three conventions are in use (mechanisms
§6.7): "uniform" ε/V to every token (Szegedy et al. 2016, PyTorch), "others" ε/(V−1) to every wrong one (fairseq),
"others_but_pad" ε/(V−2) to every wrong one except <pad> (OpenNMT, JoeyNMT).
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

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
        logits = model(batch)[batch.target_valid]  # token vocab
        gold = batch.target_out[batch.target_valid]  # token
        loss = self.per_token(logits, gold).mean()
        right = (logits.detach().argmax(dim=-1) == gold).float().mean()
        return Objectives({"likelihood": loss}, float(right))

    def per_token(self, logits: Float[Tensor, "token vocab"], gold: Int[Tensor, " token"]) -> Float[Tensor, " token"]:
        """Cross-entropy of each token against its target distribution."""
        log_probs = torch.log_softmax(logits, dim=-1)
        own = log_probs.gather(1, gold[:, None])[:, 0]
        if self.smoothing == 0.0:
            return -own
        vocabulary, everyone = logits.shape[1], log_probs.sum(dim=1)
        others, count = {
            "uniform": (everyone, vocabulary),
            "others": (everyone - own, vocabulary - 1),
            "others_but_pad": (everyone - own - log_probs[:, PAD], vocabulary - 2),
        }[self.kind]
        return -(1.0 - self.smoothing) * own - self.smoothing / count * others
