"""Tiny trainings of every kind, the course of one that nothing happened to, and the reader who watches one that is killed."""

import json
import shutil
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.recording.matrix import AttentionMatrix
from core.runs import checkpoint, journal, snapshots, status, store
from core.runs.config import ExperimentConfig
from core.runs.course import Course
from core.runs.experiment import create_any
from core.runs.folder import RunFolder
from core.runs.history import history
from core.runs.recipes import AnyConfig
from core.runs.set_config import SetConfig
from core.runs.voice_config import VoiceConfig
from core.training.events import Changed, Evaluated, Finished, StepDone, TrainEvent
from tests.spoken import folder_of_speech

if TYPE_CHECKING:
    from tests.faults.nursery import Nursery

STEPS = 12
_OFTEN = {"steps": STEPS, "batch_size": 4, "evaluate_every": 4, "record_every": 2, "checkpoint_every": 3}
_TASK = {"name": "reverse", "shortest": 2, "longest": 4, "alphabet": 6}
_MODEL = {"name": "transformer", "layers": 1, "heads": 2, "width": 16, "dropout": 0.2}
TEACHER = "teacher"
# an objective for each way in which a training depends on more than its batch: chance, rewards, a teacher, what is learned beside
OBJECTIVES = ("likelihood", "scheduled_sampling", "mixer", "minimum_risk", "reinforce")


def plain(objective: str = "likelihood", **training: object) -> ExperimentConfig:
    """A training that takes a tenth of a second."""
    return ExperimentConfig.from_dict({
        "task": _TASK, "model": _MODEL, "training": {**_OFTEN, "evaluate_on": 4, **training}, "objective": {"name": objective},
    })  # fmt: skip


def distilled() -> ExperimentConfig:
    """One that learns from the run `teacher`."""
    model = {**_MODEL, "name": "parallel", "dropout": 0.1}
    facts = {"task": _TASK, "model": model, "training": {**_OFTEN, "evaluate_on": 4}}
    return ExperimentConfig.from_dict({**facts, "objective": {"name": "distillation", "teacher": TEACHER}})


def on_sets() -> SetConfig:
    """One on sets of vectors."""
    return SetConfig.preset("saw", "attention").changed({f"training.{name}": value for name, value in _OFTEN.items()})


def spoken(folder: Path) -> VoiceConfig:
    """A voice that learns tones."""
    small = {
        "model.width": 16,
        "model.prenet": 8,
        "model.reduction": 4,
        "task.folder": str(folder_of_speech(folder, 20)),
    }
    often = {f"training.{name}": value for name, value in _OFTEN.items()}
    return VoiceConfig.preset("fast").changed(small | often)


def same_start(run: RunFolder, name: str) -> RunFolder:
    """Another run with all that this one has."""
    shutil.copytree(run.path, store.runs_folder() / name)
    return store.find_run(name)


def made(name: str, config: AnyConfig) -> RunFolder:
    """A run that was never trained."""
    return create_any(name, config)


def told(event: TrainEvent) -> TrainEvent:
    """An event without how long it took."""
    return replace(event, seconds=0.0) if isinstance(event, StepDone | Evaluated) else event


def course(run: RunFolder) -> list[TrainEvent]:
    """What a training did, as a page shows it, without how often it was killed and how long it took."""
    events = journal.rewind(journal.read(run)[0])
    return [told(one) for one in events if not (isinstance(one, Changed) and one.what == journal.RESUMED)]


@dataclass(frozen=True)
class Result:
    """All that a finished training leaves, to the bit.

    Attributes:
        course: its events; files: weights and optimizer of its last checkpoint, and its snapshots; state: of that checkpoint.
    """

    course: list[TrainEvent]
    files: dict[str, bytes] = field(repr=False)
    state: dict[str, object] = field(repr=False)

    @classmethod
    def of(cls, run: RunFolder) -> "Result":
        """What is there now."""
        last = max(run.path.glob("checkpoints/*/state.json"))
        kept = [*last.parent.glob("*.safetensors"), *run.path.glob("snapshots/*.npz")]
        state = json.loads(last.read_text())
        del state["state"]["recorded"]  # where the journal stood: it also has what was undone
        return cls(course(run), {str(one.relative_to(run.path)): one.read_bytes() for one in kept}, state)


@dataclass
class Reader:
    """Somebody who watches a run: what was shown to them once they want to see for ever.

    Attributes:
        run: the run; steps: as many as it shall have; shown: every event that a page has shown, without its time; offset:
            where they read on.
    """

    run: RunFolder
    steps: int = STEPS
    shown: dict[tuple[str, int], TrainEvent] = field(default_factory=dict)
    offset: int = 0
    course: Course = field(default_factory=Course)

    def look(self) -> None:
        """Read on, as the page does; all that was shown is still there, and the same."""
        new, self.offset = journal.read(self.run, self.offset)
        self._compare(self.course.follow(new).events)

    def look_anew(self) -> None:
        """Everything that a page, a list or a person could open is whole; what was shown is still there."""
        events = journal.rewind(journal.read(self.run)[0])
        self._compare(events)
        assert self.run.config()["schema"] and self.run.problem is None
        assert self.run in store.list_runs(include_demo=False)
        now = status.read(self.run)
        assert not now.reason.count("status.json") and now.steps in (0, self.steps)
        for step in snapshots.steps(self.run):
            assert all(isinstance(one, AttentionMatrix) for one in snapshots.read(self.run, step))
        found = checkpoint.load(self.run)
        done = [one.step for one in events if isinstance(one, StepDone)]
        assert done == [*range(1, len(done) + 1)], "no step is missing, and none is there twice"
        assert found is None or (found.warnings == () and found.step <= len(done))
        drawn = history(events, self.steps)
        assert len(drawn.loss.steps) == len(done)

    def _compare(self, events: list[TrainEvent]) -> None:
        here = {(one.kind, one.step): told(one) for one in events if not isinstance(one, Changed | Finished)}
        for at, one in self.shown.items():
            assert here.get(at) == one, f"{at} was shown, and now there is {here.get(at)}"
        self.shown |= here


def trained(nursery: "Nursery", run: RunFolder) -> float:
    """Train a run to its end; the seconds that took."""
    began = time.monotonic()
    ended = nursery.does("train", address=str(run.path))
    assert ended.code == 0, ended.told
    return time.monotonic() - began


def half_trained(nursery: "Nursery") -> tuple[RunFolder, Result]:
    """A run that was killed a step after its second checkpoint, and what it shall end as."""
    begun, whole = made("begun", plain()), made("whole", plain())
    trained(nursery, whole)
    assert nursery.does("train", address=str(begun.path), dies_after=8).code < 0
    assert checkpoint.steps(begun) == [3, 6]
    return begun, Result.of(whole)
