"""Where trainings run: as processes of this computer, or on the machines of a cluster.

A backend starts and ends one training at a time and says how many it can hold; whose turn it is, is not its business
(core/runs/job_queue.py). What it starts reports through the run's folder, so pages and commands know of no backend.
"""

import os
from abc import ABC, abstractmethod

from core.runs import jobs
from core.runs.folder import RunFolder
from core.runs.limits import Limits, trainings

CLUSTER = "ATTNLAB_CLUSTER"  # the address of a Ray cluster: ray://HOST:10001, auto or local


class AbstractBackend(ABC):
    """What starts trainings. It keeps nothing that the disk does not say: any process may make one."""

    @abstractmethod
    def places(self) -> int:
        """How many trainings it can run at once, 1 or more; it may take a while to find out."""

    @abstractmethod
    def lately(self) -> int | None:
        """As `places`, at once; None where that is not known at this moment."""

    def most_workers(self) -> int | None:
        """How many workers a training may have, before it has a place in the line; None where that is told as it starts."""
        return None

    @abstractmethod
    def prepare(self) -> None:
        """Get ready, so that the next `start` begins at once; returns immediately, safe to call again."""

    @abstractmethod
    def start(self, run: RunFolder, limits: Limits) -> None:
        """Train a run from its newest checkpoint if it has one; it reads as `starting` when this returns.

        Raises:
            RunError: it is being trained already, is shipped or damaged, or nothing can be started.
        """

    @abstractmethod
    def kill(self, run: RunFolder) -> None:
        """End a training at once; what was recorded stays. Nothing to do where none runs.

        Raises:
            RunError: it is out of reach from here.
        """


class LocalProcesses(AbstractBackend):
    """Trainings as processes of this computer, one a core unless the environment says otherwise."""

    def places(self) -> int:
        """As `core.runs.limits.trainings` says."""
        return trainings()

    def most_workers(self) -> int | None:
        """Each is a process of this computer, and all are started in one turn: as many as trainings run at once."""
        return self.places()

    def lately(self) -> int:
        """The same."""
        return trainings()

    def prepare(self) -> None:
        """Have a process ready that has imported everything."""
        jobs.prepare()

    def start(self, run: RunFolder, limits: Limits) -> None:
        """As a process of its own, that outlives this one."""
        jobs.start(run, jobs.WORKER, limits)

    def kill(self, run: RunFolder) -> None:
        """End its process."""
        jobs.kill(run)


def chosen() -> AbstractBackend:
    """The backend of this server: where `attnlab app --cluster` or the environment says so, a cluster."""
    address = os.environ.get(CLUSTER, "")
    if not address:
        return LocalProcesses()
    from core.runs.cluster.ray_backend import RayCluster  # here: it stands on this file

    return RayCluster(address)
