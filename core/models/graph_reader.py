"""Labels of nodes, or of whole graphs, by attention along edges: layer after layer, each node hears its neighbors.

After L layers a node has heard of nodes at most L edges away. Source: Veličković et al. 2018, sections 2.1 and 3.3, arXiv:1710.10903.
"""

from jaxtyping import Float
from torch import Tensor, nn

from core.attention.dropout import Dropout
from core.attention.edges import AbstractEdgeAttention, Edges
from core.data.vector_sets import Entrance, SetBatch
from core.errors import ShapeError
from core.language import tr
from core.models.set_reader import POOLS, LabelScores


class GraphLayer(nn.Module):
    """One round of hearing: dropout, attention along edges, ELU.

    Args:
        attention: along edges; dropout: share of features zeroed before it while training.
    """

    def __init__(self, attention: AbstractEdgeAttention, *, dropout: float) -> None:
        super().__init__()
        self.attention, self.dropout = attention, Dropout(dropout)

    def forward(self, states: Float[Tensor, "graph node feature"], edges: Edges) -> Float[Tensor, "graph node width"]:
        """What each node has heard."""
        heard: Tensor = self.attention(self.dropout(states), edges)
        return nn.functional.elu(heard)


class GraphReader(nn.Module):
    """Layers of attention along edges, then one linear map at every node, or at what is made of all.

    Args:
        layers: from the first, which reads the features; their widths fit.
        width: of the last; entrance: how graphs enter, and what is asked; self_loops: whether a node looks at itself too.
        pool: of POOLS, where one label is asked for all.
    """

    def __init__(
        self, layers: list[GraphLayer], width: int, entrance: Entrance, *, self_loops: bool, pool: str
    ) -> None:
        super().__init__()
        self.encoder = nn.ModuleDict({"layers": nn.ModuleList(layers)})
        self.self_loops = self_loops
        self.pool = None if entrance.output == "each" else POOLS[pool]
        self.output = nn.Linear(width, len(entrance.labels))

    def forward(self, batch: SetBatch) -> LabelScores:
        """Scores of every label, of each node or of the graph.

        Raises:
            ShapeError: sets without edges.
        """
        if batch.edges is None:
            raise ShapeError(
                tr("attention along edges needs a graph, and these sets have no edges: choose model=attention")
            )
        graphs, nodes = batch.valid.shape
        edges = Edges.of(batch.edges, graphs, nodes, self_loops=self.self_loops)
        states = batch.content
        for layer in self.encoder["layers"]:
            states = layer(states, edges)
        scores: Tensor = self.output(states if self.pool is None else self.pool(states, batch.valid))
        return scores
