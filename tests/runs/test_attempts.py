"""Guessing passwords is slow, for whoever guesses: nobody else waits for it."""

from core.runs.classroom.attempts import Attempts
from core.runs.classroom.room import LECTURER

HERE, ELSEWHERE = "10.0.0.1", "10.0.0.2"


def test_who_guesses_under_one_name_waits_longer_and_longer_and_nobody_else_does():
    attempts = Attempts()
    now, waits = 0.0, []
    for _ in range(14):
        while (wait := attempts.ask(HERE, "ann", now)) > 0:
            waits.append(wait)
            now += wait
    assert waits[:4] == [1.0, 2.0, 4.0, 8.0] and waits[-1] == 60.0
    assert attempts.ask(HERE, "bob", now) == 0.0


def test_a_right_password_ends_the_waiting():
    attempts = Attempts()
    for _ in range(5):
        attempts.ask(HERE, "ann", 0.0)
    attempts.succeeded(HERE, "ann", 0.0)
    assert attempts.ask(HERE, "ann", 0.0) == 0.0


def test_who_guesses_under_many_names_slows_down_all_of_them():
    attempts = Attempts()
    allowed = sum(attempts.ask(HERE, f"name{n}", 0.0) == 0.0 for n in range(200))
    assert allowed == 60
    assert 0 < attempts.ask(HERE, "late", 0.0) <= 1.0 and attempts.ask(HERE, "late", 1.0) == 0.0


def test_a_class_that_comes_at_once_and_knows_its_passwords_waits_for_nothing():
    attempts = Attempts()
    for n in range(200):
        assert attempts.ask(HERE, f"name{n}", 0.0) == 0.0
        attempts.succeeded(HERE, f"name{n}", 0.0)


def test_who_guesses_elsewhere_keeps_nobody_out():
    attempts = Attempts()
    for tick in range(4_000):
        attempts.ask(ELSEWHERE, LECTURER if tick % 2 else f"name{tick}", tick / 2)
    assert attempts.ask(HERE, LECTURER, 2_000.0) == 0.0
    assert attempts.ask("2001:db8::1", LECTURER, 2_000.0) == 0.0


def test_many_addresses_are_slowed_together_and_half_an_address_of_version_6_is_one():
    attempts = Attempts()
    assert sum(attempts.ask(f"10.0.{n}.1", f"name{n}", 0.0) == 0.0 for n in range(256)) == 256
    assert sum(attempts.ask(f"10.1.{n}.1", f"name{n}", 0.0) == 0.0 for n in range(256)) == 44
    attempts = Attempts()
    assert sum(attempts.ask(f"2001:db8::{n}", f"name{n}", 0.0) == 0.0 for n in range(100)) == 60


def test_who_logs_in_in_a_loop_is_slowed_down_as_well():
    attempts, let_in = Attempts(), 0
    for tick in range(100):
        if attempts.ask(HERE, "ann", tick / 10) == 0.0:
            attempts.succeeded(HERE, "ann", tick / 10)
            let_in += 1
    assert let_in < 12
