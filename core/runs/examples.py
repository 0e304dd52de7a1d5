"""The examples a run carries with it, so that its pages have something to show without the task's data.

`examples.json`: the probe (the sentence whose attention is recorded while training) and held-out test examples.
"""

from dataclasses import dataclass
from typing import Any

from core.data.batch import Example
from core.data.recording import recording_of
from core.errors import RunError
from core.language import tr
from core.runs import atomic
from core.runs.folder import RunFolder
from core.tasks.task import AbstractTask, held_out

_SHOWN = 24
_READABLE = 18  # tokens of a probe: long enough to see something, short enough to read on an axis


@dataclass(frozen=True)
class Examples:
    """Attributes:
    probe: one held-out validation example of a length that can be read.
    test: some examples of the test split.
    """

    probe: Example
    test: tuple[Example, ...]

    @classmethod
    def of(cls, task: AbstractTask) -> "Examples":
        """The same for one task's settings everywhere."""
        probe = min(held_out(task, "validation", 15), key=lambda example: abs(len(example.source) - _READABLE))
        return cls(probe, tuple(held_out(task, "test", _SHOWN)))


def write_examples(run: RunFolder, examples: Examples) -> None:
    """Put them into the run folder."""
    data = {"probe": _to_dict(examples.probe), "test": [_to_dict(example) for example in examples.test]}
    with atomic.disk_errors(tr("writing the examples of {address}", address=run.address)):
        atomic.write_json(run.path / "examples.json", data)


def read_examples(run: RunFolder, task: AbstractTask) -> Examples:
    """Read them back; recordings are those that the task carries (`vocabulary.json`).

    Raises:
        RunError: missing or damaged.
    """
    path = run.path / "examples.json"
    data = atomic.read_json(path, tr("export the run again, or train it anew"))
    try:
        return Examples(_from_dict(data["probe"], task), tuple(_from_dict(example, task) for example in data["test"]))
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(
            tr("{path}: not the examples of a run ({error}); train it anew", path=path, error=error)
        ) from error


def _to_dict(example: Example) -> dict[str, Any]:
    data = {"source": example.source, "target": example.target, "alignment": example.alignment}
    recording = recording_of(example.source)
    return data if recording is None else {**data, "recording": recording}


def _from_dict(data: dict[str, Any], task: AbstractTask) -> Example:
    links = data["alignment"]
    alignment = None if links is None else tuple((int(t), int(s)) for t, s in links)
    source = task.tokenize(str(data["recording"])) if "recording" in data else map(str, data["source"])
    return Example(tuple(source), tuple(map(str, data["target"])), alignment)
