"""Monotonic chunkwise attention: where the monotonic process stops, a soft attention over the last few keys.

β_ij = Σ_{k=j}^{j+w−1} α_ik · exp(u_ij) / Σ_{l=k−w+1}^{k} exp(u_il), α_ik being where the process stops (monotonic.py) and u a second
score. The process goes on from α; β multiplies the values. Source: Chiu & Raffel 2018, section 2.2, arXiv:1712.05382; the
softmax of each chunk is taken by itself, where their moving sums of exponentials overflow or vanish.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.attention.alignment import Queries
from core.attention.history import History
from core.attention.monotonic import Energy, Monotonic
from core.attention.normalizers import softmax
from core.attention.score import AbstractScore
from core.shapes import Keys, Mask, Prepared, Scores, Weights


def chunkwise(stops: Weights, scores: Scores, width: int) -> Weights:
    """Each stop's weight shared out over the chunk that ends with it.

    Args:
        stops: α of one query; scores: u of one query, −∞ where blocked; width: keys in a chunk, fewer at the beginning.

    >>> stops, even = torch.tensor([[[[0.0, 0.0, 1.0]]]]), torch.zeros(1, 1, 1, 3)
    >>> chunkwise(stops, even, 2).tolist(), chunkwise(stops, even, 9)[0, 0, 0].sum().item()
    ([[[[0.0, 0.5, 0.5]]]], 1.0)
    """
    chunks = nn.functional.pad(scores[:, :, 0], (width - 1, 0), value=-torch.inf).unfold(-1, width, 1)
    shares = softmax(chunks, chunks > -torch.inf) * stops[:, :, 0, :, None]  # batch head stop place-in-chunk
    moved = [nn.functional.pad(shares[..., at], (at, width - 1 - at)) for at in range(width)]
    return torch.stack(moved).sum(dim=0)[:, :, None, width - 1 :]  # what lies before the first key is empty


class Mocha(Monotonic):
    """Scan on, stop, and look softly at the chunk that ends there.

    Args:
        score: the energy of stopping; chunk_score: of the keys of a chunk, prepared with as many features.
        width: keys in a chunk.
        noise, dropout, temperature: as in Monotonic.
    """

    def __init__(
        self,
        score: Energy,
        chunk_score: AbstractScore,
        width: int,
        *,
        noise: float = 1.0,
        dropout: float = 0.0,
        temperature: float = 1.0,
    ) -> None:
        super().__init__(score, noise=noise, dropout=dropout, temperature=temperature)
        self.chunk_score = chunk_score
        self.width = width

    def prepare(self, key: Keys) -> Prepared:
        """As both scores want the keys, one beside the other."""
        return torch.cat([self.score.prepare(key), self.chunk_score.prepare(key)], dim=-1)

    def weigh(
        self, query: Queries, key: Prepared, mask: Mask | None, history: History
    ) -> tuple[Scores, Weights, Weights]:
        """Stop, then look; the scores are those of stopping."""
        to_stop, to_share = _halves(key)
        scores = self.tap_scores(self.scores(query, to_stop, mask))
        stops = self.stops(scores, history)
        shared = self.chunk_score(query, to_share).masked_fill(scores == -torch.inf, -torch.inf)
        weights = self.tap_weights(chunkwise(stops, shared, self.width))
        return scores, weights, stops


def _halves(
    key: Prepared,
) -> tuple[Float[Tensor, "batch head key half"], Float[Tensor, "batch head key half"]]:
    first, second = key.chunk(2, dim=-1)
    return first, second
