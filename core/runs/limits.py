"""What one training may take, memory and time, and the watch that its process keeps on itself.

A training that takes more is asked to stop, as a person would ask it: it ends its step, keeps a checkpoint, and says why.
One that does not get there (a step without an end, a burst of memory within a step) is ended where it stands, after the
sentence is written; its last checkpoint stands. Memory is what the process and those it started, the other workers of its team, hold of
the machine's own (resident, what they share counted for each; not a GPU's).
Time is what it trains: pauses do not count, but all of them together may last as long, since a paused training keeps its place.
Both begin anew when it is resumed.
"""

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType

import psutil

from core.errors import AttentionLabError, SettingError
from core.language import mark, tr
from core.runs import controls, status
from core.runs.folder import RunFolder

TRAININGS, MEMORY, MINUTES = "ATTNLAB_TRAININGS", "ATTNLAB_MEMORY_LIMIT", "ATTNLAB_TIME_LIMIT"
ENDED = 3  # exit code of a training that was ended where it stood

_EVERY = 0.1  # seconds between looks; one costs about 0.05 ms
_CHILDREN = 1.0  # seconds between questions which processes it has started
_GRACE = 20.0  # seconds in which a training that was asked to stop must end its step and write its checkpoint
_BURST = 1.5  # times its memory: what holds that much is not asked any more
_MB = 1_000_000


@dataclass(frozen=True)
class Limits:
    """What one training may take; None is no limit.

    Attributes:
        memory_mb: megabytes of memory; minutes: of training.

    >>> Limits(minutes=0)
    Traceback (most recent call last):
    ...
    core.errors.SettingError: minutes=0 is out of range: a limit must be above 0; leave it out for none
    """

    memory_mb: float | None = None
    minutes: float | None = None

    def __post_init__(self) -> None:
        for name, value in (("memory_mb", self.memory_mb), ("minutes", self.minutes)):
            if value is not None and not 0 < value < float("inf"):
                raise SettingError(
                    tr(
                        "{name}={value:g} is out of range: a limit must be above 0; leave it out for none",
                        name=name,
                        value=value,
                    )
                )


NO_LIMITS = Limits()


def usual() -> Limits:
    """The limits of this server, as its environment has them.

    Raises:
        SettingError: what stands there is no number above 0.
    """
    return Limits(_given(MEMORY, mark("megabytes")), _given(MINUTES, mark("minutes")))


def trainings() -> int:
    """How many trainings this computer runs at once: as its environment has it, else one a core.

    Raises:
        SettingError: what stands there is no number of 1 or more.
    """
    given = _given(TRAININGS, mark("trainings"))
    if given is None:
        return os.cpu_count() or 1
    if given < 1:
        raise SettingError(
            tr(
                "{trainings}={given:g} is out of range: at least 1 training must be able to run",
                trainings=TRAININGS,
                given=given,
            )
        )
    return int(given)


class Watch:
    """The watch a training's process keeps on itself, for as long as the block lasts.

    Args:
        limits: without any, nothing is watched.
        holds: megabytes that the process and those it started hold now; end: ends the process at once.
    """

    def __init__(
        self,
        run: RunFolder,
        limits: Limits,
        *,
        grace: float = _GRACE,
        holds: Callable[[], float] | None = None,
        end: Callable[[int], object] = os._exit,
    ) -> None:
        self._run, self._limits, self._grace, self._end = run, limits, grace, end
        self._holds = holds or _Held()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True, name=f"limits of {run.name}")
        self._trained = self._paused = 0.0
        self._reason = ""

    def __enter__(self) -> "Watch":
        if self._limits != NO_LIMITS:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Say why, where it stopped because it was asked to."""
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()
        now = status.read(self._run)
        if self._reason and now.state == "stopped":
            status.write(self._run, "stopped", step=now.step, steps=now.steps, reason=self._reason)

    def _look(self) -> None:
        last, asked = time.monotonic(), None
        while not self._over.wait(_EVERY):
            now, held = time.monotonic(), self._holds()
            self._count(now - last)
            last = now
            if not self._reason:
                self._reason = self._excess(held)
                if self._reason:
                    asked = now
                    with suppress(AttentionLabError):  # a disk that is full keeps no request: then its time runs out
                        controls.send(self._run, "stop")
            late = asked is not None and now - asked > self._grace
            if late or held > _BURST * (self._limits.memory_mb or float("inf")):
                self._end_it()
                return

    def _count(self, seconds: float) -> None:
        if self._limits.minutes is None:
            return
        if status.read(self._run).state == "paused":
            self._paused += seconds
        else:
            self._trained += seconds

    def _excess(self, held: float) -> str:
        """What it has too much of, in a sentence; empty while all is well."""
        most, minutes = self._limits.memory_mb, self._limits.minutes
        if most is not None and held > most:
            return tr(
                "it took {held:,.0f} MB of memory, and a training may take {most:,.0f} MB here: train anew with a smaller batch "
                "or model, or resume it where the limit is larger",
                held=held,
                most=most,
            )
        if minutes is not None and max(self._trained, self._paused) > 60 * minutes:
            did = tr("trained") if self._trained > 60 * minutes else tr("was paused")
            return tr(
                "it {did} for {minutes:g} min, as long as one may at a stretch here: what it learned is kept, and Resume "
                "goes on from there when its turn comes",
                did=did,
                minutes=minutes,
            )
        return ""

    def _end_it(self) -> None:
        """The last word of a training that does not stop by itself: nothing it does afterwards can overwrite it."""
        now = status.read(self._run)
        reason = tr(
            "{reason} (it was ended within a step: its last checkpoint stands)",
            reason=self._reason or self._excess(self._holds()),
        )
        try:
            status.write_last(self._run, "failed", step=now.step, steps=now.steps, reason=reason)
        finally:
            self._end(ENDED)


class _Held:
    """Megabytes that this process and all that it started hold; which those are is asked seldom, for it takes milliseconds."""

    def __init__(self) -> None:
        self._asked = -float("inf")
        self._children: list[psutil.Process] = []

    def __call__(self) -> float:
        now, own = time.monotonic(), psutil.Process()
        if now - self._asked >= _CHILDREN:
            self._asked = now
            with suppress(psutil.Error):
                self._children = own.children(recursive=True)
        return sum(map(_resident, (own, *self._children)))


def _resident(process: psutil.Process) -> float:
    try:
        return process.memory_info().rss / _MB
    except psutil.Error:  # it has ended
        return 0.0


def _given(name: str, unit: str) -> float | None:
    text = os.environ.get(name, "").strip()
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise SettingError(
            tr(
                "{name}={text_!r}: expected a number of {unit}, for example {name}=4",
                name=name,
                text_=text[:40],
                unit=tr(unit),
            )
        ) from None
