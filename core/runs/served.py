"""When the owners of trainings were served last: a small file beside the tickets (core/runs/tickets.py), written under the line's lock."""

from typing import Any

from core.errors import RunError
from core.language import tr
from core.runs import atomic, tickets
from core.runs.tickets import WAITING, Ticket

_NAME = "served.json"


def moments() -> dict[str, int]:
    """When, by owner, in numbers of tickets. Without the file, or with one that was edited, nobody was: then only patience counts."""
    try:
        value: Any = atomic.read_json(tickets.folder() / _NAME, "")
    except RunError:
        return {}
    if not isinstance(value, dict):
        return {}
    return {owner: moment for owner, moment in value.items() if type(moment) is int and 0 <= moment < 10**9}


def remember(ticket: Ticket) -> None:
    """Remember that an owner was served, among those who still wait: whoever does not is younger when they come back.

    Raises:
        RunError: the disk refuses.
    """
    waiting = tickets.read(WAITING)[0]
    before = moments()
    now = 1 + max([ticket.number, *before.values(), *(one.number for one in waiting)])
    owners = {one.owner for one in waiting}
    kept = {owner: moment for owner, moment in {**before, ticket.owner: now}.items() if owner in owners}
    with atomic.disk_errors(tr("writing who was served")):
        atomic.write_json(tickets.folder() / _NAME, kept)
