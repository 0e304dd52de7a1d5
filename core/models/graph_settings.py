"""The settings of networks on graphs, whose nodes look along edges alone."""

from dataclasses import dataclass
from typing import ClassVar

from core.attention.edges import EDGE_ATTENTIONS
from core.data.vector_sets import Entrance
from core.errors import SettingError
from core.language import tr
from core.models.graph_reader import GraphLayer, GraphReader
from core.models.set_settings import AbstractSetSettings
from core.settings import setting


@dataclass(frozen=True)
class EdgeSettings(AbstractSetSettings):
    """Self-attention of which all but the edges is masked: scaled dot products."""

    name: ClassVar[str] = "edges"
    summary: ClassVar[str] = "self-attention along edges only: scaled dot products"

    layers: int = setting(2, low=1, high=16, help="rounds of hearing: after L of them a node has heard L edges far")
    heads: int = setting(4, low=1, high=16, help="attentions beside each other in every layer; divides the width")
    width: int = setting(32, low=4, high=1024, step=8, help="features of every node's vector")
    self_loops: bool = setting(
        True, help="whether a node looks at itself too; without, one without edges hears nothing"
    )
    pool: str = setting(
        "mean",
        choices=("mean", "sum"),
        help="one label for a graph only: the nodes' mean, or their sum, which knows how many",
    )
    dropout: float = setting(0.0, low=0.0, high=0.9, step=0.1, help="share of features zeroed while training")
    weight_dropout: float = setting(
        0.0, low=0.0, high=0.9, step=0.1, help="share of edges' weights zeroed while training"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width % self.heads:
            raise SettingError(
                tr(
                    "width={width} cannot be shared by heads={heads}: choose a width that is a multiple of heads",
                    width=self.width,
                    heads=self.heads,
                )
            )

    def make(self, entrance: Entrance) -> GraphReader:
        """See above.

        Raises:
            SettingError: items that are words, not nodes with features.
        """
        if entrance.words is not None:
            raise SettingError(
                tr("model={name} reads nodes of a graph, not words: choose model=attention", name=self.name)
            )
        kind, dim = EDGE_ATTENTIONS[self.name], self.width // self.heads
        incoming = [entrance.features, *[self.width] * (self.layers - 1)]
        layers = [
            GraphLayer(kind(features, self.heads, dim, dropout=self.weight_dropout), dropout=self.dropout)
            for features in incoming
        ]
        return GraphReader(layers, self.width, entrance, self_loops=self.self_loops, pool=self.pool)


@dataclass(frozen=True)
class GraphAttentionSettings(EdgeSettings):
    """GAT: the same with additive scores."""

    name: ClassVar[str] = "gat"
    summary: ClassVar[str] = "graph attention network: along edges only, additive scores (Veličković et al. 2018)"
