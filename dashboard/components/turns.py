"""Trainings inside a page take turns: so many at once in this process, the others wait, first come, first served.

A page that trains while it is drawn asks for its turn each time it is drawn. So whoever closes the page, loses the
connection or goes elsewhere stops asking, and has lost the turn some seconds later; Stop and the end give it back at once. A
turn is a person's in a classroom, however many pages they have open, else a session's; within it their works go on one after another.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock, Semaphore

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.language import tr
from core.runs.classroom import authority, locked
from core.runs.limits import trainings
from dashboard.one_at_a_time import answers

_UNSEEN = 5.0  # seconds without asking after which a turn, or a place in the line, is lost; pages ask twice a second


@dataclass
class _Place:
    seen: float
    busy: int = 0
    works: set[str] = field(default_factory=set)
    going_on: Semaphore = field(default_factory=Semaphore)


class Turns:
    """A line of people, or sessions; the first ones have their turn. Threads may share it.

    Args:
        places: how many have their turn at once; clock: seconds that only grow.
    """

    def __init__(self, places: Callable[[], int], clock: Callable[[], float] = time.monotonic) -> None:
        self._places, self._clock = places, clock
        self._line: dict[str, _Place] = {}  # in the order in which they came
        self._lock = Lock()

    def ask(self, who: str, work: str) -> int:
        """How many must end before it is their turn; 0 where it is."""
        with self._lock:
            now = self._clock()
            for other, place in [*self._line.items()]:
                if other != who and not place.busy and now - place.seen > _UNSEEN:
                    del self._line[other]
            mine = self._line.setdefault(who, _Place(now))
            mine.seen = now
            mine.works.add(work)
            return max(0, list(self._line).index(who) + 1 - self._places())

    def leave(self, who: str, work: str) -> None:
        """Give the turn back, or the place in the line, unless another work of theirs has it."""
        with self._lock:
            mine = self._line.get(who)
            if mine is not None:
                mine.works.discard(work)
                if not mine.works and not mine.busy:
                    del self._line[who]

    @contextmanager
    def working(self, who: str) -> Iterator[None]:
        """While the block lasts the turn is not lost, however long it takes; another work of theirs waits for its end."""
        with self._lock:
            mine = self._line.setdefault(who, _Place(self._clock()))
            mine.busy += 1
        try:
            with mine.going_on:
                yield
        finally:
            with self._lock:
                mine.busy -= 1
                mine.seen = self._clock()
                if not mine.works and not mine.busy and self._line.get(who) is mine:  # stopped meanwhile
                    del self._line[who]


_turns = Turns(trainings)


def work(name: str, running: bool, go_on: Callable[[], object]) -> None:
    """Go on for a slice if it runs, is not locked, and it is the turn of whoever asks; say why where it does not go on.

    Args:
        name: of the work, on its page; go_on: does the slice.
    """
    here = get_script_run_ctx(suppress_warning=True)
    session = here.session_id if here is not None else "nobody"
    person = authority.asker()  # who is not logged in any more is not refused here: the page says it
    who, what = (session, name) if person is None else (person.workspace, f"{session}/{name}")
    told = locked.problem("practice") if running else None
    if not running or told is not None:
        _turns.leave(who, what)
        if told is not None:
            st.info(told, icon=":material/lock:")
        return
    before = _turns.ask(who, what)
    if before:
        st.info(
            tr("waiting: {before} before you. It begins by itself.", before=before), icon=":material/hourglass_top:"
        )
        return
    with answers.aside(), _turns.working(who):
        go_on()
