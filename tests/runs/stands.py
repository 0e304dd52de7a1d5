"""A backend for tests of the line: trainings are what status files say, and end when a test says so."""

import os
from dataclasses import dataclass, field

from core.errors import RunError
from core.language import language
from core.runs import controls, status
from core.runs.backend import AbstractBackend
from core.runs.folder import RunFolder
from core.runs.limits import Limits
from core.runs.status import Written


@dataclass
class Stand(AbstractBackend):
    """Trains nothing: what it started lives as long as this process and its status do."""

    room: int = 2
    started: list[str] = field(default_factory=list)
    limits: list[Limits] = field(default_factory=list)
    spoken: list[str] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)

    def places(self) -> int:
        return self.room

    def lately(self) -> int | None:
        return self.room

    def prepare(self) -> None:
        pass

    def start(self, run: RunFolder, limits: Limits) -> None:
        if run.name in self.refuses:
            raise RunError("no process can be started")
        controls.clear(run)
        status.write(run, "starting", step=0, steps=9, pid=os.getpid())
        self.started.append(run.name)
        self.limits.append(limits)
        self.spoken.append(language())

    def kill(self, run: RunFolder) -> None:
        set_state(run, "stopped", "ended at once")


def set_state(run: RunFolder, state: Written, reason: str = "") -> None:
    """As its training would say it."""
    now = status.read(run)
    status.write(run, state, step=now.step, steps=now.steps, reason=reason, pid=os.getpid())


def die(run: RunFolder) -> None:
    """As a training that was killed leaves it: it was started by a process that is gone."""
    now = status.read(run)
    status.write(run, now.state, step=now.step, steps=now.steps, pid=2**22 + 1)  # no system has so high a number
