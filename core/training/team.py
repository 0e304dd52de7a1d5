"""A team: members that train one model together, each on its share of every batch.

A member is a process with a rank, from 0 on; all have the same weights, the same optimizer and the same stream of batches. At
each step a member weighs its own rows of the batch, the gradients are added up over the team (`add`), and every member takes
the same step, so their weights stay equal to the bit. Nothing is averaged twice: a term of a loss is a mean over a number of
things (tokens, cells, places), these numbers are added up first, and a member's term counts by its part of them. So the
gradient is that of one process with the whole batch.

The first member (rank 0) leads: it says before each step whether there is one (`Word`), and is the only one that records.
What is added up and what is said goes through torch.distributed: gloo between CPUs, nccl between CUDA devices. A training
alone is a team of one (`Alone`), which adds nothing to nothing.
"""

import os
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import torch
import torch.distributed as distributed
from torch import Tensor

from core.devices import CPU
from core.errors import RunError
from core.language import tr

GO, WAIT, END = 1.0, 0.0, -1.0
_LAST_WORD = timedelta(seconds=2)
_PATIENCE = timedelta(hours=2)  # an evaluation of the leader may take long; a member that died is noticed at once
_ARRIVAL, _NAP = 600.0, 0.02  # seconds to wait for members to come, and between looks
_HERE, _WORD = "here ", "word"  # keys of the store


class Word(NamedTuple):
    """What the leader says before a step.

    Attributes:
        what: GO: take it; WAIT: ask again; END: there are no more.
        rate_factor, guidance, since: as the leader's trainer has them: a person's factor on the rate, the strength of
            guidance and the step from which it is counted.
    """

    what: float
    rate_factor: float = 1.0
    guidance: float = 0.0
    since: float = 0.0


class AbstractTeam(ABC):
    """Who trains together.

    Attributes:
        rank: which member this is, from 0 on; size: how many there are.
    """

    rank: int
    size: int

    @abstractmethod
    def add(self, values: Tensor) -> Tensor:
        """Each number added up over all members; the same to the bit for all of them.

        Raises:
            RunError: another member has ended.
        """

    @abstractmethod
    def first(self, values: Tensor) -> Tensor:
        """The leader's numbers, whatever the others have in tensors of the same shape and kind.

        Raises:
            RunError: another member has ended.
        """

    @property
    def leads(self) -> bool:
        """Whether this member records, evaluates and is asked."""
        return self.rank == 0

    def say(self, word: Word) -> Word:
        """The leader's word; what the others give is not heard."""
        return Word(*self.first(torch.tensor(word, dtype=torch.float64)).tolist())

    def tell(self, text: bytes) -> bytes:
        """The leader's bytes; what the others give is not heard."""
        length = int(self.first(torch.tensor(len(text))))
        given = torch.frombuffer(bytearray(text), dtype=torch.uint8) if self.leads and text else None
        told = self.first(torch.zeros(length, dtype=torch.uint8) if given is None else given)
        return told.numpy().tobytes()


@dataclass(frozen=True)
class Alone(AbstractTeam):
    """One member: nobody to add to."""

    rank: int = 0
    size: int = 1

    def add(self, values: Tensor) -> Tensor:
        """The values."""
        return values

    def first(self, values: Tensor) -> Tensor:
        """The values."""
        return values


@dataclass(frozen=True)
class Together(AbstractTeam):
    """Members in processes of their own, that met (`met`).

    Attributes:
        backend: gloo between CPUs, nccl between CUDA devices; store: where who ends early leaves word.
    """

    rank: int
    size: int
    backend: str = "gloo"
    store: distributed.Store | None = None

    def add(self, values: Tensor) -> Tensor:
        """Added up by an all-reduce."""
        with self._speaking():
            moved = self._near(values)
            distributed.all_reduce(moved)
            return moved.to(values.device)

    def first(self, values: Tensor) -> Tensor:
        """Sent by the leader."""
        with self._speaking():
            moved = self._near(values)
            distributed.broadcast(moved, 0)
            return moved.to(values.device)

    def _near(self, values: Tensor) -> Tensor:
        """A copy where the backend can reach it."""
        return values.to("cuda" if self.backend == "nccl" else "cpu", copy=True)

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        try:
            yield
        except RuntimeError as error:  # how torch.distributed says that a connection broke
            reason = _reason(self.store) or tr("one of the {size} workers ended without a word", size=self.size)
            raise RunError(
                tr("{reason}; the others ended with it: resume the run from its last checkpoint", reason=reason)
            ) from error


