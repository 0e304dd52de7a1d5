"""A class, its passwords, its people: what lets somebody in, and that nothing else does."""

import os
import threading
import time
from dataclasses import replace

import pytest

from core.errors import InputError, RunError
from core.runs import atomic, workspace
from core.runs.classroom import accounts, badges, passwords
from core.runs.classroom.room import (
    LECTURER,
    Classroom,
    Limits,
    Member,
    Quotas,
    classroom_file,
    keep_classroom,
    load_classroom,
    new_classroom,
)

CLASS, TEACHER, PHRASE = "class-pass", "teach-pass", "my own words"


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    """Fewer rounds of scrypt: what is kept says how many, so nothing else changes."""
    monkeypatch.setattr(passwords, "_COST", 16)
    monkeypatch.setattr(passwords, "_NOBODY", passwords._NOBODY.replace("32768", "16"))


@pytest.fixture
def room() -> Classroom:
    keep_classroom(new_classroom("Autumn", CLASS, TEACHER))
    return load_classroom()


# ---------------------------------------------------------------- the class and its file
@pytest.mark.parametrize("name", ["Autumn", 'quotes "and" \\ back', "神经 𝕏 <b>", "# not a comment", "a = [1]"])
def test_a_class_is_read_back_as_it_was_written_whatever_it_is_called(name):
    one = Classroom(name, "p", "q", ("a@b.c",), ("b.c",), Quotas(3, 4, 5), Limits(600, None))
    keep_classroom(one)
    assert load_classroom() == one
    assert classroom_file().stat().st_mode & 0o077 == 0


def test_passwords_are_nowhere_in_the_file(room):
    text = classroom_file().read_text("utf-8")
    assert CLASS not in text and TEACHER not in text and text.count("scrypt$") == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "name ="), ("name = 3", "name ="), ("name = 'x'\npasswort = 'y'", "'passwort' is not known"),
        ("name = 'x'\n[quotas]\nruns = 0", "runs = 0"), ("name = 'x'\n[quotas]\nrun = 2", "run = 2"),
        ("name = 'x'\nlecturers = 'me'", "list of texts"), ("name = ", "classroom.toml"), ("name = 'x'\npassword = 1", "password"),
        ("name = 'x'\nquotas = 5", "quotas"), ("name = 'x'\n[limits]\nminutes = true", "minutes = True"),
    ],
)  # fmt: skip
def test_a_file_that_says_something_else_is_refused_in_words_that_name_it(text, words, home):
    home.mkdir()
    classroom_file().write_text(text)
    with pytest.raises(RunError, match=r"classroom\.toml") as told:
        load_classroom()
    assert words in str(told.value)


def test_without_a_class_it_is_said_how_to_make_one():
    with pytest.raises(RunError, match="attnlab classroom new"):
        load_classroom()


def test_the_two_passwords_must_differ_and_be_long_enough():
    with pytest.raises(InputError, match="another than the class's"):
        new_classroom("x", CLASS, CLASS)
    with pytest.raises(InputError, match="6 to 200"):
        new_classroom("x", "short", TEACHER)
    assert new_classroom("x", "", TEACHER).password == ""


def test_an_empty_password_lets_nobody_in(room):
    for given in ("", CLASS):
        with pytest.raises(InputError):
            accounts.enter(replace(room, password=""), "ann", given, PHRASE, PHRASE)
    with pytest.raises(InputError):
        accounts.enter(replace(room, lecturer_password=""), LECTURER, "", "", "")


# ---------------------------------------------------------------- logging in
def test_the_first_who_uses_a_name_owns_it_by_their_pass_phrase(room):
    assert accounts.enter(room, " Ann ", CLASS, PHRASE, PHRASE) == Member("ann", "ann")
    assert workspace.workspace("ann").is_dir()
    assert accounts.enter(room, "ann", CLASS, PHRASE, "") == Member("ann", "ann")


