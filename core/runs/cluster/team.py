"""A training of several workers on a cluster: an actor that needs no place of its own sees to a team of members, a place each.

The members' places are taken together or not at all, so two teams cannot each wait for what the other holds. The leader's node is where
they meet. Whoever of them is lost takes the team down, and the team begins anew where there is room, from the last checkpoint.
"""

import socket
import threading
import traceback
from pathlib import Path
from typing import Any

from core.errors import RunError
from core.language import tr
from core.runs import jobs
from core.runs.cluster.training import TRIES, fail, goes_on, settle
from core.runs.folder import RunFolder
from core.runs.limits import Limits

_OTHERS = 20.0  # seconds in which all have ended after one has


class TeamTraining:
    """Sees to a team until its training has ended: an actor.

    Args:
        path, root, job, limits, gpus, spoken: as `core.runs.cluster.training.Training` takes them, for each member; limits are the
            leader's.
        workers: how many members.
    """

    def __init__(
        self, path: str, root: str, job: str, limits: dict[str, float | None], gpus: int, spoken: str, workers: int
    ) -> None:
        import ray

        place = ray.get_runtime_context()
        settle(path, root, job, gpus, spoken)
        self._run, self._member, self._workers = _folder(path), (path, root, job, limits, gpus, spoken), workers
        self._self, self._again = place.current_actor, bool(place.was_current_actor_reconstructed)
        threading.Thread(target=self._live, name="team").start()

    def ready(self) -> None:
        """Answers as soon as there is a process."""

    def _live(self) -> None:
        import ray

        try:
            if not self._again or goes_on(self._run):
                for _ in range(TRIES):
                    lost, leader_too = self._lost()
                    # a leader that lived said `failed` of the loss; one that did not said it of itself: a limit, above all
                    if not lost or not goes_on(self._run, failed=not leader_too):
                        return
                raise RunError(
                    tr("its team lost a member {tries} times; resume it when the cluster is at rest", tries=TRIES)
                )
        except BaseException as error:  # before the leader could say it
            traceback.print_exc()
            fail(self._run, error)
        finally:
            ray.kill(self._self, no_restart=True)

    def _lost(self) -> tuple[bool, bool]:
        """Put a team together and let it train; whether it ended because a member was lost, and whether the leader was."""
        import ray
        from ray.util.placement_group import placement_group, remove_placement_group
        from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy

        *_, gpus, _ = self._member
        place = {"CPU": 1, "GPU": gpus} if gpus else {"CPU": 1}
        group = placement_group([place] * self._workers, strategy="SPREAD")
        try:
            ray.get(group.ready())
            members = [
                ray.remote(Member)
                .options(num_cpus=1, num_gpus=gpus, scheduling_strategy=PlacementGroupSchedulingStrategy(group, rank))
                .remote(*self._member)
                for rank in range(self._workers)
            ]
            where = ray.get(members[0].meeting_place.remote())
            ends = [member.train.remote(rank, where, self._workers) for rank, member in enumerate(members)]
            ray.wait(ends, num_returns=1)
            ended, left = ray.wait(ends, num_returns=len(ends), timeout=_OTHERS)
            died = [one for one in ended if _died(one)]
            return bool(left or died), ends[0] in died
        except ray.exceptions.RayActorError:
            return True, True
        finally:
            remove_placement_group(group)  # ends who is left, too


class Member:
    """One member of a team: an actor."""

    def __init__(self, path: str, root: str, job: str, limits: dict[str, float | None], gpus: int, spoken: str) -> None:
        settle(path, root, job, gpus, spoken)
        self._run, self._limits = _folder(path), Limits(**limits)

    def meeting_place(self) -> str:
        """A port of this node that is free at this moment, as `Meeting` takes it."""
        import ray

        with socket.socket() as free:
            free.bind(("", 0))
            return f"tcp://{ray.util.get_node_ip_address()}:{free.getsockname()[1]}"

    def train(self, rank: int, where: str, workers: int) -> None:
        """Train to the end. What the leader raises is in the log and the status, as of every training."""
        from core.runs.team import run_member  # takes seconds: torch
        from core.training.team import Meeting

        meeting = Meeting(where, workers)
        if rank == 0:
            jobs.work(self._run, self._limits, lambda run: run_member(run, 0, meeting))
        else:
            try:
                run_member(self._run, rank, meeting)
            except RunError as error:  # the leader says it
                print(error)


def _died(end: Any) -> bool:
    import ray

    try:
        ray.get(end)
    except ray.exceptions.RayActorError:
        return True
    return False


def _folder(path: str) -> RunFolder:
    return RunFolder(Path(path), Path(path).name, path)
