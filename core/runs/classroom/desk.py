"""Runs of others that a lecturer has opened: the menus of every page offer them, until they are put back.

They are named in a small file of the lecturer's own workspace. It gives nobody any right: an address `of/WORKSPACE/NAME`
leads somewhere only where a lecturer asks (core/runs/classroom/authority.py), whatever any file says.
"""

import re
from contextlib import suppress
from pathlib import Path

from core.errors import RunError
from core.language import tr
from core.runs import atomic, workspace
from core.runs.classroom import authority

PREFIX = "of/"
_MOST = 8  # menus stay short: who opens more puts the oldest back
_ADDRESS = re.compile(r"of/[a-z0-9._-]{1,40}/[A-Za-z0-9._-]{1,80}")


def address(place: str, name: str) -> str:
    """Of the run called `name` in the workspace called `place`."""
    return f"{PREFIX}{place}/{name}"


def opened() -> list[str]:
    """Addresses of runs that the lecturer who asks has opened, the newest first; of everybody else none."""
    if not authority.places_of_others():
        return []
    try:
        kept = atomic.read_json(_file(), tr("open the runs again"))
    except RunError:
        return []
    return [one for one in kept if isinstance(one, str) and _ADDRESS.fullmatch(one)] if isinstance(kept, list) else []


def put(one: str) -> None:
    """Open a run: it stands first.

    Raises:
        RunError: no lecturer asks, or the disk refuses.
    """
    authority.check_lecturer(tr("opening runs of others"))
    _keep([one, *(other for other in opened() if other != one)][:_MOST])


def put_back(one: str) -> None:
    """Let menus forget a run.

    Raises:
        RunError: no lecturer asks, or the disk refuses.
    """
    authority.check_lecturer(tr("opening runs of others"))
    with suppress(ValueError):
        left = opened()
        left.remove(one)
        _keep(left)


def _keep(addresses: list[str]) -> None:
    with atomic.disk_errors(tr("opening a run")):
        _file().parent.mkdir(parents=True, exist_ok=True)
        atomic.write_json(_file(), addresses)


def _file() -> Path:
    return workspace.home() / "desk.json"
