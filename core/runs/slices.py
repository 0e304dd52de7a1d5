"""A long computation in slices, with what came last kept between them: behind a button that can be stopped."""

from collections.abc import Iterator
from threading import Lock
from time import perf_counter
from typing import Generic, TypeVar

T = TypeVar("T")


class Slices(Generic[T]):
    """Works an iterator off, a slice at a time. Threads may share one: each takes a slice in turn.

    Args:
        steps: computes as it is asked on.

    Attributes:
        now: what it gave last, None before; done: nothing is left to do.
    """

    def __init__(self, steps: Iterator[T]) -> None:
        self.now: T | None = None
        self.done = False
        self._steps, self._lock = steps, Lock()

    def go_on(self, seconds: float = float("inf")) -> None:
        """Work for about so long: until the step at hand is through.

        Raises:
            Exception: whatever a step raised; it is done then.
        """
        end = perf_counter() + seconds
        with self._lock:
            while not self.done and perf_counter() < end:
                self._step()

    def _step(self) -> None:
        found, ended = None, True
        try:
            found = next(self._steps, None)
            ended = found is None
        finally:
            self.done = ended  # what has raised cannot go on
        if found is not None:
            self.now = found
