"""One label for a whole graph: which class a molecule belongs to, from its atoms and bonds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any, ClassVar

import torch

from core.data.graphs import LabelledGraph, read_collection
from core.data.named_file import named_file
from core.data.vector_sets import Entrance, SetExample
from core.errors import DataError
from core.language import tr
from core.settings import setting
from core.tasks.set_task import AbstractSetTask
from core.tasks.task import Split

_USUAL = 4  # neighbors of a node, about: so that the number is about as large as the others
TENTHS = 10  # that the graphs of a label are dealt into in turn: one tests, the one before it validates
_TRAINING = {"steps": 400, "batch_size": 32, "learning_rate": 5e-3, "evaluate_every": 50, "weight_decay": 1e-4}
_LONGER = {**_TRAINING, "steps": 800, "learning_rate": 1e-2}
_ALONG_BONDS = {"layers": 3, "width": 64, "pool": "sum"}  # how many atoms there are tells much of their class


@dataclass(frozen=True)
class Molecules(AbstractSetTask):
    """Graphs in, one label for each out; of every ten of a label one validates and one tests.

    Which of the ten tests is `fold`: ten trainings, a fold each, ask every graph once.
    """

    name: ClassVar[str] = "molecules"
    summary: ClassVar[str] = "one label for each of many small graphs, as molecules are: your own file"
    item: ClassVar[str] = "node"
    models: ClassVar[tuple[str, ...]] = ("gat", "edges", "attention", "window")
    needs_data: ClassVar[bool] = True
    files: ClassVar[tuple[str, ...]] = ("path",)
    presets: ClassVar[dict[str, Any]] = {
        "gat": {"model": _ALONG_BONDS, "training": _LONGER},
        "edges": {"model": _ALONG_BONDS, "training": _LONGER},
        "attention": {"model": {"layers": 2, "width": 32, "positions": "none"}, "training": _TRAINING},
        "window": {"model": {"window": 0}, "training": _TRAINING},
    }

    path: str = setting("", help="file of graphs: their number; then of each a line 'nodes label' and a line a node")
    fold: int = setting(
        9, low=0, high=TENTHS - 1, help="which of every ten graphs of a label tests; the one before it validates"
    )
    shuffled: int = setting(0, low=0, high=1_000_000, help="graphs are dealt in an order drawn by this; 0: the file's")

    def build_entrance(self) -> Entrance:
        """A one-hot vector for the kind of each node, and how many neighbors it has: a softmax alone cannot count them."""
        return Entrance(None, len(self._kinds) + 1, "one", tuple(sorted({one.label for one in self._graphs})))

    def examples(self, split: Split) -> Sequence[SetExample]:
        """The graphs of a split."""
        held: dict[int, Split] = {self.fold: "test", (self.fold - 1) % TENTHS: "validation"}
        found, counted = list[SetExample](), dict[str, int]()
        for one in self._dealt:
            at = counted[one.label] = counted.get(one.label, -1) + 1
            if held.get(at % TENTHS, "train") == split:
                found.append(self._example(one))
        return found

    @cached_property
    def _dealt(self) -> list[LabelledGraph]:
        graphs = list(self._graphs)
        if self.shuffled:
            Random(f"{self.name}/{self.shuffled}").shuffle(graphs)
        return graphs

    @cached_property
    def _graphs(self) -> list[LabelledGraph]:
        if not self.path:
            raise DataError(tr("task=molecules needs task.path: a file of graphs; see docs/beyond-translation.md"))
        return read_collection(named_file(self.path))

    @cached_property
    def _kinds(self) -> dict[str, int]:
        kinds = sorted({kind for one in self._graphs for kind in one.kinds}, key=lambda kind: (len(kind), kind))
        return {kind: at for at, kind in enumerate(kinds)}

    def _example(self, one: LabelledGraph) -> SetExample:
        kinds = torch.eye(len(self._kinds))[[self._kinds[kind] for kind in one.kinds]]
        neighbors = torch.bincount(one.edges[0], minlength=len(one.kinds))
        content = torch.cat([kinds, neighbors[:, None] / _USUAL], dim=1)
        items = tuple(f"{kind}·{at + 1}" for at, kind in enumerate(one.kinds))
        return SetExample(items, content, torch.tensor(self.entrance.labels.index(one.label)), one.edges)
