"""What runs on a node: one training as an actor of Ray, the same training as anywhere, in a process that Ray started.

The actor begins to train as it is made. So when Ray makes it anew on another node (its own was lost, or its process was killed), it
goes on by itself from the newest checkpoint, with the parameters of a training that was never interrupted, and says so in its
status and its log. With the training its process ends, and its place is free.
"""

import os
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from core import devices
from core.errors import RunError
from core.language import VARIABLE, tr
from core.runs import jobs, status, workspace
from core.runs.cluster.storage import Stored
from core.runs.cluster.writer import carried
from core.runs.folder import RunFolder
from core.runs.limits import NO_LIMITS, Limits, Watch

TRIES = 4  # times that a training is begun, or a team put together, before it is left to a person
_DYING = 150.0  # seconds that the writer of a lost node may hold the run's lock: a lease of NFS is 90


class Training:
    """One training in one process: an actor.

    Args:
        path: of the run, the same on all nodes; root: of the server's home; job: how the cluster calls the training.
        limits: fields of `Limits`; gpus: 1 where it has a CUDA device to itself, else 0; spoken: the language of whoever asked for it;
            storage: the run's address there, and then the folder is one of this node's own; empty: none.
    """

    def __init__(
        self, path: str, root: str, job: str, limits: dict[str, float | None], gpus: int, spoken: str, storage: str
    ) -> None:
        import ray

        place = ray.get_runtime_context()
        settle(path, root, job, gpus, spoken)
        self._run, self._limits, self._storage = RunFolder(Path(path), Path(path).name, path), Limits(**limits), storage
        self._self, self._again = place.current_actor, bool(place.was_current_actor_reconstructed)
        threading.Thread(target=self._live, name="training").start()

    def ready(self) -> None:
        """Answers as soon as there is a process."""

    def _live(self) -> None:
        import ray

        try:
            here = nullcontext((self._run, lambda: None))
            with carried(Stored(self._storage), self._run.name) if self._storage else here as (run, finish):
                if not self._again or goes_on(run):
                    jobs.work(run, NO_LIMITS, lambda mine: self._train(mine, finish))
        except BaseException as error:  # before the training could say it by itself
            traceback.print_exc()
            if not self._storage:
                fail(self._run, error)
        finally:
            ray.kill(self._self, no_restart=True)

    def _train(self, run: RunFolder, finish: Callable[[], None]) -> None:
        """Train within the limits. Where they end the process, its last word goes out first: else Ray would begin anew."""
        from core.runs.worker import train  # takes seconds: torch

        def end(code: int) -> None:
            finish()
            os._exit(code)

        with Watch(run, self._limits, end=end):
            train(run)


def fail(run: RunFolder, error: BaseException) -> None:
    """Say in the status that a training cannot go on, and why."""
    now = status.read(run)
    status.write(run, "failed", step=now.step, steps=now.steps, reason=str(error) or repr(error))


def settle(path: str, root: str, job: str, gpus: int, spoken: str) -> None:
    """Make this process one of the server's: its home, the run's workspace, where it computes, what it signs with and speaks."""
    import ray

    node = ray.get_runtime_context().get_node_id()[:8]
    os.environ.update({"ATTNLAB_HOME": root, status.JOB: job, status.NODE: node})
    os.environ.update({devices.VARIABLE: "cuda" if gpus else "cpu", VARIABLE: spoken})
    if Path(path).is_relative_to(Path(root) / "workspaces"):
        os.environ[workspace.CLASSROOM] = "1"  # else the home of this process would be everybody's
    workspace.settle(Path(path))


def goes_on(run: RunFolder, *, failed: bool = False) -> bool:
    """Whether a training that was interrupted has something left to do; said in its status and its log if so.

    Waits for the writer of the lost node to be gone.

    Args:
        failed: one whose process could still say that it failed is meant too.

    Raises:
        RunError: it is not.
    """
    before = status.written(run)
    if before is None or not (before.alive or (failed and before.state == "failed")):
        return False  # it had ended, and only its process had not
    end = time.monotonic() + _DYING
    while True:
        try:
            with run.lock():
                break
        except RunError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
    reason = tr("its process on node {node} is lost; it goes on here, from its last checkpoint", node=before.node)
    status.write(run, "starting", step=before.step, steps=before.steps, reason=reason)
    with (run.path / "log.txt").open("a", encoding="utf-8") as log:
        log.write(f"{reason}: node {os.environ[status.NODE]}\n")
    return True
