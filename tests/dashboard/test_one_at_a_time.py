"""Answers are made one at a time, in the order of asking, and what takes long holds nobody up."""

from itertools import pairwise
from threading import Event, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.one_at_a_time import OneAtATime

LONG = 60.0  # seconds: a test that waits for it has failed
SOON = 20.0  # seconds within which another thread of this process gets to run, on the busiest machine


class Asked:
    """A thread that asks for a turn, says that it has it, and keeps it until it is told to end."""

    def __init__(self, line: OneAtATime, *, aside: bool = False) -> None:
        self.began, self.stepped_aside, self.end = Event(), Event(), Event()
        self._line, self._aside = line, aside
        self._thread = Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self) -> None:
        with self._line.turn():
            self.began.set()
            if self._aside:
                with self._line.aside():
                    self.stepped_aside.set()
                    self.end.wait(LONG)
            else:
                self.end.wait(LONG)

    def ends(self) -> None:
        self.end.set()
        self._thread.join(SOON)
        assert not self._thread.is_alive()


def in_line(line: OneAtATime, count: int) -> None:
    """Wait until so many stand in the line, the working one among them."""
    for _ in range(2000):
        if len(line._line) == count:
            return
        Event().wait(0.01)
    pytest.fail(f"{len(line._line)} in line, {count} asked")


@given(st.integers(2, 6))
def test_one_at_a_time_in_the_order_of_asking(people):
    line, asked = OneAtATime(patience=LONG), []
    for count in range(1, people + 1):
        asked.append(Asked(line))
        in_line(line, count)
    for one, after in pairwise(asked):
        assert one.began.wait(SOON)
        assert not after.began.is_set()
        one.ends()
    asked[-1].ends()
    in_line(line, 0)


def test_what_takes_long_goes_on_beside_the_next():
    line = OneAtATime(patience=0.01)
    slow, quick, last = Asked(line), Asked(line), Asked(line)
    assert slow.began.wait(SOON)
    assert quick.began.wait(SOON)
    assert last.began.wait(SOON), "nobody waits for two that take long"
    for one in (quick, slow, last):
        one.ends()
    in_line(line, 0)


def test_what_steps_aside_holds_nobody_up_however_patient_they_are():
    line = OneAtATime(patience=LONG)
    trains = Asked(line, aside=True)
    assert trains.stepped_aside.wait(SOON)
    steps = Asked(line)
    assert steps.began.wait(SOON)
    trains.ends()
    waits = Asked(line)
    in_line(line, 2)
    assert not waits.began.is_set(), "who had stepped aside had no turn left to give"
    steps.ends()
    assert waits.began.wait(SOON)
    waits.ends()


def test_within_a_turn_there_is_nothing_to_wait_for():
    line = OneAtATime(patience=LONG)
    with line.turn(), line.turn():
        in_line(line, 1)
    in_line(line, 0)
    with line.aside():
        pass


def test_a_turn_that_fails_is_given_back():
    line = OneAtATime(patience=LONG)
    with pytest.raises(ValueError, match="broken"), line.turn():
        raise ValueError("broken")
    Asked(line).ends()
