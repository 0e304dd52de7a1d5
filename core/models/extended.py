"""The extended vocabulary of the sources at hand, and a distribution over it.

    P(w) = P_made(w) + Σ_{j: x_j = w} P_copied(j)

Where a token stands in the source several times its shares add up. A token that the vocabulary lacks can be copied only,
one that the source lacks can be made only, and a number that belongs to another source of the batch has no probability.

Source: See et al. 2017, equation 9, arXiv:1704.04368; Gu et al. 2016, equation 4, arXiv:1603.06393. Their loss takes the
logarithm of a sum of two small numbers; here the two are added as logarithms, so what is improbable stays finite.
"""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from core.data.vocabulary import PAD, UNK
from core.models.encoder import Memory
from core.shapes import Logits

_NEVER = -1e30  # the logarithm of what is not made: finite, so that its gradient is a number


class Extended(NamedTuple):
    """What can be written beside each source.

    Attributes:
        numbers: under which each of its tokens is written; valid: which are no padding.
        possible: which numbers can be written at all.
    """

    numbers: Int[Tensor, "row source"]
    valid: Bool[Tensor, "row source"]
    possible: Bool[Tensor, "row extended"]

    @classmethod
    def of(cls, memory: Memory, vocabulary: int, *, makes: bool = True) -> "Extended":
        """The one of an encoded source.

        Args:
            vocabulary: target tokens; makes: whether those can be written wherever they stand not in the source.
        """
        assert memory.copied is not None, "the encoder of a model that copies says what is copied (CopyableEncoder)"
        size = max(vocabulary, int(memory.copied.max()) + 1)
        stands = torch.zeros(len(memory.valid), size).scatter_add_(1, memory.copied, memory.valid.float()) > 0
        stands[:, [PAD, UNK]] = True  # which gold tokens may be, and a loss is a number there too
        if makes:
            stands[:, :vocabulary] = True
        return cls(memory.copied, memory.valid, stands)

    def select(self, rows: Int[Tensor, " row"]) -> "Extended":
        """Those of these rows."""
        return Extended(*(part.index_select(0, rows) for part in self))

    def mixed(
        self, copied: Float[Tensor, "batch time source"], made: Logits | None = None
    ) -> Float[Tensor, "batch time extended"]:
        """The logarithm of P, −∞ where nothing can be written; its exponentials sum to what both parts sum to.

        Args:
            copied: probability of copying each token; made: logarithms of the probability of making each of the vocabulary.
        """
        size = self.possible.shape[1]
        times = self.numbers[:, None].expand(copied.shape)
        share = copied.new_zeros(*copied.shape[:2], size).scatter_add(2, times, copied)
        found = share.clamp_min(torch.finfo(share.dtype).tiny).log()
        if made is not None:
            rest = size - made.shape[-1]
            found = torch.logaddexp(torch.nn.functional.pad(made, (0, rest), value=_NEVER), found)
        return found.masked_fill(~self.possible[:, None], -torch.inf)


def read_again(tokens: Tensor, vocabulary: int) -> Tensor:
    """Numbers as they are fed back: those past the vocabulary, which no table has, as <unk>.

    >>> read_again(torch.tensor([6, 7, 8]), 7).tolist()
    [6, 3, 3]
    """
    return tokens.masked_fill(tokens >= vocabulary, UNK)
