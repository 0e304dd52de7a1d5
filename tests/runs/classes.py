"""A class for tests: who asks is said, not logged in."""

from collections.abc import Iterator
from contextlib import contextmanager

from core.runs import workspace
from core.runs.classroom import authority
from core.runs.classroom.room import LECTURER, Classroom, Member, classroom_file, keep_classroom

TEACHER = Member("Lecturer", LECTURER, lecturer=True)
ANN, BOB = Member("ann", "ann"), Member("bob", "bob")


@contextmanager
def asking(member: Member | None) -> Iterator[None]:
    """Be somebody, or nobody, in a class."""
    who, whose = authority._who, workspace._whose
    if not classroom_file().exists():
        keep_classroom(Classroom("a class"))
    place = None if member is None else workspace.workspace(member.workspace)
    if place is not None:
        place.mkdir(parents=True, exist_ok=True)
    authority.ask(lambda: member)
    workspace.ask(lambda: place)
    try:
        yield
    finally:
        authority.ask(who)
        workspace.ask(whose)
