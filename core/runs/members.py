"""A team on this machine: whoever trains a run starts the other members, and they end with it, however it ends.

They talk over loopback alone and meet in a file of a folder that only this user can read. A member holds on to a pipe whose other
end the leader has: when the leader is gone, even killed, the pipe ends and the member with it.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import psutil

from core.devices import chosen
from core.errors import RunError
from core.language import tr
from core.runs import atomic
from core.runs.config import ExperimentConfig
from core.runs.folder import RunFolder
from core.runs.processes import launch
from core.runs.recipes import AnyConfig
from core.training.team import AbstractTeam, Alone, Meeting, arriving, met

MEMBER: tuple[str, ...] = (sys.executable, "-P", "-m", "core.runs.team")
OWN_CODE = "--own-code"
_LOG = "log.txt"
_ENDING = 5.0  # seconds that a member has to end before it is killed
_DYING = 1.0  # seconds that a killed one may take to be gone
_INTERFACE = "GLOO_SOCKET_IFNAME"
Member = subprocess.Popen[bytes]


def members_of(config: AnyConfig, workers: int | None) -> int:
    """How many train together: as the configuration says, unless somebody says otherwise.

    Raises:
        SettingError: so many cannot.
    """
    if workers is None or not isinstance(config, ExperimentConfig):
        return int(getattr(config.training, "workers", 1))
    return replace(config, training=replace(config.training, workers=workers)).training.workers


@contextmanager
def gathered(
    run: RunFolder, size: int, team: AbstractTeam | None = None, *, own_code: bool = False
) -> Iterator[AbstractTeam]:
    """Lead a team until the block ends; alone where it has one member.

    Args:
        team: one that has met already: nobody is started then, and nobody ended.
        own_code: as `core.runs.experiment.trainer_of` takes it.

    Raises:
        RunError: another member ended, or did not come.
    """
    if team is not None or size == 1:
        yield team or Alone()
        return
    with tempfile.TemporaryDirectory(prefix="attnlab-team-") as folder, _loopback() as environment:
        meeting = Meeting((Path(folder) / "meeting").as_uri(), size)
        others = [_member(run, rank, meeting, environment, own_code=own_code) for rank in range(1, size)]
        try:
            store = meeting.store(0, chosen())
            for _ in arriving(store, size):
                _check_there(others)
            with met(store, 0, size) as team:
                yield team
        except RunError:
            _check_alive(others)
            raise
        finally:
            _end(others)


def _member(run: RunFolder, rank: int, meeting: Meeting, environment: dict[str, str], *, own_code: bool) -> Member:
    """Start a member; what it prints goes into the run's log."""
    command = [*MEMBER, str(run.path), str(rank), str(meeting.size), meeting.where, *([OWN_CODE] if own_code else [])]
    with (
        atomic.disk_errors(tr("starting worker {rank} of {address}", rank=rank + 1, address=run.address)),
        (run.path / _LOG).open("ab") as log,
    ):
        return launch(command, log, stdin=subprocess.PIPE, environment=environment)


def _check_there(others: Sequence[Member]) -> None:
    """Raise for a member that ended before all had met."""
    for rank, other in enumerate(others, start=1):
        code = other.poll()
        if code is not None:
            raise RunError(
                tr(
                    "worker {rank} of {count} {how} before it began; see log.txt",
                    rank=rank + 1,
                    count=len(others) + 1,
                    how=_how(code),
                )
            )


def _check_alive(others: Sequence[Member]) -> None:
    """Raise for a member that was killed: it could leave no word of its own."""
    with suppress(subprocess.TimeoutExpired):
        others[0].wait(_DYING)  # its connection broke a moment before its process is gone
    for rank, other in enumerate(others, start=1):
        code = other.poll()
        if code is not None and code < 0:
            raise RunError(
                tr(
                    "worker {rank} of {count} {how}; the others ended with it: resume the run from its last checkpoint",
                    rank=rank + 1,
                    count=len(others) + 1,
                    how=_how(code),
                )
            )


def _how(code: int) -> str:
    return tr("was killed by signal {code}", code=-code) if code < 0 else tr("ended with exit code {code}", code=code)


def _end(others: Sequence[Member]) -> None:
    """Let go of the pipes, by which members end; those that do not are killed."""
    for other in others:
        assert other.stdin is not None
        with suppress(OSError):
            other.stdin.close()
    for other in others:
        try:
            other.wait(_ENDING)
        except subprocess.TimeoutExpired:
            other.kill()
            other.wait()


@contextmanager
def _loopback() -> Iterator[dict[str, str]]:
    """Let gloo listen on loopback alone until the block ends; by what, for the members' environment."""
    names = [
        name for name, all_of in psutil.net_if_addrs().items() if any(one.address == "127.0.0.1" for one in all_of)
    ]
    before = os.environ.get(_INTERFACE)
    if not (before or names):
        raise RunError(
            tr(
                "no network interface of this machine has the address 127.0.0.1, over which workers talk: set {interface} to the name of "
                "one that they can use, or train with training.workers=1",
                interface=_INTERFACE,
            )
        )
    environment = {_INTERFACE: before or names[0]}
    os.environ.update(environment)
    try:
        yield environment
    finally:
        if before is None:
            del os.environ[_INTERFACE]
