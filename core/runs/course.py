"""The training as it counts: what its journal says, each step once, however often it was killed and resumed."""

from collections import deque
from collections.abc import Iterable

from core.training.events import Changed, Finished, TrainEvent

RESUMED = "resumed"


class Course:
    """The training as it counts, steps in order, each once; told its events as they come.

    What a killed training did after its last checkpoint is done again by the one that resumes it. Until then it stands
    where it stood, for whoever saw a step finds it again; it goes when the resumed training takes another course
    (somebody asks for another rate, or stops it earlier).
    """

    def __init__(self) -> None:
        self._kept: list[TrainEvent] = []
        self._undone: deque[TrainEvent] = deque()

    @property
    def events(self) -> list[TrainEvent]:
        """What counts so far."""
        return [*self._kept, *self._undone]

    def follow(self, events: Iterable[TrainEvent]) -> "Course":
        """Take what was written next."""
        for event in events:
            if isinstance(event, Changed) and event.what == RESUMED:
                last = event.step or -1  # from step 0 all comes again, the snapshot of step 0 too
                self._undone = deque(one for one in self.events if one.step > last and _comes_again(one))
                self._kept = [one for one in self._kept if one.step <= last and not isinstance(one, Finished)]
            elif self._undone and _same(self._undone[0], event):
                self._undone.popleft()
            elif not _rests(event):
                self._undone.clear()
            self._kept.append(event)
        return self


def rewind(events: Iterable[TrainEvent]) -> list[TrainEvent]:
    """The training as it counts, from all its events.

    >>> rewind([Changed(1, "guidance", 2.0), Changed(2, "guidance", 3.0), Changed(1, RESUMED)])[-1]
    Changed(step=2, what='guidance', value=3.0, kind='changed')
    """
    return Course().follow(events).events


def _comes_again(event: TrainEvent) -> bool:
    """Whether a resumed training does this again by itself: people's pauses and stops it does not."""
    return event.value is not None if isinstance(event, Changed) else not isinstance(event, Finished)


def _rests(event: TrainEvent) -> bool:
    """Whether a training that does or ends this learns the same afterwards: a pause turns it nowhere, a stop ends it."""
    return isinstance(event, Changed) and event.value is None and event.what != "stop"


def _same(one: TrainEvent, other: TrainEvent) -> bool:
    """Whether an event is another one done again; how long it took may differ."""
    same = (one.kind, one.step) == (other.kind, other.step)
    if isinstance(one, Changed) and isinstance(other, Changed):
        return same and (one.what, one.value) == (other.what, other.value)
    return same
