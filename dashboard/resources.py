"""What is loaded once and shared: models by checkpoint, and per session what a person is stepping through.

Models come frozen and are never trained here. Streamlit collects garbage over everything that lives after each click;
`settle` moves what is loaded for good out of its sight.
"""

import gc
import weakref
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import torch
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.decoding.session import Explorer
from core.errors import AttentionLabError
from core.recording.kept import KeptMatrices
from core.recording.matrix import AttentionMatrix
from core.runs import attending, backend, checkpoint, journal
from core.runs.adapted import AdaptedModel, AdaptedReader
from core.runs.classroom import used
from core.runs.course import Course
from core.runs.folder import RunFolder
from core.runs.foreign import PREFIX, KeptModel, kept_model, kept_models, load_foreign, writes
from core.runs.inspection import Inspection, inspect
from core.runs.kinds import Kind, kind
from core.runs.machines import MACHINES
from core.runs.stepwise import AbstractStepwise
from core.runs.store import find_run, list_runs
from core.runs.trained import TrainedModel, load
from core.runs.trained_parallel import TrainedParallel, load_parallel
from core.runs.trained_set import TrainedSet, load_set
from core.runs.voices import Voice, load_voice
from core.runs.workspace import home, workspaces
from core.training.events import Evaluated, TrainEvent
from dashboard import kept

FIRST_RUN = "demo/dates-transformer"
# of all sessions: what large models record pushes out what was looked at before
_matrices = KeptMatrices[tuple[AttentionMatrix, ...]](64 * 2**20, tuple, count=128)
_inspections = KeptMatrices[Inspection](16 * 2**20, lambda found: found.matrices)


@kept.shared(says=False, show_spinner=False)
def settle() -> None:
    """Once per server: one thread (a click is a small computation), a spare trainer, everything imported put aside.

    From then on it looks at the line of trainings every second: one may have ended without a word.
    """
    torch.set_num_threads(1)
    backend.chosen().prepare()
    attending.attend()
    gc.collect()
    gc.freeze()


@kept.of_run(says=False, show_spinner="Loading the model …", max_entries=8)
def _model(address: str, step: int) -> TrainedModel:
    return load(address, step)


@kept.own(says=False, show_spinner="Opening the model …", max_entries=4)
def _foreign_model(kept: KeptModel) -> AdaptedModel | AdaptedReader:
    return load_foreign(kept.address)


def forget_foreign() -> None:
    """Let models from elsewhere be opened anew: their folders may have changed."""
    _foreign_model.clear()


def any_model(address: str) -> AbstractStepwise | AdaptedReader:
    """The newest checkpoint of a run, or a model from elsewhere.

    Raises:
        AttentionLabError: no such run or name, damaged, not trained yet, or its folder cannot be used.
    """
    return _foreign_model(kept_model(address.removeprefix(PREFIX))) if address.startswith(PREFIX) else model(address)


def matrices(
    trained: AbstractStepwise | AdaptedReader, source: str, target: str | None = None
) -> Sequence[AttentionMatrix]:
    """As `trained.matrices`; what anybody looked at lately is not computed again.

    Raises:
        InputError: the source or the target cannot be read.
    """
    # a model is known by itself and not kept alive: another one may get its name
    return _matrices.of((weakref.ref(trained), source, target), lambda: tuple(trained.matrices(source, target)))


def inspection(trained: AbstractStepwise, source: str, prefix: tuple[int, ...]) -> Inspection:
    """As `inspect` with its own number of next tokens; who steps back, or is at a place where others are, waits for no model.

    Raises:
        InputError: as there.
    """
    return _inspections.of((weakref.ref(trained), source, prefix), lambda: inspect(trained, source, prefix))


def foreign_addresses(*, writing: bool) -> list[str]:
    """Models from elsewhere that are kept under a name; those that write, or all."""
    return [kept.address for kept in kept_models() if writes(kept) or not writing]


def addresses(*, writing: bool = True) -> list[str]:
    """Runs that can be stepped through, and models from elsewhere: those that write, or all."""
    return model_addresses() + foreign_addresses(writing=writing)


def model(address: str) -> TrainedModel:
    """The newest checkpoint of a run.

    Raises:
        RunError: no such run, damaged, or not trained yet.
    """
    steps = checkpoint.steps(find_run(address))
    return _model(address, steps[-1]) if steps else load(address)


@kept.of_run(says=False, show_spinner="Loading the model …", max_entries=4)
def _parallel_model(address: str, step: int) -> TrainedParallel:
    return load_parallel(address, step)


def parallel_model(address: str) -> TrainedParallel:
    """The newest checkpoint of a run that writes all places at once.

    Raises:
        RunError: no such run, damaged, not trained yet, or one that writes a token after the other.
    """
    steps = checkpoint.steps(find_run(address))
    return _parallel_model(address, steps[-1]) if steps else load_parallel(address)


def model_addresses() -> list[str]:
    """Runs that can be stepped through: own ones with a checkpoint, newest first, then the shipped ones."""
    return [run.address for run, what in _readable() if what.stepped]


def task_addresses(*tasks: str) -> list[str]:
    """Of the runs that can be stepped through, those of some tasks."""
    return [run.address for run, what in _readable() if what.stepped and what.task in tasks]


