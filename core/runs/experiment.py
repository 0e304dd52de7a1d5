"""An experiment: from a configuration to a run folder, and from a run folder to a training that fills it.

`create` writes what is known before the first step (configuration, vocabularies, examples); `run_experiment` trains,
from the newest checkpoint if there is one, obeys the requests in `control/`, and records every event before it yields
it. Whoever iterates only watches.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

import torch

from core.data.stream import Stream
from core.devices import CPU, chosen
from core.errors import AttentionLabError, InputError, RunError
from core.models.build import build
from core.models.parallel_settings import ParallelSettings
from core.runs import checkpoint, controls, snapshots, status, store
from core.runs.beginning import weights_before
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples, read_examples, write_examples
from core.runs.folder import RunFolder
from core.runs.journal import RESUMED, Journal, changes_after
from core.runs.members import gathered, members_of
from core.runs.pointing import refuse_pointing
from core.runs.recipes import AnyConfig, config_of
from core.runs.set_config import SetConfig
from core.runs.standing import lead
from core.runs.status import Heartbeat
from core.runs.trained import load
from core.runs.trained_set import create_set_run, set_trainer
from core.runs.voice_config import VoiceConfig
from core.runs.voices import create_voice, voice_trainer
from core.runs.weights import check_optimizer
from core.runs.words import read_words, write_words
from core.settings import Settings
from core.tasks.task import held_out
from core.training.events import Changed, Finished, Snapshot, StepDone, TrainEvent
from core.training.loop import Trainer
from core.training.objective_settings import Makings, Teacher
from core.training.probe import Probe, Rows, fed, places
from core.training.set_trainer import SetTrainer
from core.training.speaker_trainer import SpeakerTrainer
from core.training.team import END, WAIT, AbstractTeam, Word

_ROWS: dict[type[Settings], Rows] = {ParallelSettings: places}  # where it is not what the decoder is fed
AnyTrainer = Trainer | SpeakerTrainer | SetTrainer
_NAP = 0.1  # seconds between looks at control/ while paused


def create(name: str, config: ExperimentConfig, *, own_code: bool = False) -> RunFolder:
    """Make a run that is ready to be trained.

    Args:
        own_code: as `trainer_of` takes it.

    Raises:
        RunError: the name is taken or impossible, or there is no run to begin with; DataError: the task's data cannot be
            read; SettingError: what the objective learns from, or the run to begin with, does not fit.
    """
    store.check_name(name)
    weights_before(config)
    examples = Examples.of(config.task)  # reads the data: what is wrong with it is said before a run exists
    config.objective.make(_makings(config, own_code=own_code))  # so is what is wrong with a teacher
    refuse_pointing(config, examples)
    run = store.create(name, config.to_dict())
    write_words(run, config.task)
    write_examples(run, examples)
    return run


def create_any(name: str, config: AnyConfig, *, own_code: bool = False) -> RunFolder:
    """Make a run of any kind: one that decodes, a voice, or one on sets.

    Raises:
        As `create`, `core.runs.voices.create_voice` and `core.runs.trained_set.create_set_run` say.
    """
    if isinstance(config, VoiceConfig):
        return create_voice(name, config)
    return create_set_run(name, config) if isinstance(config, SetConfig) else create(name, config, own_code=own_code)


def train(config: ExperimentConfig, name: str) -> Iterator[TrainEvent]:
    """Make a run and train it to its end; `core.load(name)` is the trained model then.

    Raises:
        RunError: the name is taken; DataError: the task's data cannot be read.
    """
    yield from run_experiment(create(name, config, own_code=True), own_code=True)


def trainer_of(
    config: ExperimentConfig, examples: Examples, teacher: Callable[[str], Teacher] = load, *, own_code: bool = False
) -> Trainer:
    """A trainer at step 0, on no disk; with the weights of another run where the configuration says so.

    Args:
        teacher: finds who teaches, by the name that the objective has for it; the run of that address.
        own_code: whether a program that the configuration names may be run: only for who names it themselves.
    """
    trainer = _fresh(config, examples, _makings(config, teacher, own_code))
    _begin(trainer, config)
    return trainer


def _begin(trainer: Trainer, config: ExperimentConfig) -> None:
    weights = weights_before(config)
    if weights is not None:
        trainer.model.load_state_dict(weights)


def _fresh(config: ExperimentConfig, examples: Examples, makings: Makings, device: torch.device = CPU) -> Trainer:
    vocabularies, training, seeds = config.task.vocabularies, config.training, config.seeds
    return Trainer(
        build(config.model, *vocabularies, seeds).to(device),
        Stream(config.task, training.batch_size, seeds),
        config.objective.make(makings),
        training,
        seeds,
        held_out(config.task, "validation", training.evaluate_on),
        Probe(examples.probe, vocabularies, _ROWS.get(type(config.model), fed)),
        config.objective.evaluator(),
    )


def _makings(config: ExperimentConfig, teacher: Callable[[str], Teacher] = load, own_code: bool = False) -> Makings:
    width: int = getattr(config.model, "width", 0)
    return Makings(config.task, config.training, config.seeds, teacher, own_code, width)


def run_experiment(
    run: RunFolder, *, own_code: bool = False, workers: int | None = None, team: AbstractTeam | None = None
) -> Iterator[TrainEvent]:
    """Train a run to its end, recording everything in its folder.

    Args:
        own_code: as `trainer_of` takes it. A folder may come from anywhere: no page says yes.
        workers: how many share the work, and are started here; None: as the configuration says.
        team: in their place, one which this process leads already.

    Raises:
        RunError: somebody else trains it, it is damaged, or the disk is full; what was recorded stays.
    """
    with run.lock():
        config = config_of(run)
        size = members_of(config, workers)
        threads = torch.get_num_threads()
        torch.set_num_threads(1)  # small models: a second thread costs more than it gives, and rounds otherwise
        heartbeat = Heartbeat(run, config.training.steps)
        before = status.read(run).step
        trainer: AnyTrainer | None = None
        try:
            heartbeat.beat(before, "starting")
            config, trainer = opened(run, own_code=own_code)
            with gathered(run, size, team, own_code=own_code) as whole, Journal(run) as writer:
                yield from _Recorder(run, config, trainer, writer, heartbeat, whole).events()
        except (AttentionLabError, OSError, FloatingPointError, MemoryError) as error:
            with suppress(RunError):  # a disk that takes no status either: what it was asked first is what is said
                heartbeat.beat((trainer and trainer.step) or before, "failed", str(error))
            raise
        finally:
            torch.set_num_threads(threads)


def opened(run: RunFolder, *, own_code: bool = False) -> tuple[AnyConfig, AnyTrainer]:
    """The configuration of a run, with the words that it kept, and a trainer with fresh weights, on the device that is chosen.

    Args:
        own_code: as `trainer_of` takes it.

    Raises:
        RunError: the run is damaged; DataError: the task's data cannot be read.
    """
    config = config_of(run)
    if isinstance(config, VoiceConfig):
        return config, voice_trainer(run, config)
    if isinstance(config, SetConfig):
        return config, set_trainer(run, config)
    config = replace(config, task=read_words(run, config.task))
    return config, _fresh(config, read_examples(run, config.task), _makings(config, own_code=own_code), chosen())


@dataclass
class _Recorder:
    """One training that is being recorded."""

    run: RunFolder
    config: AnyConfig
    trainer: AnyTrainer
    journal: Journal
    heartbeat: Heartbeat
    team: AbstractTeam
    stopped: bool = False
    checkpointed: int = -1
    undone: list[Changed] = field(default_factory=list)

    def events(self) -> Iterator[TrainEvent]:
        """Every event, after it is on disk."""
        yield from self._resume()
        if isinstance(self.trainer, Trainer) and self.team.size > 1:
            lead(self.trainer, self.team)
        try:
            yield from self._training()
        except InputError:  # of a reward that is a person's own: a step is done whole or not at all
            self._checkpoint()
            raise
        self.team.say(Word(END))
        if self.checkpointed != self.trainer.step:
            self._checkpoint()
        reason = "stopped" if self.stopped else "done"
        last = Finished(self.trainer.step, reason)
        self.journal.append(last)
        self.heartbeat.beat(self.trainer.step, reason)
        yield last

    def _training(self) -> Iterator[TrainEvent]:
        for event in self.trainer.events():
            if isinstance(event, Finished):
                return
            yield self._record(event)
            if isinstance(event, StepDone):
                yield from self._after_step(event.step)
            if self.stopped:
                return

    def _resume(self) -> Iterator[TrainEvent]:
        found = checkpoint.load(self.run)
        if found is None:
            if isinstance(self.config, ExperimentConfig) and isinstance(self.trainer, Trainer):
                _begin(self.trainer, self.config)
            if self.journal.size:  # killed before its first checkpoint
                yield from self._again(0)
            return
        if not found.optimizer:
            raise RunError(
                f"{self.run.address} holds weights alone and cannot be trained further; train its recipe anew, or "
                f"begin another run with them: attnlab train --from {self.run.address}"
            )
        self._restore(found)
        self.checkpointed = self.trainer.step
        yield from self._again(found.state.get("recorded"))

    def _again(self, recorded: int | None) -> Iterator[TrainEvent]:
        """Say that what was recorded since is done again, with all that people changed meanwhile."""
        self.undone = changes_after(self.run, recorded, self.trainer.step)
        yield self._record(Changed(self.trainer.step, RESUMED))
        for one in self._due_again():  # it stands in the journal, at the step of the checkpoint, and stays there
            self._change(one.what, one.value)

    def _due_again(self) -> list[Changed]:
        due = [one for one in self.undone if one.step == self.trainer.step]
        self.undone = [one for one in self.undone if one.step > self.trainer.step]
        return due

    def _change(self, what: str, value: float | None) -> None:
        change = {"learning_rate": self.trainer.change_rate, "guidance": self.trainer.change_guidance}
        if value is not None:
            change[what](value)

    def _restore(self, found: checkpoint.Checkpoint) -> None:
        try:
            optimizer = checkpoint.restore_optimizer(found.optimizer, found.state["optimizer"])
            self.trainer.restore(found.model, optimizer, found.state)
        except (RuntimeError, ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
            raise RunError(
                f"the checkpoint of step {found.step} of {self.run.address} is not of this training "
                f"({type(error).__name__}: {str(error)[:120]}); it was edited: resume from an older one, or train anew"
            ) from error
        check_optimizer(self.trainer.optimizer)

    def _record(self, event: TrainEvent) -> TrainEvent:
        if isinstance(event, Snapshot):
            snapshots.write(self.run, event.step, event.matrices)
        self.journal.append(event)
        return event

    def _after_step(self, step: int) -> Iterator[TrainEvent]:
        self.heartbeat.beat(step)
        every = self.trainer.settings.checkpoint_every
        if step % every == 0:
            self._checkpoint()
        for one in self._due_again():
            self._change(one.what, one.value)
            yield self._record(one)
        yield from self._obey(controls.take(self.run))

    def _obey(self, requests: list[controls.Request]) -> Iterator[TrainEvent]:
        paused = False
        while True:
            for request in requests:
                paused = request.what == "pause" or (paused and request.what not in ("continue", "stop"))
                self.stopped = self.stopped or request.what == "stop"
                self._change(request.what, request.value)
                self.undone = [one for one in self.undone if one.what != request.what]  # the newest wish counts
                yield self._record(Changed(self.trainer.step, request.what, request.value))
            if not paused or self.stopped:
                return
            self.heartbeat.beat(self.trainer.step, "paused")
            self.team.say(Word(WAIT))
            time.sleep(_NAP)
            requests = controls.take(self.run)

    def _checkpoint(self) -> None:
        model, optimizer, state = self.trainer.state()
        tensors, facts = checkpoint.flatten_optimizer(optimizer)
        self.journal.sync()  # a checkpoint never knows of more than the journal, not even after a power cut
        state = {**state, "optimizer": facts, "recorded": self.journal.size}
        checkpoint.save(self.run, self.trainer.step, model, tensors, state)
        self.checkpointed = self.trainer.step
