"""Self-attention over a set of vectors: one label for each item, or one for all.

Whatever a set is made of enters as vectors: words by an embedding, frames, patches and nodes by one linear map. One label for
all is read from the mean or the sum of the items, or from an item more that stands first (Devlin et al. 2019, section 3).
"""

from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.data.vector_sets import Content, Entrance, SetBatch
from core.data.vocabulary import BEGIN
from core.models.parts import embedding_of, state_embedding_of
from core.models.transformer_encoder import TransformerEncoder
from core.models.transformer_settings import TransformerSettings
from core.shapes import States, Valid

LabelScores = Float[Tensor, "batch *item label"]
Pooled = Float[Tensor, "batch width"]


def mean_of_items(states: States, valid: Valid) -> Pooled:
    """The mean of the real items."""
    real = valid[..., None].to(states.dtype)
    return (states * real).sum(1) / real.sum(1).clamp(min=1)


def sum_of_items(states: States, valid: Valid) -> Pooled:
    """The sum of the real items, which tells how many there are (Xu et al. 2019, arXiv:1810.00826)."""
    return (states * valid[..., None].to(states.dtype)).sum(1)


def first_item(states: States, valid: Valid) -> Pooled:
    """The item that was put first."""
    return states[:, 0]


POOLS: dict[str, Callable[[States, Valid], Pooled]] = {
    "mean": mean_of_items,
    "sum": sum_of_items,
    "class": first_item,
}


class SetReader(nn.Module):
    """A Transformer's encoder over a set.

    Args:
        settings: of the blocks; entrance: how sets enter, and what is asked.
        pool: of POOLS, where one label is asked for all.
    """

    def __init__(self, settings: TransformerSettings, entrance: Entrance, pool: str) -> None:
        super().__init__()
        words = entrance.words
        if words is not None:
            self.enter: nn.Module = nn.Identity()
            embedding = embedding_of(settings, len(words))
        else:
            self.enter = nn.Linear(entrance.features, settings.width)
            embedding = state_embedding_of(settings)
        self.class_item = nn.Parameter(torch.zeros(settings.width)) if pool == "class" and words is None else None
        self.encoder = TransformerEncoder(settings, embedding)
        self.pool = None if entrance.output == "each" else POOLS[pool]
        self.has_first = pool == "class"
        self.output = nn.Linear(settings.width, len(entrance.labels))

    def forward(self, batch: SetBatch) -> LabelScores:
        """Scores of every label, of each item or of all."""
        scores: Tensor = self.output(self.summary(batch))
        return scores

    def summary(self, batch: SetBatch) -> Float[Tensor, "batch *item width"]:
        """What the labels are read from."""
        content, valid = self.enter(batch.content), batch.valid
        if self.has_first:
            content = torch.cat([self._first(content), content], dim=1)
            valid = torch.cat([valid.new_ones(len(valid), 1), valid], dim=1)
        states: States = self.encoder(content, valid).states
        return states if self.pool is None else self.pool(states, valid)

    def _first(self, content: Content) -> Int[Tensor, "batch 1"] | Float[Tensor, "batch 1 width"]:
        """The item for the class, in every set."""
        if self.class_item is None:
            return content.new_full((len(content), 1), BEGIN)
        return self.class_item.expand(len(content), 1, -1)
