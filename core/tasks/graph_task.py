"""What tasks on one graph share: the whole graph is one set, and its splits ask about different nodes."""

from abc import abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar

import torch

from core.data.graphs import Graph
from core.data.vector_sets import UNASKED, Entrance, SetExample
from core.tasks.set_task import AbstractSetTask
from core.tasks.task import Split, split_of

_ALONE: dict[str, Any] = {"window": 0}
TRAINING: dict[str, Any] = {
    "steps": 200, "batch_size": 1, "learning_rate": 5e-3, "weight_decay": 5e-4, "warmup": 5, "schedule": "constant",
    "evaluate_every": 20, "record_every": 10,
}  # fmt: skip


class AbstractGraphTask(AbstractSetTask):
    """One graph, a label for each node; the features and edges of all nodes are seen, the labels of some."""

    item: ClassVar[str] = "node"
    models: ClassVar[tuple[str, ...]] = ("gat", "edges", "attention", "window")
    presets: ClassVar[dict[str, Any]] = {
        "gat": {"training": TRAINING},
        "edges": {"training": TRAINING},
        "attention": {"model": {"layers": 2, "width": 32, "positions": "none"}, "training": TRAINING},
        "window": {"model": _ALONE, "training": TRAINING},
    }

    @abstractmethod
    def read_graph(self) -> Graph:
        """The graph.

        Raises:
            DataError: it cannot be read.
        """

    @cached_property
    def graph(self) -> Graph:
        """The graph, read once."""
        return self.read_graph()

    def build_entrance(self) -> Entrance:
        """Vectors, and a label for each."""
        labels = tuple(sorted({label for label in self.graph.labels if label}))
        return Entrance(None, self.graph.features.shape[1], "each", labels)

    def examples(self, split: Split) -> Sequence[SetExample]:
        """The graph, asked about the nodes of the split."""
        graph, known = self.graph, {label: at for at, label in enumerate(self.entrance.labels)}
        splits = graph.splits if any(graph.splits) else [split_of((name,)) for name in graph.names]
        asked = [known[label] if label and mine == split else UNASKED for label, mine in zip(graph.labels, splits)]
        if all(label == UNASKED for label in asked):
            return ()
        told = {"labels": list(graph.labels), "splits": list(splits)}
        return (SetExample(graph.names, graph.features, torch.tensor(asked), graph.edges, told),)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was left out of the files."""
        return self.graph.remarks
