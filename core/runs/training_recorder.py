"""A training while it is recorded: every event is on disk before anybody sees it, requests are obeyed, checkpoints are made."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from core.errors import InputError, RunError
from core.language import tr
from core.runs import checkpoint, controls, live_copy, snapshots
from core.runs.beginning import begin
from core.runs.config import ExperimentConfig
from core.runs.folder import RunFolder
from core.runs.journal import RESUMED, Journal, changes_after
from core.runs.recipes import AnyConfig
from core.runs.standing import lead
from core.runs.status import Heartbeat
from core.runs.weights import check_optimizer
from core.training.events import Changed, Finished, Snapshot, StepDone, TrainEvent
from core.training.loop import Trainer
from core.training.set_trainer import SetTrainer
from core.training.speaker_trainer import SpeakerTrainer
from core.training.team import END, WAIT, AbstractTeam, Word

AnyTrainer = Trainer | SpeakerTrainer | SetTrainer
_NAP = 0.1  # seconds between looks at control/ while paused


@dataclass
class TrainingRecorder:
    """One training that is being recorded.

    Attributes:
        run, config, trainer: what is trained, from its newest checkpoint if it has one; journal, heartbeat: where it is told.
        team: who shares the work, led from here.
        stopped, checkpointed, undone: whether somebody asked it to stop; the step of the newest checkpoint; what people changed
            before a kill and is to be done again.
    """

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
        if self.checkpointed != self.trainer.step:
            self._checkpoint()
        self.team.say(Word(END))  # not before: a member that has ended may take a leader that still writes along
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
        ahead = live_copy.ahead(self.run, self.journal.size)
        found = checkpoint.load(self.run, without=ahead)
        if found is None:
            if isinstance(self.config, ExperimentConfig) and isinstance(self.trainer, Trainer):
                begin(self.trainer.model, self.config)
            checkpoint.remove(self.run, ahead)
            if self.journal.size:  # killed before its first checkpoint
                yield from self._again(0)
            return
        if not found.optimizer:
            raise RunError(
                tr(
                    "{address} holds weights alone and cannot be trained further; train its recipe anew, or "
                    "begin another run with them: attnlab train --from {address}",
                    address=self.run.address,
                )
            )
        self._restore(found)
        checkpoint.remove(self.run, ahead)  # before the journal grows: then nothing would tell them apart any more
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
                tr(
                    "the checkpoint of step {step} of {address} is not of this training "
                    "({name}: {error}); it was edited: resume from an older one, or train anew",
                    step=found.step,
                    address=self.run.address,
                    name=type(error).__name__,
                    error=str(error)[:120],
                )
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