def parallel_addresses() -> list[str]:
    """Runs that write all places at once, in the same order."""
    return [run.address for run, what in _readable() if what.at_once]


def filling_addresses() -> list[str]:
    """Those of them that were shown words while they learned; one that cannot be opened is not among them."""
    found = []
    for address in parallel_addresses():
        with suppress(AttentionLabError):
            found += [address] if parallel_model(address).shows else []
    return found


def machine_addresses() -> dict[str, list[str]]:
    """Runs by which of four machines they are (core/runs/machines.py), each in the same order."""
    machines = [(run.address, what.machine) for run, what in _readable() if not what.voice]
    return {name: [address for address, machine in machines if machine == name] for name in MACHINES}


def voice_addresses() -> list[str]:
    """Voices, in the same order."""
    return [run.address for run, what in _readable() if what.voice]


def set_addresses(task: str) -> list[str]:
    """Runs on sets of a task, in the same order; those without a checkpoint too."""
    return [run.address for run, what in _known() if what.on_sets and what.task == task]


def has_weights(address: str) -> bool:
    """Whether a run has a checkpoint."""
    return bool(checkpoint.steps(find_run(address)))


@kept.of_run(says=False, show_spinner="Loading the model …", max_entries=8)
def _set_model(address: str, step: int) -> TrainedSet:
    return load_set(address, step)


def set_model(address: str) -> TrainedSet:
    """The newest checkpoint of a run on sets.

    Raises:
        RunError: no such run, none on sets, damaged, or not trained yet.
    """
    steps = checkpoint.steps(find_run(address))
    return _set_model(address, steps[-1]) if steps else load_set(address)


@kept.of_run(says=False, copies=True, show_spinner="Labelling held-out sets …", max_entries=32)
def _set_evaluation(address: str, step: int) -> Evaluated:
    return _set_model(address, step).evaluate()


def set_evaluation(address: str) -> Evaluated:
    """How the newest checkpoint of a run on sets labels the test split.

    Raises:
        RunError, DataError: it cannot be opened, or its data are gone or others.
    """
    return _set_evaluation(address, checkpoint.steps(find_run(address))[-1])


def _known() -> list[tuple[RunFolder, Kind]]:
    return [(run, what) for run in list_runs() if (what := kind(run)) is not None]


def _readable() -> list[tuple[RunFolder, Kind]]:
    return [(run, what) for run, what in _known() if checkpoint.steps(run)]


@kept.of_run(says=False, show_spinner="Loading the voice …", max_entries=4)
def _voice(address: str, step: int) -> Voice:
    return load_voice(address, step)


def voice(address: str) -> Voice:
    """The newest checkpoint of a voice.

    Raises:
        RunError: no such run, no voice, damaged, or not trained yet.
    """
    steps = checkpoint.steps(find_run(address))
    return _voice(address, steps[-1]) if steps else load_voice(address)


@kept.of_run(show_spinner=False, max_entries=4, scope="session")
def explorer(address: str, step: int, source: str) -> Explorer:
    """What computes this session's decodings of a source, every candidate worth showing kept."""
    trained = any_model(address)
    assert isinstance(trained, AbstractStepwise)
    return Explorer(trained.stepped, *trained.item(source, keep_pruned=9))


@dataclass
class Tail:
    """The events of a run, read on from where the last look stopped."""

    run: RunFolder
    offset: int = 0
    events: list[TrainEvent] = field(default_factory=list)
    course: Course = field(default_factory=Course)

    def look(self) -> list[TrainEvent]:
        """All events so far; what a resumed training does again counts once."""
        new, offset = journal.read(self.run, self.offset)
        if offset < self.offset:
            self.events, self.course, (new, offset) = [], Course(), journal.read(self.run, 0)
        self.offset = offset
        if new:
            self.events = self.course.follow(new).events
        return self.events


@kept.of_run(says=False, show_spinner=False, max_entries=16, scope="session")
def tail(address: str) -> Tail:
    """The events of a run, for this session."""
    return Tail(find_run(address))


def task_of(address: str) -> str:
    """The word of the task a run was trained on."""
    return str(find_run(address).config()["task"]["name"])


def forget_uploads(files: Sequence[UploadedFile]) -> None:
    """Let the server forget files that were read: it would hold their bytes, beside what was read, until the session ends.

    Streamlit has no public word for it; where a version of it has none at all, the bytes stay.
    """
    here = get_script_run_ctx()
    if here is not None and hasattr(here.uploaded_file_mgr, "remove_file"):
        for file in files:
            here.uploaded_file_mgr.remove_file(here.session_id, file.file_id)


@kept.own(says=False, copies=True, show_spinner=False, ttl=30.0, max_entries=4)
def megabytes() -> dict[str, float]:
    """What each workspace of the class holds, by name; counted twice a minute at most. For the lecturer's page."""
    return {name: used.megabytes(place) for name, place in workspaces().items()}


@kept.own(says=False, copies=True, show_spinner=False, ttl=30.0, max_entries=40)
def own_megabytes() -> float:
    """What the workspace of whoever asks holds; counted twice a minute at most."""
    return used.megabytes(home())
