"""Tickets of trainings that wait for their turn or have it: small files, renamed from one folder into the other.

`queue/waiting` and `queue/running` lie in the folder of the server, whoever's the runs are. A ticket's name is its number in
the line; it keeps it wherever it lies. Files that are no tickets (torn, edited) are passed over, and `read` says so.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import RunError, SettingError
from core.language import ENGLISH, LANGUAGES, mark, tr
from core.runs import atomic, store
from core.runs.folder import RunFolder
from core.runs.limits import Limits

SCHEMA = "attnlab/ticket/1"
WAITING, RUNNING = "waiting", "running"
_NAME = re.compile(r"(\d{10})\.json")
_ADVICE = mark("delete it; the training it was for can be resumed")


@dataclass(frozen=True)
class Ticket:
    """A training in the line.

    Attributes:
        number: its own, higher than those of all that came before it.
        path, address: of the run.
        owner: whose it is, a word.
        limits: what it may take.
        tries: how often it was to be started and died before it said a word.
        language: in which it says what became of it, that of whoever asked for it.
    """

    number: int
    path: str
    address: str
    owner: str
    limits: Limits
    tries: int = 0
    language: str = ENGLISH

    @property
    def run(self) -> RunFolder:
        """The run, whosever workspace it lies in."""
        return RunFolder(Path(self.path), Path(self.path).name, self.address)


def folder() -> Path:
    """Where the tickets of this server are; it need not exist yet."""
    return store.root() / "queue"


def place_of(number: int, where: str) -> Path:
    """The file of a ticket that waits or runs."""
    return folder() / where / f"{number:010d}.json"


def write(ticket: Ticket, where: str) -> None:
    """Put a ticket there whole, or replace it.

    Raises:
        RunError: the disk refuses.
    """
    path = place_of(ticket.number, where)
    told = {
        "schema": SCHEMA, "run": ticket.path, "address": ticket.address, "owner": ticket.owner,
        "memory_mb": ticket.limits.memory_mb, "minutes": ticket.limits.minutes, "tries": ticket.tries,
        "language": ticket.language,
    }  # fmt: skip
    with atomic.disk_errors(tr("putting {address} in the queue", address=ticket.address)):
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write_json(path, told)


def move(ticket: Ticket, source: str, target: str) -> None:
    """Let a waiting ticket run, or a running one wait again, at its old place."""
    with atomic.disk_errors(tr("moving {address} in the queue", address=ticket.address)):
        place_of(ticket.number, target).parent.mkdir(parents=True, exist_ok=True)
        atomic.replace(place_of(ticket.number, source), place_of(ticket.number, target))


def drop(ticket: Ticket, where: str) -> None:
    """Take a ticket out; one that is gone is fine."""
    with atomic.disk_errors(tr("taking {address} out of the queue", address=ticket.address)):
        place_of(ticket.number, where).unlink(missing_ok=True)


def any_there() -> bool:
    """Whether there is anything to look at; cheap enough for every second."""
    return bool(_names(WAITING) or _names(RUNNING))


def read(where: str) -> tuple[list[Ticket], list[str]]:
    """The tickets there by their numbers, and what is wrong with files that are none; nothing is changed."""
    found, problems = [], []
    for name in _names(where):
        path = folder() / where / name
        try:
            found.append(_parse(int(name[:10]), atomic.read_json(path, tr(_ADVICE)), path))
        except RunError as error:
            if path.exists():  # else it was taken out between two looks
                problems.append(str(error))
    return found, problems


def _names(where: str) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder() / where) if _NAME.fullmatch(name))  # noqa: PTH208 - often
    except OSError:
        return []


def _parse(number: int, value: Any, path: Path) -> Ticket:
    """A ticket from JSON, each field in its own kind.

    Raises:
        RunError: it is none.
    """
    words = {"run": str, "address": str, "owner": str, "tries": int}
    fits = isinstance(value, dict) and value.get("schema") == SCHEMA
    if not fits or any(type(value.get(name)) is not kind for name, kind in words.items()):
        raise RunError(
            tr(
                "{path}: expected a ticket of the queue ({schema}), but it was edited; {advice}",
                path=path,
                schema=SCHEMA,
                advice=tr(_ADVICE),
            )
        )
    if not Path(value["run"]).is_absolute():
        raise RunError(tr("{path}: its run is no absolute path; {advice}", path=path, advice=tr(_ADVICE)))
    try:
        limits = Limits(_number(value.get("memory_mb")), _number(value.get("minutes")))
    except SettingError as error:
        raise RunError(tr("{path}: {error}; {advice}", path=path, error=error, advice=tr(_ADVICE))) from error
    spoken = value.get("language")  # tickets of earlier versions have none
    spoken = spoken if isinstance(spoken, str) and spoken in LANGUAGES else ENGLISH
    return Ticket(number, value["run"], value["address"], value["owner"], limits, value["tries"], spoken)


def _number(value: Any) -> float | None:
    if value is not None and type(value) not in (int, float):
        raise SettingError(tr("a limit is {value!r}, no number", value=str(value)[:40]))
    return None if value is None else float(value)