WRONG = [
    ("ann", "wrong", PHRASE, ""), ("ann", "wrong", PHRASE, PHRASE), ("ann", CLASS, "other words", ""),
    ("ann", CLASS, "other words", "other words"), ("ann", CLASS, "", ""), ("new", "wrong", PHRASE, PHRASE), ("new", CLASS, PHRASE, ""),
    ("new", CLASS, PHRASE, "mistyped"), ("new", CLASS, "", ""), ("lecturer", CLASS, PHRASE, PHRASE), ("lecturer", "", "", ""),
    ("ann", TEACHER, PHRASE, ""), ("ann", TEACHER, "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("name", "password", "phrase", "again"), WRONG)
def test_whatever_is_wrong_is_refused_in_the_same_words_and_makes_nothing(room, name, password, phrase, again):
    accounts.enter(room, "ann", CLASS, PHRASE, PHRASE)
    with pytest.raises(InputError) as told:
        accounts.enter(room, name, password, phrase, again)
    assert str(told.value) == accounts.NO
    assert list(workspace.workspaces()) == ["ann"]


def test_a_wrong_password_costs_as_many_hashes_whether_the_workspace_exists_or_not(room, monkeypatch):
    accounts.enter(room, "ann", CLASS, PHRASE, PHRASE)
    counted, digest = [], passwords._digest
    monkeypatch.setattr(passwords, "_digest", lambda *given: counted.append(given[2:]) or digest(*given))
    costs = []
    for name in ("ann", "nobody"):
        counted.clear()
        with pytest.raises(InputError):
            accounts.enter(room, name, "wrong", PHRASE, PHRASE)
        costs.append(list(counted))
    assert costs[0] == costs[1] and len(costs[0]) == 2


@pytest.mark.parametrize(
    "name", ["", "../bob", "a/b", "bob ", ".hidden", "oidc.abc", "x" * 41, "ann\n", "böb", "con/../x"]
)
def test_a_name_is_the_name_of_one_folder_or_it_is_refused(room, name):
    if name == "bob ":
        assert accounts.enter(room, name, CLASS, PHRASE, PHRASE).workspace == "bob"
        return
    if name == "ann\n":
        assert accounts.enter(room, name, CLASS, PHRASE, PHRASE).workspace == "ann"
        return
    with pytest.raises(InputError):
        accounts.enter(room, name, CLASS, PHRASE, PHRASE)
    assert workspace.workspaces() == {}


def test_the_lecturer_has_a_workspace_of_their_own_by_their_own_password(room):
    assert accounts.enter(room, "Lecturer", TEACHER, "", "") == Member("Lecturer", LECTURER, lecturer=True)


def test_of_two_who_choose_one_name_at_once_one_gets_it(room):
    got: list[str] = []

    def come(phrase: str) -> None:
        try:
            accounts.enter(room, "ann", CLASS, phrase, phrase)
            got.append(phrase)
        except InputError:
            pass

    people = [threading.Thread(target=come, args=(f"my phrase {n}",)) for n in range(8)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert len(got) == 1
    assert accounts.enter(room, "ann", CLASS, got[0], "").workspace == "ann"


def test_a_forgotten_pass_phrase_is_replaced_and_the_old_one_opens_nothing(room):
    accounts.enter(room, "ann", CLASS, PHRASE, PHRASE)
    accounts.set_phrase("ann", "another one")
    assert accounts.enter(room, "ann", CLASS, "another one", "").workspace == "ann"
    with pytest.raises(InputError):
        accounts.enter(room, "ann", CLASS, PHRASE, "")
    with pytest.raises(InputError, match="no workspace"):
        accounts.set_phrase("bob", PHRASE)


# ---------------------------------------------------------------- whom a provider has confirmed
SAID = {"iss": "https://id.example", "sub": "17", "email": "Prof@uni.edu", "email_verified": True}


def test_who_is_confirmed_has_the_workspace_of_their_number_there_whatever_their_address(room):
    one = accounts.confirmed(room, SAID)
    assert one.name == "prof@uni.edu" and not one.lecturer
    assert accounts.confirmed(room, SAID | {"email": "new@uni.edu"}).workspace == one.workspace
    assert accounts.confirmed(room, SAID | {"iss": "https://other.example"}).workspace != one.workspace
    assert workspace.workspace(one.workspace).is_dir()


def test_only_a_confirmed_address_teaches(room):
    taught = replace(room, lecturers=("prof@uni.edu",))
    assert accounts.confirmed(taught, SAID) == Member("prof@uni.edu", LECTURER, lecturer=True)
    for doubt in (False, None, "true", 1):
        assert not accounts.confirmed(taught, SAID | {"email_verified": doubt}).lecturer


@pytest.mark.parametrize(
    "said",
    [SAID | {"email": "x@evil.edu"}, SAID | {"email_verified": False}, SAID | {"email": "x@evil-uni.edu"},
     SAID | {"email": None}, {"sub": "17"}, {"iss": "x", "sub": ""}, SAID | {"sub": ["17"]}],
)  # fmt: skip
def test_a_class_for_one_domain_lets_no_other_in(room, said):
    with pytest.raises(InputError):
        accounts.confirmed(replace(room, domains=("uni.edu",)), said)
    assert accounts.confirmed(replace(room, domains=("uni.edu",)), SAID).name == "prof@uni.edu"


# ---------------------------------------------------------------- badges
def test_a_ticket_lets_in_until_it_is_taken_back(home):
    badge = badges.give(Member("ann", "ann"))
    other = badges.give(Member("ann", "ann"))
    assert badges.bearer(badge) == Member("ann", "ann")
    badges.take_back(badge)
    assert badges.bearer(badge) is None and badges.bearer(other) is not None


def test_the_disk_does_not_hold_the_ticket(home):
    badge = badges.give(Member("ann", "ann"))
    assert all(badge not in path.name and badge not in path.read_text() for path in (home / "badges").iterdir())


def test_a_ticket_is_over_after_its_hours(monkeypatch):
    badge = badges.give(Member("ann", "ann"))
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + badges.HOURS * 3600 + 1)
    assert badges.bearer(badge) is None


@pytest.mark.parametrize("badge", ["", "x", "../../x", "a" * 43, "é" * 43, "a" * 42 + "\n", "a" * 100_000])
def test_what_was_never_given_out_lets_nobody_in(badge):
    badges.give(Member("ann", "ann"))
    assert badges.bearer(badge) is None
    badges.take_back(badge)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"until": 1e12}', '{"until": 1e12, "name": "x", "workspace": "../y", "lecturer": true}']
)
def test_a_damaged_ticket_lets_nobody_in(text):
    badge = badges.give(Member("ann", "ann", lecturer=True))
    badges._file(badge).write_text(text)
    assert badges.bearer(badge) is None


