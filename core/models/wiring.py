"""Which encoder layers the cross-attention of each decoder layer looks at.

The original looks at the last one from everywhere (Vaswani et al. 2017). Liu et al. 2020 (arXiv:2005.08081) let layer l
look at encoder layer l ("layer-wise", of their granularity-consistent kind), or at that one and the last ("multi-view").
A mixture learns, per decoder layer, a softmax over the encoder layers, as Bapna et al. 2018 (arXiv:1808.07561) do to train
deep encoders. A matrix of decoder layer × encoder layer says freely who is connected; where several are, their mean is
looked at.

What is looked at are normed states, of the layers before the last too, so that all are of one size. No gain is claimed for any of these at our sizes (`attnlab claims wiring`).
"""

from abc import ABC, abstractmethod

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from core.errors import SettingError
from core.language import tr
from core.models.encoder import Memory
from core.shapes import States

Views = tuple[States, ...]


class AbstractWiring(nn.Module, ABC):
    """From a memory to what each decoder layer looks at; every kind is made with (layers, connections).

    Attributes:
        views: how many states each decoder layer looks at, each with an attention of its own.
    """

    views: int = 1

    @abstractmethod
    def forward(self, memory: Memory) -> tuple[Views, ...]:
        """For each decoder layer, from the first, the states of its views."""

    @abstractmethod
    def matrix(self) -> Float[Tensor, "target_layer source_layer"]:
        """How much of each encoder layer each decoder layer looks at; a view counts as one, a row of one view sums to 1."""


class LastLayer(AbstractWiring):
    """Every decoder layer looks at the last encoder layer: the original."""

    def __init__(self, layers: int, connections: str) -> None:
        super().__init__()
        self.layers = layers

    def forward(self, memory: Memory) -> tuple[Views, ...]:
        """The states that came out at the end."""
        return ((memory.states,),) * self.layers

    def matrix(self) -> Float[Tensor, "target_layer source_layer"]:
        """Ones in the last column."""
        return torch.eye(self.layers)[[self.layers - 1] * self.layers]


class LayerWise(AbstractWiring):
    """Decoder layer l looks at encoder layer l."""

    def __init__(self, layers: int, connections: str) -> None:
        super().__init__()
        self.layers = layers

    def forward(self, memory: Memory) -> tuple[Views, ...]:
        """Layer by layer."""
        return tuple((states,) for states in memory.layers)

    def matrix(self) -> Float[Tensor, "target_layer source_layer"]:
        """Ones on the diagonal."""
        return torch.eye(self.layers)


class MultiView(AbstractWiring):
    """Decoder layer l looks at the last encoder layer and, with a second attention, at layer l; their outputs are added."""

    views = 2

    def __init__(self, layers: int, connections: str) -> None:
        super().__init__()
        self.layers = layers

    def forward(self, memory: Memory) -> tuple[Views, ...]:
        """The global view first, then the layer's own."""
        return tuple((memory.states, states) for states in memory.layers)

    def matrix(self) -> Float[Tensor, "target_layer source_layer"]:
        """Ones in the last column and on the diagonal; their meeting counts twice."""
        return torch.eye(self.layers) + torch.eye(self.layers)[[self.layers - 1] * self.layers]


class Mixture(AbstractWiring):
    """Decoder layer l looks at a mixture of all encoder layers, whose weights it learns."""

    def __init__(self, layers: int, connections: str) -> None:
        super().__init__()
        self.logits = nn.Parameter(torch.zeros(layers, layers))

    def forward(self, memory: Memory) -> tuple[Views, ...]:
        """One mixture per decoder layer."""
        return tuple((_mixed(row, memory.layers),) for row in self.matrix())

    def matrix(self) -> Float[Tensor, "target_layer source_layer"]:
        """Softmax of what was learned."""
        return self.logits.softmax(dim=-1)


class FreeMatrix(AbstractWiring):
    """Decoder layer l looks at the mean of the encoder layers its row of a matrix connects it with.

    Args:
        layers: of encoder and decoder; connections: see `read_connections`.
    """

    connected: Tensor

    def __init__(self, layers: int, connections: str) -> None:
        super().__init__()
        self.register_buffer("connected", read_connections(connections, layers), persistent=False)

    def forward(self, memory: Memory) -> tuple[Views, ...]:
        """Where one layer alone is connected, its states as they are."""
        chosen = ([memory.layers[at] for at in row.nonzero()[:, 0].tolist()] for row in self.connected)
        return tuple((states[0] if len(states) == 1 else torch.stack(states).mean(dim=0),) for states in chosen)

    def matrix(self) -> Float[Tensor, "target_layer source_layer"]:
        """Rows that sum to one."""
        return self.connected / self.connected.sum(dim=1, keepdim=True)


def read_connections(text: str, layers: int) -> Bool[Tensor, "target_layer source_layer"]:
    """A matrix written as rows of 0 and 1, a row per decoder layer from the first, with "/" between them.

    Raises:
        SettingError: another shape, other characters, or a row without a 1.

    >>> read_connections("01/11", 2).int().tolist()
    [[0, 1], [1, 1]]
    """
    rows = text.strip().split("/")
    if len(rows) != layers or any(len(row) != layers or set(row) - {"0", "1"} for row in rows):
        example = "/".join("0" * (layers - 1) + "1" for _ in range(layers))
        raise SettingError(
            tr(
                "connections={text_!r} is no matrix for layers={layers}: write {layers} rows of {layers} digits 0 or 1, "
                "a row per decoder layer, for instance {example}",
                text_=text,
                layers=layers,
                example=example,
            )
        )
    if any("1" not in row for row in rows):
        raise SettingError(
            tr(
                "connections={text_!r} leaves a decoder layer without a source: give every row at least one 1",
                text_=text,
            )
        )
    return torch.tensor([[digit == "1" for digit in row] for row in rows])


def _mixed(weights: Float[Tensor, " layer"], layers: tuple[States, ...]) -> States:
    return torch.einsum("l,lbtw->btw", weights, torch.stack(layers))


ONLY_LAST = "last"
WIRINGS: dict[str, type[AbstractWiring]] = {
    ONLY_LAST: LastLayer,
    "layerwise": LayerWise,
    "multiview": MultiView,
    "mixture": Mixture,
    "matrix": FreeMatrix,
}
