"""A new password, and who is out by it."""

from collections.abc import Callable

import pytest

from core.runs import workspace
from core.runs.classroom import accounts, badges, passwords
from core.runs.classroom.room import LECTURER, Classroom, Member, keep_classroom, new_classroom

CLASS, TEACHER, PHRASE = "class-pass", "teach-pass", "my own words"


@pytest.fixture
def room(monkeypatch) -> Classroom:
    monkeypatch.setattr(passwords, "_COST", 16)
    one = new_classroom("a class", CLASS, TEACHER)
    keep_classroom(one)
    return one


def test_a_new_password_throws_out_whoever_is_in_by_the_old_one(room):
    people = {name: Member(name, name) for name in ("ann", "bob", "oidc.0123")}
    people["lecturer"] = Member("Lecturer", LECTURER, lecturer=True)
    accounts.enter(room, "ann", CLASS, PHRASE, PHRASE)

    def left(deed: Callable[[], None]) -> list[str]:
        given = [(name, badges.give(member)) for name, member in people.items() for _ in range(2)]
        for one in people:
            workspace.workspace(one).mkdir(parents=True, exist_ok=True)
        deed()
        return sorted({name for name, badge in given if badges.bearer(badge) is not None})

    assert left(lambda: accounts.set_phrase("ann", "another one")) == ["bob", "lecturer", "oidc.0123"]
    assert left(lambda: accounts.set_password(room, "the next term")) == ["lecturer", "oidc.0123"]
    assert left(lambda: accounts.set_lecturer_password(room, "the next teacher")) == ["ann", "bob", "oidc.0123"]
