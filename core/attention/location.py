"""Location-aware attention: the score also hears where the query before looked, and where all of them did.

f_i = F ∗ [α_{i−1}; Σ α], e_ij = vᵀ tanh(W q_i + V k_j + U f_ij + b). Source: Chorowski et al. 2015, section 2.1,
arXiv:1506.07503, with the previous weights; the sum of all beside them as in Shen et al. 2018 (Tacotron 2), section 2.2,
arXiv:1712.05884. U f enters where the keys do, so it is added to the prepared keys, and what is left is the additive
score: with F or U all zeros it is that score to the bit.
"""

import torch
from torch import nn

from core.attention.additive import Additive
from core.attention.alignment import Content
from core.attention.course import FREE, AbstractCourse
from core.attention.history import History
from core.attention.normalizers import Normalizer, softmax
from core.shapes import Prepared

CHANNELS = 10  # features f of a place, as in Chorowski et al.


class Location(nn.Module):
    """U (F ∗ rows): what the neighborhood of a key in earlier weights says of it. Beyond both ends are zeros.

    Args:
        dim: features of a prepared key; reach: keys on each side that are heard of.
        rows: which of a history are read: "last", "total".
    """

    def __init__(self, dim: int, reach: int, rows: tuple[str, ...] = ("last", "total")) -> None:
        super().__init__()
        self.rows = rows
        self.convolve = nn.Conv1d(len(rows), CHANNELS, 2 * reach + 1, padding=reach, bias=False)
        self.project = nn.Linear(CHANNELS, dim, bias=False)

    def forward(self, history: History) -> Prepared:
        """A vector per key."""
        read = torch.cat([getattr(history, name) for name in self.rows], dim=2)  # batch head rows key
        heard = self.convolve(read.flatten(0, 1)).mT  # batch·head key channels
        placed: Prepared = self.project(heard).unflatten(0, read.shape[:2])
        return placed


class Coverage(nn.Module):
    """w_c c: how much a key was looked at so far, whatever its neighborhood (See et al. 2017, equation 11, arXiv:1704.04368).

    Args:
        dim: features of a prepared key.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.project = nn.Linear(1, dim, bias=False)

    def forward(self, history: History) -> Prepared:
        """A vector per key."""
        placed: Prepared = self.project(history.total.mT)
        return placed


class LocationAware(Content):
    """Additive attention that knows where it has been.

    Args:
        score: the additive one; location: what a history says of every key.
        normalize, course, dropout, temperature: as in Content; a temperature below 1 is the paper's sharpening, the
            normalizer `sigmoid` akin to its smoothing.
    """

    def __init__(
        self,
        score: Additive,
        location: Location | Coverage,
        *,
        normalize: Normalizer = softmax,
        course: AbstractCourse = FREE,
        dropout: float = 0.0,
        temperature: float = 1.0,
    ) -> None:
        super().__init__(score, normalize=normalize, course=course, dropout=dropout, temperature=temperature)
        self.location = location

    def placed(self, key: Prepared, history: History) -> Prepared:
        """V k + U f."""
        return key + self.location(history)
