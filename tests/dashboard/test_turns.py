"""Trainings inside pages take turns: first come, first served, and nobody who went away keeps others waiting."""

from threading import Event, Thread
from time import sleep
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.runs.classroom.room import Member
from dashboard.components import turns as turns_module
from dashboard.components.turns import Turns
from tests.runs.classes import ANN, BOB


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def a_line(places: int) -> tuple[Turns, Clock]:
    clock = Clock()
    return Turns(lambda: places, clock), clock


def test_first_come_first_served_and_a_turn_given_back_is_the_next_ones():
    turns, _ = a_line(2)
    assert [turns.ask(who, "race") for who in "abcd"] == [0, 0, 1, 2]
    assert [turns.ask(who, "race") for who in "dcba"] == [2, 1, 0, 0], "who asks again keeps its place"
    turns.leave("a", "race")
    assert [turns.ask(who, "race") for who in "cdba"] == [0, 1, 0, 2]


def test_whoever_is_not_seen_loses_its_turn_and_its_place():
    turns, clock = a_line(1)
    assert [turns.ask(who, "race") for who in "abc"] == [0, 1, 2]
    for _ in range(4):
        clock.now += 2
        after = [turns.ask("c", "race") for _ in "_"]
    assert after == [0], "a and b closed their pages"
    assert turns.ask("a", "race") == 1


def test_a_long_slice_is_no_absence():
    turns, clock = a_line(1)
    turns.ask("a", "race")
    with turns.working("a"):
        clock.now += 100
        assert turns.ask("b", "race") == 1
    assert turns.ask("b", "race") == 1, "it was seen just now"
    clock.now += 6
    assert turns.ask("b", "race") == 0


def test_a_stop_within_a_slice_gives_the_turn_back_after_it():
    turns, _ = a_line(1)
    turns.ask("a", "race")
    with turns.working("a"):
        turns.leave("a", "race")
        assert turns.ask("b", "race") == 1
    assert turns.ask("b", "race") == 0


def test_two_works_of_one_session_share_its_turn():
    turns, _ = a_line(1)
    assert turns.ask("a", "heads") == turns.ask("a", "layers") == 0
    assert turns.ask("b", "race") == 1
    turns.leave("a", "heads")
    turns.leave("a", "race")  # a page that does not run says so each time it is drawn
    assert turns.ask("b", "race") == 1
    turns.leave("a", "layers")
    assert turns.ask("b", "race") == 0


def test_two_works_under_one_turn_go_on_one_after_the_other():
    turns, _ = a_line(1)
    inside, free, order = Event(), Event(), list[str]()

    def first() -> None:
        with turns.working("a"):
            inside.set()
            assert free.wait(20)
            order.append("first")

    def second() -> None:
        with turns.working("a"):
            order.append("second")

    one, two = Thread(target=first), Thread(target=second)
    one.start()
    assert inside.wait(20)
    two.start()
    while turns._line["a"].busy < 2:  # both have come
        sleep(0.001)
    free.set()
    for each in (one, two):
        each.join(20)
    assert order == ["first", "second"]


@pytest.mark.parametrize("classroom", [True, False])
def test_in_a_class_a_person_has_one_place_however_many_pages_are_open(monkeypatch, classroom):
    line, _ = a_line(2)
    went: list[str] = []
    monkeypatch.setattr(turns_module, "_turns", line)
    monkeypatch.setattr(turns_module.st, "info", lambda *_, **__: None)

    def page(person: Member, session: str) -> None:
        here = SimpleNamespace(session_id=session)
        monkeypatch.setattr(turns_module.authority, "asker", lambda: person if classroom else None)
        monkeypatch.setattr(turns_module, "get_script_run_ctx", lambda **_: here)
        turns_module.work("race", True, lambda: went.append(session))

    for person, session in ((ANN, "a1"), (ANN, "a2"), (ANN, "a3"), (BOB, "b1")):
        page(person, session)
    assert went == (["a1", "a2", "a3", "b1"] if classroom else ["a1", "a2"])
    assert list(line._line) == (["ann", "bob"] if classroom else ["a1", "a2", "a3", "b1"])


deeds = st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from(["ask", "leave", "wait"])), max_size=40)


@given(deeds, st.integers(1, 3))
@settings(max_examples=200, deadline=None)
def test_never_more_than_may_and_never_nobody(happened, places):
    turns, clock = a_line(places)
    for who, what in happened:
        if what == "wait":
            clock.now += 3
        elif what == "leave":
            turns.leave(who, "race")
        else:
            turns.ask(who, "race")
        answers = [turns.ask(one, "race") for one in "abcde"]
        assert sum(answer == 0 for answer in answers) == places
        assert sorted(answer for answer in answers if answer) == [*range(1, 6 - places)]
