"""What a run on sets carries with it, so that it opens and shows something without its task's data.

`vocabulary.json`: the words, labels and sizes with which sets enter. `examples.json`: the probe and some held-out sets, with the
tensors of both in `examples.safetensors`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from safetensors import SafetensorError
from safetensors import torch as safetensors
from torch import Tensor

from core.data.vector_sets import Entrance, SetExample
from core.data.vocabulary import SPECIALS, Vocabulary
from core.errors import AttentionLabError, RunError
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
    every = [examples.probe, *examples.test]
    tensors = {f"{at}.{name}": tensor for at, one in enumerate(every) for name, tensor in _tensors(one).items()}
    with atomic.disk_errors(f"writing the examples of {run.address}"):
        atomic.write_json(run.path / "vocabulary.json", known)
        atomic.write_json(
            run.path / "examples.json", {"sets": [{"items": one.items, "told": one.told} for one in every]}
        )
        atomic.write_bytes(run.path / "examples.safetensors", safetensors.save(tensors))


def read_entrance(run: RunFolder) -> Entrance:
    """How sets enter the model of a run.

    Raises:
        RunError: missing or damaged.
    """
    path = run.path / "vocabulary.json"
    data = atomic.read_json(path, "restore it from a copy, or train the run anew")
    try:
        words = None if data["source"] is None else Vocabulary(SPECIALS + tuple(map(str, data["source"])))
        grid = None if data["grid"] is None else (int(data["grid"][0]), int(data["grid"][1]))
        output = {"each": "each", "one": "one"}[data["output"]]
        return Entrance(words, int(data["features"]), output, tuple(map(str, data["target"])), grid)
    except (KeyError, TypeError, ValueError, IndexError, AttentionLabError) as error:
        raise RunError(
            f"{path}: not what a run on sets keeps ({error}); restore it from a copy, or train anew"
        ) from error


def read_sets(run: RunFolder) -> SetExamples:
    """Read them back.

    Raises:
        RunError: missing or damaged.
    """
    path = run.path / "examples.json"
    data = atomic.read_json(path, "export the run again, or train it anew")
    try:
        tensors = safetensors.load((run.path / "examples.safetensors").read_bytes())
        found = [_example(at, one, tensors) for at, one in enumerate(data["sets"])]
        return SetExamples(found[0], tuple(found[1:]))
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, IndexError, AttentionLabError) as error:
        raise RunError(f"{path}: not the examples of a run on sets ({error}); train it anew") from error


def _tensors(one: SetExample) -> dict[str, Tensor]:
    kept = {"content": one.content, "labels": one.labels, "edges": one.edges}
    return {name: tensor.contiguous() for name, tensor in kept.items() if tensor is not None}


def _example(at: int, one: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> SetExample:
    items: Sequence[Any] = one["items"]
    return SetExample(
        tuple(map(str, items)), tensors[f"{at}.content"], tensors[f"{at}.labels"], tensors.get(f"{at}.edges"),
        dict(one["told"]),
    )  # fmt: skip
