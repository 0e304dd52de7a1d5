"""Requests to a running training: small files, renamed in by anybody, taken in order by the one that trains.

The answer to a request is an event in the journal (`Changed`), so every page sees it, whoever asked.
"""

import contextlib
import itertools
import math
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from core.errors import RunError, SettingError
from core.language import mark, tr
from core.runs import atomic
from core.runs.folder import RunFolder

What = Literal["pause", "continue", "stop", "learning_rate", "guidance"]
_VALUED: dict[str, tuple[Callable[[float], bool], str]] = {  # what carries a value, and which ones can be
    "learning_rate": (lambda value: value > 0, mark("above 0; try 0.001")),
    "guidance": (lambda value: 0 <= value <= 1000, mark("from 0, which switches it off, to 1000; try 5")),
}

_NAME = re.compile(r"\d{20}-\d+-\d{6}\.json")
_count = itertools.count()


@dataclass(frozen=True)
class Request:
    """One request.

    Attributes:
        what: `learning_rate` and `guidance` carry a value, the others none.
        value: the new rate, above 0; or the new strength of guidance, 0 for none.
    """

    what: What
    value: float | None = None

    def __post_init__(self) -> None:
        if (self.what in _VALUED) != (self.value is not None):
            raise SettingError(
                tr(
                    "{what} with value {value}: {valued} need a value, the other requests have none",
                    what=self.what,
                    value=self.value,
                    valued=tr(" and ").join(_VALUED),
                )
            )
        if self.value is None:
            return
        fits, span = _VALUED[self.what]
        if not (math.isfinite(self.value) and fits(self.value)):
            raise SettingError(
                tr("{what}={value:g} is out of range: it must be {span}", what=self.what, value=self.value, span=span)
            )


def send(run: RunFolder, what: What, value: float | None = None) -> None:
    """Ask the training for something; it answers with an event within a step.

    Raises:
        SettingError: a learning rate or a strength that cannot be.
        RunError: the run is shipped, or the disk refuses.
    """
    run.check_writable(tr("there is no training to ask"))
    request = Request(what, value)
    folder = run.path / "control"
    with atomic.disk_errors(tr("asking {address} to {what}", address=run.address, what=what)):
        folder.mkdir(exist_ok=True)
        # sorted by name is sorted by time, also when the clock is set back between two requests
        number = max(time.time_ns(), *(int(name[:20]) + 1 for name in _waiting(folder)), 0)
        name = f"{number:020d}-{os.getpid()}-{next(_count) % 1_000_000:06d}.json"
        atomic.write_json(folder / name, {"what": request.what, "value": request.value})


def take(run: RunFolder) -> list[Request]:
    """Requests since the last call, oldest first, each once. Cheap enough for every step (0.02 ms when there are none).

    Files that are no requests are removed unread: an edited one must not stop a training.
    """
    folder = run.path / "control"
    requests = []
    for name in _files(folder):
        if _NAME.fullmatch(name):
            with contextlib.suppress(RunError, SettingError):
                requests.append(_parse(atomic.read_json(folder / name, tr("ask again"))))
        with contextlib.suppress(OSError):
            (folder / name).unlink()
    return requests


def unheard(run: RunFolder, what: What, seconds: float) -> bool:
    """Whether a request lies there that nobody has taken for so long."""
    try:
        files = [path for path in (run.path / "control").iterdir() if _NAME.fullmatch(path.name)]
    except OSError:
        return False
    for path in files:
        with contextlib.suppress(OSError, RunError, SettingError):
            if (
                _parse(atomic.read_json(path, tr("ask again"))).what == what
                and time.time() - path.stat().st_mtime >= seconds
            ):
                return True
    return False


def clear(run: RunFolder) -> None:
    """Forget requests that nobody took: a stop that was meant for a dead training must not stop the next."""
    take(run)


def _files(folder: Path) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if not name.startswith("."))  # noqa: PTH208 - every step
    except FileNotFoundError:
        return []


def _waiting(folder: Path) -> list[str]:
    return [name for name in _files(folder) if _NAME.fullmatch(name)]


def _parse(value: object) -> Request:
    if not isinstance(value, dict) or value.get("what") not in get_args(What):
        raise RunError(tr("not a request"))
    number = value.get("value")
    if number is not None and (isinstance(number, bool) or not isinstance(number, int | float)):
        raise RunError(tr("not a number"))
    return Request(value["what"], None if number is None else float(number))
