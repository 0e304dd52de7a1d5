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

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

import torch
import torch.distributed as distributed
from torch import Tensor, nn

from core.data.batch import Batch
from core.errors import RunError

GO, WAIT, END = 1.0, 0.0, -1.0
_PATIENCE = timedelta(hours=2)  # an evaluation of the leader may take long; a member that died is noticed at once


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
    """Members in processes of their own, that met (`met`)."""

    rank: int
    size: int
    backend: str = "gloo"

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
        """Where the backend can reach it: a copy."""
        return values.to("cuda" if self.backend == "nccl" else "cpu", copy=True)

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        try:
            yield
        except RuntimeError as error:  # how torch.distributed says that a connection broke
            raise RunError(
                f"worker {self.rank + 1} of {self.size} lost the others: one of them has ended; "
                "resume the run from its last checkpoint"
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

    def store(self, rank: int) -> distributed.Store:
        """What the members write their addresses into.

        Raises:
            RunError: the leader does not listen.
        """
        place = urlsplit(self.where)
        if place.scheme == "file":
            return distributed.FileStore(place.path, self.size)
        try:
            return distributed.TCPStore(
                str(place.hostname), int(place.port or 0), self.size, is_master=rank == 0, wait_for_workers=False
            )
        except RuntimeError as error:
            raise RunError(f"worker {rank + 1} of {self.size} cannot reach {self.where}: {error}") from error


@contextmanager
def met(meeting: Meeting, rank: int, backend: str = "gloo") -> Iterator[AbstractTeam]:
    """Be a member until the block ends; waits until all are there.

    Args:
        backend: gloo between CPUs, nccl between CUDA devices.

    Raises:
        RunError: the others did not come.
    """
    try:
        distributed.init_process_group(
            backend, store=meeting.store(rank), rank=rank, world_size=meeting.size, timeout=_PATIENCE
        )
    except RuntimeError as error:
        raise RunError(f"worker {rank + 1} of {meeting.size} met nobody at {meeting.where}: {error}") from error
    try:
        yield Together(rank, meeting.size, backend)
    finally:
        distributed.destroy_process_group()
