"""What a run on sets carries with it, so that it opens and shows something without its task's data.

`vocabulary.json`: the words, labels and sizes with which sets enter. `examples.json`: the probe and some held-out sets, with the
tensors of both in `examples.safetensors`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors import torch as safetensors
from torch import Tensor

from core.data.vector_sets import Entrance, SetExample
from core.data.vocabulary import SPECIALS, Vocabulary
from core.errors import AttentionLabError, RunError
from core.language import tr
from core.runs import atomic
from core.runs.folder import RunFolder
from core.tasks.set_task import AbstractSetTask

_SHOWN = 24
_READABLE = 14  # items of a probe: long enough to see something, short enough to read on an axis


@dataclass(frozen=True)
class SetExamples:
    """Attributes:
    probe: one held-out validation set of a size that can be read.
    test: some sets of the test split.
    """

    probe: SetExample
    test: tuple[SetExample, ...]

    @classmethod
    def of(cls, task: AbstractSetTask) -> "SetExamples":
        """The same for one task's settings everywhere."""
        probe = min(task.some("validation")[:50], key=lambda one: abs(len(one.items) - _READABLE))
        return cls(probe, tuple(task.some("test")[:_SHOWN]))


def write_sets(run: RunFolder, entrance: Entrance, examples: SetExamples) -> None:
    """Put them into the run folder."""
    words = entrance.words
    known = {
        "source": None if words is None else words.tokens[len(SPECIALS) :], "target": entrance.labels,
        "features": entrance.features, "output": entrance.output, "grid": entrance.grid,
    }  # fmt: skip
    tensors = dict[str, Tensor]()
    sets = [_told(one, tensors) for one in (examples.probe, *examples.test)]
    with atomic.disk_errors(tr("writing the examples of {address}", address=run.address)):
        atomic.write_json(run.path / "vocabulary.json", known)
        atomic.write_json(run.path / "examples.json", {"sets": sets})
        atomic.write_bytes(run.path / "examples.safetensors", safetensors.save(_apart(tensors)))


def read_entrance(run: RunFolder) -> Entrance:
    """How sets enter the model of a run.

    Raises:
        RunError: missing or damaged.
    """
    path = run.path / "vocabulary.json"
    data = atomic.read_json(path, tr("restore it from a copy, or train the run anew"))
    try:
        words = None if data["source"] is None else Vocabulary(SPECIALS + tuple(map(str, data["source"])))
        grid = None if data["grid"] is None else (int(data["grid"][0]), int(data["grid"][1]))
        output = {"each": "each", "one": "one"}[data["output"]]
        return Entrance(words, int(data["features"]), output, tuple(map(str, data["target"])), grid)
    except (KeyError, TypeError, ValueError, IndexError, AttentionLabError) as error:
        raise RunError(
            tr(
                "{path}: not what a run on sets keeps ({error}); restore it from a copy, or train anew",
                path=path,
                error=error,
            )
        ) from error


def read_sets(run: RunFolder) -> SetExamples:
    """Read them back.

    Raises:
        RunError: missing or damaged.
    """
    path = run.path / "examples.json"
    data = atomic.read_json(path, tr("export the run again, or train it anew"))
    try:
        tensors = safetensors.load((run.path / "examples.safetensors").read_bytes())
        found = [_example(one, tensors) for one in data["sets"]]
        return SetExamples(found[0], tuple(found[1:]))
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, IndexError, AttentionLabError) as error:
        raise RunError(
            tr("{path}: not the examples of a run on sets ({error}); train it anew", path=path, error=error)
        ) from error


def _apart(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Without memory that two share: views of one larger tensor."""
    return {name: tensor.clone(memory_format=torch.contiguous_format) for name, tensor in tensors.items()}


def _told(one: SetExample, tensors: dict[str, Tensor]) -> dict[str, Any]:
    """A set in words, with the names of its tensors, which are put to the others: what several sets share is kept once."""
    names = {}
    for name, tensor in (("content", one.content), ("labels", one.labels), ("edges", one.edges)):
        if tensor is not None:
            kept = next((key for key, other in tensors.items() if other is tensor), None)
            names[name] = kept or str(len(tensors))
            tensors.setdefault(names[name], tensor)
    return {"items": one.items, "told": one.told, "tensors": names}


def _example(one: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> SetExample:
    items: Sequence[Any] = one["items"]
    content, labels, edges = (tensors.get(one["tensors"].get(name, "")) for name in ("content", "labels", "edges"))
    if content is None or labels is None:
        raise KeyError("content or labels of a set")
    return SetExample(tuple(map(str, items)), content, labels, edges, dict(one["told"]))
