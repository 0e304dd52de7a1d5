"""Trainings on the nodes of a Ray cluster: the backend of `attnlab app --cluster ray://HOST:10001` (extra `cluster`).

A training is an actor of Ray (core/runs/cluster/training.py) with one CPU to itself: Ray finds the node, and finds another one where
that node is lost. It is detached, so it outlives the server; the next server finds it by its name, which is that of its run.
There is one actor of a name, whoever asks: on storage without locks that is what keeps a run to one writer.
Where runs lie on storage (`ATTNLAB_STORAGE`), the folder here is a copy that is kept up as the training goes (core/runs/cluster/mirror.py, writer.py).
"""

import contextlib
import os
import threading
import time
from dataclasses import asdict, replace
from typing import Any

from core import devices
from core.errors import AttentionLabError, RunError
from core.language import language, tr
from core.runs import controls, status
from core.runs.backend import CLUSTER, AbstractBackend
from core.runs.cluster import following
from core.runs.cluster.connection import NAMESPACE, Connection, Seen, connection, start_here
from core.runs.cluster.storage import STORAGE
from core.runs.cluster.team import TeamTraining
from core.runs.cluster.training import TRIES, Training
from core.runs.folder import RunFolder
from core.runs.limits import Limits
from core.runs.store import root

_GONE = 10.0  # seconds that a name may take to be free again, and a killed actor to be gone


class RayCluster(AbstractBackend):
    """Trainings spread over the nodes of a cluster.

    Args:
        address: what `--cluster` was given.
    """

    def __init__(self, address: str) -> None:
        self._line: Connection = connection(address)
        self._storage = following.following(url) if (url := following.chosen()) else None

    def places(self) -> int:
        """One a CPU of the nodes that live; with `--device cuda` it has to have a GPU as well.

        Raises:
            RunError: nothing answers, or no node has a CPU to give.
        """
        return _places(self._line.address, self._line.seen())

    def lately(self) -> int | None:
        """What the last look saw; None before the first one, or where nothing answers."""
        seen = self._line.lately()
        return (seen and _count(seen)) or None

    def prepare(self) -> None:
        """Connect, in the background."""
        self._line.watch()
        if self._storage is not None:
            self._storage.begin()

    def start(self, run: RunFolder, limits: Limits) -> None:
        """As an actor that outlives this server. Its first word may take as long as its place is taken by others."""
        workers = int(run.config().get("training", {}).get("workers", 1))
        self._check_room(run, workers)
        with run.lock():
            before = status.read(run)
            if before.alive:
                raise RunError(tr(
                    "{address} is being trained on node {node}; wait for it or stop it first", address=run.address,
                    node=before.node))  # fmt: skip
            controls.clear(run)
            if self._storage is not None and before.state == "crashed" and before.job:
                self._storage.bring(run)  # what a lost node left last
            status.put(run, replace(before, state="starting", heartbeat=time.time(), reason="", node="", job=_job(run)))
            try:
                if self._storage is not None:
                    self._storage.put(run)
                actor = self._create(run, limits, workers)
            except AttentionLabError as error:
                _fail(run, str(error))
                raise
        self._line.began(_job(run))
        if self._storage is not None:
            self._storage.begin()
        threading.Thread(target=self._see_born, args=(actor, run), daemon=True, name=f"birth {run.name}").start()

    def kill(self, run: RunFolder) -> None:
        """End its actor, wherever it is; one that ends by itself meanwhile keeps its last word.

        Raises:
            RunError: the cluster is out of reach.
        """
        if not status.read(run).alive:
            return
        ray = self._line.ray()
        end = time.monotonic() + _GONE
        try:
            while time.monotonic() < end:
                ray.kill(ray.get_actor(_job(run), NAMESPACE), no_restart=True)
                time.sleep(0.05)
        except ValueError:  # there is none of that name any more
            pass
        except Exception as error:  # of Ray's many kinds, as in `_create`
            raise RunError(tr(
                "the cluster at {address} did not end {address2} ({error}); try again", address=self._line.address,
                address2=run.address, error=error,
            )) from error  # fmt: skip
        with contextlib.suppress(RunError), run.lock():  # nobody writes it any more
            if self._storage is not None:
                self._storage.bring(run)
        last = status.written(run)
        if last is not None and last.alive:
            reason = tr("ended at once, on request")
            status.put(run, replace(last, state="stopped", heartbeat=time.time(), reason=reason))

    def _check_room(self, run: RunFolder, workers: int) -> None:
        places = self.places()
        if workers > places:
            raise RunError(tr(
                "{address} is trained by training.workers={workers}, and the cluster has {places} places: "
                "set workers lower, or add nodes", address=run.address,
                workers=workers, places=places))  # fmt: skip
        if workers > 1 and self._storage is not None:
            raise RunError(tr(
                "{address} is trained by training.workers={workers}, which read one folder: use a folder that all nodes see, "
                "without {storage}, or set workers to 1", address=run.address,
                workers=workers, storage=STORAGE))  # fmt: skip

    def _create(self, run: RunFolder, limits: Limits, workers: int) -> Any:
        ray = self._line.ray()
        stored = self._storage.place(run) if self._storage is not None else ""
        # each member of a team has a place, and who sees to them needs none
        kind, places, last = (Training, 1, stored) if workers == 1 else (TeamTraining, 0, workers)
        actor = ray.remote(kind).options(
            name=_job(run),
            namespace=NAMESPACE,
            lifetime="detached",
            scheduling_strategy="SPREAD",
            num_cpus=places,
            num_gpus=places * _gpus(),
            max_restarts=TRIES - 1,
        )
        end = time.monotonic() + _GONE
        while True:
            try:
                return actor.remote(str(run.path), str(root()), _job(run), asdict(limits), _gpus(), language(), last)
            except ValueError as error:  # its last actor is about to be gone
                if time.monotonic() > end:
                    raise RunError(tr(
                        "{address} is still held by its last training ({error}); try again", address=run.address,
                        error=error,
                    )) from error  # fmt: skip
                time.sleep(0.1)
            except Exception as error:  # of Ray's many kinds, and whatever the head raised
                raise RunError(tr(
                    "the cluster at {address} did not take {address2} ({error}); is the same Attention Lab installed "
                    "on its head?", address=self._line.address,
                    address2=run.address, error=error,
                )) from error  # fmt: skip

    def _see_born(self, actor: Any, run: RunFolder) -> None:
        """Speak for a training that could not even begin: a node without the lab, most of all."""
        ray = self._line.ray()
        try:
            ray.get(actor.ready.remote())
        except ray.exceptions.RayActorError as error:
            last = str(error).strip().splitlines()[-1][:300]
            _fail(
                run,
                tr(
                    "no node of the cluster could begin ({last}); is the same Attention Lab installed on all of them?",
                    last=last),
            )  # fmt: skip
        except Exception:
            return  # the line was lost: the actor is on its own


