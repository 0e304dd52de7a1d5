"""A graph of a person's own, from two tables: Cora's papers and citations, or anything else in that form."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from core.data.graphs import Graph, read_graph
from core.data.named_file import named_file
from core.errors import DataError
from core.language import tr
from core.settings import setting
from core.tasks.graph_task import TRAINING, AbstractGraphTask

_LARGE = {**TRAINING, "record_every": 0}


@dataclass(frozen=True)
class OwnGraph(AbstractGraphTask):
    """Nodes in, a label for each out; splits as the file has them, else by a hash of each node's name.

    The features of a node are divided by the sum of their sizes, as Kipf & Welling 2017 do: some say more than others.
    """

    name: ClassVar[str] = "graph"
    summary: ClassVar[str] = "a label for each node of your own graph: a table of nodes and one of edges"
    needs_data: ClassVar[bool] = True
    files: ClassVar[tuple[str, ...]] = ("nodes", "edges")
    presets: ClassVar[dict[str, Any]] = AbstractGraphTask.presets | {
        "gat": {"model": {"heads": 8, "width": 64, "dropout": 0.6, "weight_dropout": 0.6}, "training": _LARGE},
        "edges": {"model": {"heads": 8, "width": 64, "dropout": 0.6, "weight_dropout": 0.6}, "training": _LARGE},
    }

    nodes: str = setting("", help="table of nodes: name, label, split, features, with tabs between")
    edges: str = setting("", help="table of edges: two names of nodes, with a tab between")

    def read_graph(self) -> Graph:
        """From the two tables.

        Raises:
            DataError: a table is not given, or cannot be used.
        """
        for setting_name, path in (("nodes", self.nodes), ("edges", self.edges)):
            if not path:
                raise DataError(
                    tr(
                        "task=graph needs task.{setting_name}: the path of a table; see docs/beyond-translation.md",
                        setting_name=setting_name,
                    )
                )
        found = read_graph(named_file(self.nodes), named_file(self.edges))
        sums = found.features.abs().sum(1, keepdim=True)
        return replace(found, features=found.features / sums.where(sums > 0, 1.0))
