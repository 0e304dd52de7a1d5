"""A new password and who is out by it; what a damaged class says at its door."""

from collections.abc import Callable

import pytest

from core.errors import InputError, RunError
from core.runs import workspace
from core.runs.classroom import accounts, badges, passwords
from core.runs.classroom.room import (
    LECTURER,
    Classroom,
    Member,
    classroom_file,
    keep_classroom,
    load_classroom,
    new_classroom,
)

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


def test_no_path_of_the_server_is_said_at_the_door(room, home, monkeypatch):
    monkeypatch.setenv(workspace.CLASSROOM, "1")
    accounts.enter(room, "ann", CLASS, PHRASE, PHRASE)
    accounts._file("ann").write_text("{")
    with pytest.raises(InputError) as told:
        accounts.enter(room, "ann", CLASS, PHRASE, PHRASE)
    assert str(told.value) == accounts.NO
    for wrong in ("name = ", "nothing = 1", None):
        classroom_file().unlink() if wrong is None else classroom_file().write_text(wrong)
        with pytest.raises(RunError, match=r"classroom\.toml") as refused:
            load_classroom()
        assert str(home) not in str(refused.value)


def test_a_damaged_account_is_mended_by_a_new_pass_phrase(room):
    accounts.enter(room, "ann", CLASS, PHRASE, PHRASE)
    accounts._file("ann").write_text("{")
    accounts.set_phrase("ann", "another one")
    assert accounts.enter(room, "ann", CLASS, "another one", "").workspace == "ann"