def knows(job: str) -> bool | None:
    """Whether the cluster of this process has a training; None where this process has none, or has not heard of it lately."""
    address = os.environ.get(CLUSTER, "")
    seen = connection(address).lately() if address else None
    return None if seen is None else job in seen.jobs


def check(address: str) -> None:
    """Whether there is a cluster to use, started here first for `local`. Nothing stays connected.

    Raises:
        InputError: it is no address. MissingExtra: Ray is not installed. RunError: nothing answers there.
    """
    if address == "local":
        start_here()
    line = connection(address)
    try:
        _places(line.address, line.look())
    finally:
        line.close()


def _places(address: str, seen: Seen) -> int:
    kind, places = "GPU" if _gpus() else "CPU", _count(seen)
    if places < 1:
        raise RunError(
            tr(
                "the cluster at {address} has no free place: no node of it has a {kind} to give; add one with `ray start "
                "--address=HEAD:6379`",
                address=address,
                kind=kind,
            )
        )
    return places


def _count(seen: Seen) -> int:
    return min(seen.cpus, seen.gpus) if _gpus() else seen.cpus


def _gpus() -> int:
    """How many a place has: a CUDA device where this server was told to use them."""
    return int(os.environ.get(devices.VARIABLE) == "cuda")


def _job(run: RunFolder) -> str:
    return str(run.path)


def _fail(run: RunFolder, reason: str) -> None:
    now = status.written(run)
    if now is not None and now.state == "starting":
        status.put(run, replace(now, state="failed", reason=reason))