# ---------------------------------------------------------------- what lies on the disk
def test_a_ticket_holds_from_when_its_bearer_was_confirmed_on(monkeypatch):
    now = time.time()
    badge, early = badges.give(Member("ann", "ann"), now - 3600), badges.give(Member("ann", "ann"), now + 9e9)
    monkeypatch.setattr(time, "time", lambda: now + (badges.HOURS - 1) * 3600 - 60)
    assert badges.bearer(badge) is not None
    monkeypatch.setattr(time, "time", lambda: now + (badges.HOURS - 1) * 3600 + 60)
    assert badges.bearer(badge) is None and badges.bearer(early) is not None
    monkeypatch.setattr(time, "time", lambda: now + badges.HOURS * 3600 + 60)
    assert badges.bearer(early) is None


def test_a_workspace_keeps_its_newest_twenty_badges():
    bob = badges.give(Member("bob", "bob"))
    given = []
    for n in range(25):
        given.append(badges.give(Member("ann", "ann")))
        os.utime(badges._file(given[-1]), (time.time(), time.time() - 100 + n))
    assert [badges.bearer(one) is not None for one in given] == [False] * 5 + [True] * 20
    assert badges.bearer(bob) is not None


def test_what_is_secret_is_for_its_owner_from_the_first_byte_on(home, monkeypatch):
    seen, replace_by = [], atomic.replace

    def look(source, target):
        seen.append(source.stat().st_mode & 0o077)
        replace_by(source, target)

    monkeypatch.setattr(atomic, "replace", look)
    before = os.umask(0)
    try:
        (home / "workspaces").mkdir(parents=True)
        keep_classroom(new_classroom("Autumn", CLASS, TEACHER))
        accounts.enter(load_classroom(), "ann", CLASS, PHRASE, PHRASE)
        badges.give(Member("ann", "ann"))
    finally:
        os.umask(before)
    assert seen == [0, 0, 0]
    for folder in ("accounts", "badges", "workspaces"):
        assert (home / folder).stat().st_mode & 0o077 == 0