@dataclass(frozen=True)
class Meeting:
    """Where members of a team find each other, once.

    Attributes:
        where: `tcp://HOST:PORT`, on the leader's machine, which listens there; or `file:///PATH`, of a file that does not exist
            yet, for members of one machine.
        size: how many there shall be.
    """

    where: str
    size: int

    def store(self, rank: int, device: torch.device = CPU) -> distributed.Store:
        """What the members write their addresses into; to open it is to say that one is there, and on which device.

        Raises:
            RunError: the leader does not listen.
        """
        place = urlsplit(self.where)
        try:
            if place.scheme == "file":
                store: distributed.Store = distributed.FileStore(_path(place.path), self.size)
            else:
                host, port = str(place.hostname), int(place.port or 0)
                store = distributed.TCPStore(host, port, self.size, is_master=rank == 0, wait_for_workers=False)
            store.set(f"{_HERE}{rank}", _seat(rank, device))
        except RuntimeError as error:
            raise RunError(
                tr(
                    "worker {rank} of {size} cannot reach {where}: {error}",
                    rank=rank + 1,
                    size=self.size,
                    where=self.where,
                    error=error,
                )
            ) from error
        return store


def arriving(store: distributed.Store, size: int) -> Iterator[list[int]]:
    """Who is not there yet, a moment at a time, until all are.

    Raises:
        RunError: somebody has not come in ten minutes.
    """
    end = time.monotonic() + _ARRIVAL
    while missing := [rank for rank in range(size) if not store.check([f"{_HERE}{rank}"])]:
        yield missing
        if time.monotonic() > end:
            raise RunError(
                tr(
                    "worker {missing} of {size} did not come; resume the run to try again",
                    missing=missing[0] + 1,
                    size=size,
                )
            )
        time.sleep(_NAP)


@contextmanager
def met(store: distributed.Store, rank: int, size: int) -> Iterator[AbstractTeam]:
    """Be a member until the block ends; waits until all are there. An error that ends it is left as word for the others.

    Members that have a CUDA device each talk through nccl; all others, and those that share one, through gloo and the CPU.
    """
    seats = [bytes(store.get(f"{_HERE}{other}")).decode() for other in range(size)]
    backend = "nccl" if all(seats) and len(set(seats)) == size else "gloo"
    distributed.init_process_group(backend, store=store, rank=rank, world_size=size, timeout=_PATIENCE)
    try:
        yield Together(rank, size, backend, store)
    except BaseException as error:
        store.set_timeout(
            _LAST_WORD
        )  # of a training that is only dropped the meeting place may be gone, and is waited for
        with suppress(RuntimeError):  # the store goes with the leader
            if not _reason(store):  # the first word is the cause, those after it are of who lost the others
                store.set(
                    _WORD,
                    tr(
                        "worker {rank} of {size} ended: {error}",
                        rank=rank + 1,
                        size=size,
                        error=error or type(error).__name__,
                    ),
                )
        raise
    finally:
        distributed.destroy_process_group()


def _path(text: str) -> str:
    """The path of a file's address; on Windows a drive stands behind its first stroke."""
    path = unquote(text)
    return path.removeprefix("/") if os.name == "nt" else path


def _seat(rank: int, device: torch.device) -> str:
    """The CUDA device that a member takes, by a name that no other device has; empty on any other kind."""
    if device.type != "cuda":
        return ""
    torch.cuda.set_device(rank % torch.cuda.device_count())
    return str(torch.cuda.get_device_properties(torch.cuda.current_device()).uuid)


def _reason(store: distributed.Store | None) -> str:
    """The word that was left; empty where there is none."""
    with suppress(RuntimeError):
        if store is not None and store.check([_WORD]):
            return str(store.get(_WORD).decode())
    return ""
