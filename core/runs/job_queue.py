"""The line in which trainings wait: at most so many run at once, the others start in a fair order (core/runs/fairness.py).

The line is on the disk, and whoever holds its lock takes the turn for all: the server that is asked to train, a server that
looks every second, a training that ends. No server is needed for the line to go on, several may share it, and whatever is
killed between two steps, the next turn finds a whole line. A ticket is moved to `running` before its training is started;
where the start did not come about, the run still reads as `waiting` and the ticket goes back to its place.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

import portalocker

from core.errors import AttentionLabError, RunError
from core.language import language, speaking, tr
from core.runs import atomic, controls, served, status, tickets
from core.runs.backend import AbstractBackend, chosen
from core.runs.classroom import authority, locked
from core.runs.fairness import in_order
from core.runs.folder import RunFolder, acquire
from core.runs.jobs import worker_main
from core.runs.limits import Limits, usual
from core.runs.tickets import RUNNING, WAITING, Ticket

_PATIENCE = 15.0  # seconds to wait for whoever takes a turn
_UNHEARD = 5.0  # seconds after which a training that was asked to stop, and asked again, is ended
_TRIES = 3  # starts of a training that dies before its first word
_log = logging.getLogger("attention_lab")


@dataclass(frozen=True)
class Line:
    """The line as it is.

    Attributes:
        running, waiting: tickets, the waiting ones in the order in which they will be started; problems: files that are none.
    """

    running: tuple[Ticket, ...]
    waiting: tuple[Ticket, ...]
    problems: tuple[str, ...]


def submit(run: RunFolder, owner: str, limits: Limits | None = None, most: int | None = None) -> None:
    """Have a run trained when its turn comes, at once if there is room; it reads as `waiting` until then.

    A run that waits already keeps its place.

    Args:
        owner: whose it is: a workspace, or a session; limits: the usual ones of this server where none are given.
        most: trainings of this owner that may wait at once; None is no limit.

    Raises:
        RunError: it is being trained already, is shipped or damaged, the disk refuses, as many wait as may, or it has more
            workers than it may.
        SettingError: its settings cannot be, or the environment of the server has a limit that is none.
        LockedControl: the lecturer has locked training for whoever asks.
    """
    from core.runs.recipes import config_of  # here: it brings torch, and whoever only looks at the line needs none

    locked.check("train")
    run.check_writable(tr("it cannot be trained further"))
    config_of(run)
    allowed = limits or usual()
    backend = chosen()
    _refuse_workers(run, backend.most_workers())
    places = backend.places()  # before the lock: a cluster may take its time to answer
    with _turn():
        running, waiting = _swept()
        before = status.read(run)
        if before.alive:
            raise RunError(tr(
                "{address} is being trained by process {pid}; wait for it or stop it first", address=run.address, pid=before.pid))  # fmt: skip
        if not any(one.path == str(run.path) for one in waiting):
            _refuse_more(owner, waiting, most)
            number = 1 + max([0, *served.moments().values(), *(one.number for one in (*running, *waiting))])
            tickets.write(Ticket(number, str(run.path), run.address, owner, allowed, language=language()), WAITING)
        _write_waiting(run)
        _fill(backend, places)


def cancel(run: RunFolder) -> None:
    """Take a run out of the line, whatever it does.

    One that waits or has not said a word yet is taken out at once. One that trains or is paused is asked to stop with a
    checkpoint after its step; asked again some seconds later, it is ended where it stands. A dead one only leaves the line.
    The next in the line begin where that needs no waiting; what is wrong with them is for whoever looks next.

    Raises:
        RunError: it is shipped, out of reach from here, or the disk refuses.
    """
    run.check_writable(tr("there is no training to cancel"))
    with _turn():
        backend = chosen()
        for ticket in tickets.read(WAITING)[0]:
            if ticket.path == str(run.path):
                tickets.drop(ticket, WAITING)
        now = status.read(run)
        if now.state == "waiting":
            _write_stopped(run)
        elif now.alive and (_unborn(run) or controls.unheard(run, "stop", _UNHEARD)):
            backend.kill(run)
        elif now.alive:
            controls.send(run, "stop")
        with suppress(AttentionLabError):
            places = backend.lately()
            if places is not None:
                _fill(backend, places)


def turn() -> list[RunFolder]:
    """Start who is next, as long as there is room. Safe from any process at any time.

    Returns:
        The runs that were started.

    Raises:
        RunError: the disk refuses, a cluster does not answer, or somebody else is taking a turn that does not end.
    """
    if not tickets.any_there():
        return []
    backend = chosen()
    places = backend.places()
    with _turn():
        return _fill(backend, places)


def work(argv: Sequence[str], train: Callable[[RunFolder], object]) -> int:
    """As `jobs.worker_main`, and then let the next in the line begin: there may be no server any more to do it."""
    code = worker_main(argv, train)
    with suppress(AttentionLabError):
        turn()
    return code


def place(run: RunFolder) -> int | None:
    """How many are started before a run that waits; None for one that has no place in the line."""
    paths = [one.path for one in line().waiting]
    return paths.index(str(run.path)) if str(run.path) in paths else None


def line() -> Line:
    """The line as it is at this moment; reading it holds nobody up and waits for nobody.

    While a cluster does not say how many places it has, what runs is taken for all of them.
    """
    running, wrong = tickets.read(RUNNING)
    waiting, problems = tickets.read(WAITING)
    places = chosen().lately() or max(1, len(running))
    return Line(tuple(running), tuple(in_order(waiting, running, served.moments(), places)), (*wrong, *problems))


@contextmanager
def _turn() -> Iterator[None]:
    """Be the only one, of all processes, who changes the line."""
    path = tickets.folder() / ".lock"
    with atomic.disk_errors(tr("opening the queue")):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+")
    with file:
        if not acquire(file, _PATIENCE):
            raise RunError(tr(
                "the queue is held by another process ({path}); try again, and end that process if it hangs", path=path, ))  # fmt: skip
        try:
            yield
        finally:
            portalocker.unlock(file)


def _swept() -> tuple[list[Ticket], list[Ticket]]:
    """Running and waiting tickets, after those whose training ended were taken out and those that never began went back."""
    running = []
    for ticket in tickets.read(RUNNING)[0]:
        now = _written(ticket.run)
        if now is not None and now.alive and status.lives(now, ticket.path):
            running.append(ticket)
        elif now is not None and now.state == "waiting":
            tickets.move(ticket, RUNNING, WAITING)
        elif now is not None and now.state == "starting" and ticket.tries + 1 < _TRIES:
            tickets.write(replace(ticket, tries=ticket.tries + 1), RUNNING)
            if _waits(ticket, RUNNING):
                tickets.move(ticket, RUNNING, WAITING)
        else:
            tickets.drop(ticket, RUNNING)
    waiting = []
    for ticket in tickets.read(WAITING)[0]:
        if ticket.run.problem is None:
            waiting.append(ticket)
        else:
            _pass_over(ticket, WAITING, ticket.run.problem)
    return running, waiting


def _fill(backend: AbstractBackend, places: int) -> list[RunFolder]:
    running, waiting = _swept()
    order = in_order(waiting, running, served.moments(), places)[: max(0, places - len(running))]
    return [ticket.run for ticket in order if _start(ticket, backend)]


def _start(ticket: Ticket, backend: AbstractBackend) -> bool:
    run = ticket.run
    if status.read(run).alive:  # somebody trains it already, from a command line
        tickets.drop(ticket, WAITING)
        return False
    if not _waits(ticket, WAITING):
        return False
    tickets.move(ticket, WAITING, RUNNING)
    served.remember(ticket)
    try:
        with speaking(ticket.language):  # whoever takes the turn may speak another
            backend.start(run, ticket.limits)
    except Exception as error:  # whatever it is, it must not hold up the others
        if not isinstance(error, AttentionLabError):
            _log.exception("the queue of trainings: starting %s", ticket.address)
        try:
            _write_failed(
                run,
                str(error)
                if isinstance(error, AttentionLabError)
                else tr("{error!r}; see the server's log", error=error),
            )
        except RunError as refused:
            _log.warning("the queue of trainings: %s does not say why it failed: %s", ticket.address, refused)
        tickets.drop(ticket, RUNNING)
        return False
    return True


def _waits(ticket: Ticket, where: str) -> bool:
    """Have its run read as `waiting`; one whose folder takes no word any more is passed over."""
    try:
        _write_waiting(ticket.run)
    except RunError as error:
        _pass_over(ticket, where, error)
        return False
    return True


def _pass_over(ticket: Ticket, where: str, why: object) -> None:
    _log.warning("the queue of trainings: %s is passed over: %s", ticket.address, why)
    tickets.drop(ticket, where)


def _refuse_more(owner: str, waiting: list[Ticket], most: int | None) -> None:
    own = sum(one.owner == owner for one in waiting)
    if most is not None and own >= most:
        raise RunError(tr(
            "{own} of your trainings wait already, as many as may at once; cancel one of them, or wait until one begins", own=own))  # fmt: skip


def _refuse_workers(run: RunFolder, places: int | None) -> None:
    """One turn starts all workers of a run: on one computer a student's has one, another's as many as there are places."""
    training = run.config().get("training")
    workers = training.get("workers", 1) if isinstance(training, dict) else 1
    if places is None or not isinstance(workers, int):  # what is no number is refused by the training itself
        return
    most, whose = (places, "here") if authority.teaches() else (1, tr("of a student"))
    if workers > most:
        raise RunError(tr(
            "{address} has training.workers={workers}, and a training {whose} may have {most}: make it anew with workers={most}",
            address=run.address, workers=workers, whose=whose, most=most))  # fmt: skip


def _written(run: RunFolder) -> status.Status | None:
    try:
        return status.written(run)
    except RunError:
        return None


def _unborn(run: RunFolder) -> bool:
    """Whether it said no word yet; one that a cluster may be moving reads as `starting` too, and has learned something."""
    said = _written(run)
    return said is not None and said.state == "starting"


def _write_waiting(run: RunFolder) -> None:
    now = status.read(run)
    if now.state != "waiting":
        status.write(run, "waiting", step=now.step, steps=now.steps or _steps(run))


def _write_stopped(run: RunFolder) -> None:
    now = status.read(run)
    status.write(run, "stopped", step=now.step, steps=now.steps, reason=tr("cancelled while it waited for its turn"))


def _write_failed(run: RunFolder, reason: str) -> None:
    now = status.read(run)
    if not now.alive:
        status.write(run, "failed", step=now.step, steps=now.steps, reason=reason)


def _steps(run: RunFolder) -> int:
    """How many its configuration says; 0 where that leaves it out, or was edited since it was read."""
    training = run.config().get("training")
    steps = training.get("steps") if isinstance(training, dict) else None
    return steps if type(steps) is int else 0
