"""One answer at a time: whoever asks meanwhile waits for the answer before theirs, not for Python's interpreter lock.

A hundred people who press at the same moment are a hundred threads of which one can run. Left to themselves they wake one
another hundreds of times for each answer, and half of the processor's time goes into that (docs/operations.md has the
figures). In a line each of them is woken once. Work that takes long does not hold the others up: after a moment the next
in the line goes on beside it, and what is known to take long steps aside at once.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock, local

_PATIENCE = 0.1  # seconds; most answers take a fifth of it


@dataclass(eq=False)
class _Place:
    called: Event = field(default_factory=Event)
    since: float = 0.0


class OneAtATime:
    """A line of threads; the first one works.

    Args:
        patience: seconds of work after which the next one goes on beside it; clock: seconds that only grow.
    """

    def __init__(self, patience: float = _PATIENCE, clock: Callable[[], float] = time.monotonic) -> None:
        self._patience, self._clock = patience, clock
        self._line: deque[_Place] = deque()
        self._lock = Lock()
        self._mine = local()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the turn, and have it while the block lasts; within a turn there is nothing to wait for."""
        if getattr(self._mine, "place", None) is not None:
            yield
            return
        self._mine.place = place = self._come()
        try:
            yield
        finally:
            self._mine.place = None
            self._leave(place)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Let the others go on while the block lasts: it takes long, or waits. Outside a turn it changes nothing."""
        place = getattr(self._mine, "place", None)
        if place is not None:
            self._leave(place)
        yield

    def _come(self) -> _Place:
        place = _Place()
        with self._lock:
            self._line.append(place)
            if self._line[0] is place:
                self._call_first()
        while not place.called.wait(self._patience):
            with self._lock:
                if not place.called.is_set() and self._clock() - self._line[0].since >= self._patience:
                    self._line.popleft()
                    self._call_first()
        return place

    def _leave(self, place: _Place) -> None:
        with self._lock:
            if self._line and self._line[0] is place:
                self._line.popleft()
                self._call_first()

    def _call_first(self) -> None:
        if self._line:
            self._line[0].since = self._clock()
            self._line[0].called.set()


answers = OneAtATime()  # of this server
