"""Several trainings beside each other, step by step in turn, so that their curves grow together."""

from collections.abc import Iterator, Mapping
from threading import Lock
from time import perf_counter

from core.claims.labeling import Learned


class Race:
    """Trainings by name, and their losses so far. Threads may share one: each takes a slice in turn.

    Args:
        runs: by name; each is asked for a step at a time.

    Attributes:
        losses: of each run, a value a step; done: no run has a step left.
    """

    def __init__(self, runs: Mapping[str, Iterator[Learned]]) -> None:
        self.losses: dict[str, list[float]] = {name: [] for name in runs}
        self._runs, self._lock = dict(runs), Lock()

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return not self._runs

    def go_on(self, seconds: float) -> None:
        """Work for about so long: until every run has had its step."""
        end = perf_counter() + seconds
        with self._lock:
            while self._runs and perf_counter() < end:
                for name in tuple(self._runs):
                    self._step(name)

    def _step(self, name: str) -> None:
        run = self._runs.pop(name)  # what raises is out
        now = next(run, None)
        if now is not None:
            self.losses[name].append(now.loss)
            self._runs[name] = run
