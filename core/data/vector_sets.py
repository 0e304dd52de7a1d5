"""Sets of vectors and what is asked of them: one idea for words, sound, patches of a picture and nodes of a graph.

A set has items. Each is a number (a word of a vocabulary, which an embedding makes a vector) or a vector already (a frame of
sound, a patch, the features of a node). Asked for is a label for each item (N → N) or one for all (N → 1). Sets of
different sizes are padded at the right, and every tensor of a batch comes with `valid` (True = real). Source of the kinds:
Lee 2021, "Self-attention".
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from core.data.vocabulary import PAD, Vocabulary
from core.errors import ShapeError
from core.language import tr
from core.shapes import Valid

UNASKED = -100  # label of an item of which nothing is asked; what cross-entropy leaves out
Output = Literal["each", "one"]
Content = Int[Tensor, "*batch item"] | Float[Tensor, "*batch item feature"]
Labels = Int[Tensor, "*batch item"] | Int[Tensor, "*batch"]


@dataclass(frozen=True, eq=False)
class SetExample:
    """One set and its labels.

    Attributes:
        items: the name of each: a word, the time of a frame, the place of a patch.
        content: a number or a vector for each.
        labels: of each item, or one number for all; UNASKED where nothing is asked.
        edges: who looks (first row) at whom (second row), where not everyone looks at everyone; None without a graph.
        told: what a page needs to draw it and a model does not see, ready for JSON.
    """

    items: tuple[str, ...]
    content: Content
    labels: Labels
    edges: Int[Tensor, "2 edge"] | None = None
    told: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.content) != len(self.items) or self.labels.ndim > 1:
            raise ShapeError(
                tr(
                    "content {tuple} and labels {tuple2} do not fit "
                    "{count} items; expected content [item] or [item, feature] and labels [item] or []",
                    tuple=tuple(self.content.shape),
                    tuple2=tuple(self.labels.shape),
                    count=len(self.items),
                )
            )


class SetBatch(NamedTuple):
    """Padded sets.

    Attributes:
        content: <pad> or zeros behind the end; valid: which items are real.
        labels: UNASKED behind the end.
        edges: (set of the batch, who looks, at whom) in columns; None where everyone looks at everyone.
    """

    content: Content
    valid: Valid
    labels: Labels
    edges: Int[Tensor, "3 edge"] | None = None


class Entrance(NamedTuple):
    """How a set enters a model.

    Attributes:
        words: where items are numbers, what they stand for; None where they are vectors already.
        features: of an item that is a vector; 0 for words.
        output: a label for "each" item, or "one" for all; labels: their names.
        grid: rows and columns of a picture's patches, row by row; None where items stand in no grid.
    """

    words: Vocabulary | None
    features: int
    output: Output
    labels: tuple[str, ...]
    grid: tuple[int, int] | None = None


def stack_sets(examples: Sequence[SetExample]) -> SetBatch:
    """Sets side by side, padded at the right.

    Raises:
        ShapeError: no set, or some with a graph beside some without.
    """
    if not examples:
        raise ShapeError(tr("a batch of sets needs at least one"))
    vectors = examples[0].content.is_floating_point()
    content = torch.nn.utils.rnn.pad_sequence(
        [one.content for one in examples], batch_first=True, padding_value=0.0 if vectors else PAD
    )
    lengths = torch.tensor([len(one.items) for one in examples])
    valid = torch.arange(content.shape[1])[None, :] < lengths[:, None]
    if examples[0].labels.ndim:
        labels = torch.nn.utils.rnn.pad_sequence(
            [one.labels for one in examples], batch_first=True, padding_value=UNASKED
        )
    else:
        labels = torch.stack([one.labels for one in examples])
    return SetBatch(content, valid, labels, _edges(examples))


def numbered(graphs: Sequence[Int[Tensor, "2 _"]]) -> Int[Tensor, "3 edge"]:
    """The edges of several sets in one table, each with the number of its set before it."""
    return torch.cat([torch.cat([torch.full((1, one.shape[1]), at), one]) for at, one in enumerate(graphs)], dim=1)


def _edges(examples: Sequence[SetExample]) -> Int[Tensor, "3 edge"] | None:
    drawn = [one.edges for one in examples if one.edges is not None]
    if not drawn:
        return None
    if len(drawn) < len(examples):
        raise ShapeError(
            tr(
                "{count} of {count2} sets of a batch have no graph: give all one",
                count=len(examples) - len(drawn),
                count2=len(examples),
            )
        )
    return numbered(drawn)
