"""A head made for questions: it points at where an answer begins in its source, and where it ends.

Sources: Vinyals et al. 2015, arXiv:1506.03134 (pointing); Devlin et al. 2019, section 4.2, arXiv:1810.04805 (two scores a token).
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.models.encoder import AbstractEncoder
from core.shapes import States, Tokens, Valid

EdgeScores = Float[Tensor, "batch edge source"]  # two edges: the first token of a span, and its last
Spans = Int[Tensor, "batch edge"]


class SpanPointer(nn.Module):
    """An encoder, and for every token of its source two scores: to be the first of the answer, and the last.

    Args:
        encoder: reads question and context together; width: of its states.
    """

    def __init__(self, encoder: AbstractEncoder, width: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.inner = nn.Linear(width, width)
        self.edges = nn.Linear(width, 2)

    def forward(self, source: Tokens, valid: Valid) -> EdgeScores:
        """Log-probability of every token as an edge; −∞ on padding."""
        states: States = self.inner(self.encoder(source, valid).states).tanh()
        scores: Tensor = self.edges(states).transpose(1, 2)  # batch edge source
        return scores.masked_fill(~valid[:, None], -torch.inf).log_softmax(dim=-1)


def best_spans(scores: EdgeScores) -> Spans:
    """The most probable spans whose end is not before their beginning; edges are taken to be independent.

    >>> first = torch.tensor([0.1, 0.1, 0.8]).log()
    >>> last = torch.tensor([0.6, 0.3, 0.1]).log()
    >>> best_spans(torch.stack([first, last])[None]).tolist()
    [[2, 2]]
    """
    size = scores.shape[-1]
    both = scores[:, 0, :, None] + scores[:, 1, None, :]  # batch first last
    backwards = torch.ones(size, size, dtype=torch.bool).tril(-1)
    best = both.masked_fill(backwards, -torch.inf).flatten(1).argmax(dim=1)
    return torch.stack([best // size, best % size], dim=1)
