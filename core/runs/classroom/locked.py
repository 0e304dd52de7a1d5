"""Controls that the lecturer has locked for students: asked where the deed is done, and by buttons, which say why they are grey.

A lock is an empty file: `locked/NAME` in the folder of the server for everybody, `locked/NAME@WORKSPACE` for one. So to
lock and to unlock is one call of the system, several servers see the same, and there is nothing that could be torn. Whoever
teaches is never locked out, nor is anybody outside a classroom.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError, LockedControl
from core.language import mark, tr
from core.runs import atomic, workspace
from core.runs.classroom import authority
from core.runs.classroom.room import Member
from core.settings import did_you_mean


@dataclass(frozen=True)
class Control:
    """Something a student may do unless it is locked.

    Attributes:
        title: for menus; doing: as it is said in a sentence; covers: which buttons of the app it is.
    """

    title: str
    doing: str
    covers: str


CONTROLS: dict[str, Control] = {
    "train": Control(
        mark("Train"), mark("training"), mark("Train and Resume: trainings that are processes of their own")
    ),
    "practice": Control(
        mark("Train in a page"),
        mark("training in a page"),
        mark("trainings and long measurements that run while a page is open"),
    ),
    "upload": Control(mark("Upload"), mark("bringing files"), mark("every place where files of one's own are dropped")),
    "import": Control(mark("Import"), mark("importing runs"), mark("runs from .zip files")),
    "download": Control(
        mark("Download"), mark("taking files away"), mark("figures, tables, trees, and runs as .zip files")
    ),
    "delete": Control(
        mark("Delete and rename"), mark("deleting and renaming runs"), mark("deleting and renaming one's own runs")
    ),
}


@dataclass(frozen=True, order=True)
class Lock:
    """One lock.

    Attributes:
        control: of CONTROLS; workspace: whose it is locked for; "" is everybody's.
    """

    control: str
    workspace: str = ""


def check(control: str) -> None:
    """Raise if whoever asks may not do this now; for the function that does it.

    Raises:
        LockedControl: it is locked for them.
    """
    told = problem(control)
    if told is not None:
        raise LockedControl(told)


def problem(control: str) -> str | None:
    """Why whoever asks may not do this now, in one sentence; None if they may. Costs a few looks at the disk in a classroom."""
    return problems([control]).get(control)


def problems(controls: Iterable[str] = CONTROLS) -> dict[str, str]:
    """Of these controls, those that whoever asks may not use now, with the reason."""
    return {} if authority.teaches() else problems_of(authority.asker(), controls)


def problems_of(member: Member | None, controls: Iterable[str] = CONTROLS) -> dict[str, str]:
    """Of these controls of a classroom, those that somebody may not use now, with the reason; None is a student."""
    if member is not None and member.lecturer:
        return {}
    mine = "" if member is None else member.workspace
    found = {}
    for control in controls:
        doing = CONTROLS[control].doing
        if _file(Lock(control)).exists():
            found[control] = tr(
                "The lecturer has locked {doing} for the class; it goes on when they unlock it.", doing=doing
            )
        elif mine and _file(Lock(control, mine)).exists():
            found[control] = tr(
                "The lecturer has locked {doing} for {mine}; it goes on when they unlock it.", doing=doing, mine=mine
            )
    return found


def lock(control: str, workspace: str = "") -> None:
    """Lock a control; what is running goes on.

    Args:
        workspace: for whom; "" for all students.

    Raises:
        InputError: no such control, or nothing may be called so; RunError: no lecturer asks, or the disk refuses.
    """
    one = _checked(control, workspace)
    with atomic.disk_errors(f"locking {control}"):
        _file(one).parent.mkdir(parents=True, exist_ok=True)
        _file(one).touch()


def unlock(control: str, workspace: str = "") -> None:
    """Unlock a control; one that is not locked stays so.

    Args:
        workspace: for whom; "" for everybody, whoever it was locked for. A lock for all is not lifted for one.

    Raises:
        InputError: no such control, it is locked for all and not only for one, or nothing may be called so.
        RunError: no lecturer asks, or the disk refuses.
    """
    one = _checked(control, workspace)
    if workspace and Lock(control) in locks():
        raise InputError(
            tr(
                "{control} is locked for the whole class; unlock it for all, then lock it for those who are meant",
                control=control,
            )
        )
    with atomic.disk_errors(f"unlocking {control}"):
        for each in [one] if workspace else [found for found in locks() if found.control == control]:
            _file(each).unlink(missing_ok=True)


def locks() -> list[Lock]:
    """All locks, those for everybody first."""
    found = []
    with suppress(FileNotFoundError):
        for entry in _folder().iterdir():
            control, _, name = entry.name.partition("@")
            if control in CONTROLS:
                found.append(Lock(control, name))
    return sorted(found, key=lambda one: (one.workspace != "", one.workspace, list(CONTROLS).index(one.control)))


def _checked(control: str, name: str) -> Lock:
    authority.check_lecturer(tr("locking and unlocking"))
    if control not in CONTROLS:
        raise InputError(
            tr(
                "there is no control {control!r}{did_you_mean}; controls: {controls}",
                control=control[:60],
                did_you_mean=did_you_mean(control[:60], CONTROLS),
                controls=", ".join(CONTROLS),
            )
        )
    return Lock(control, workspace.check_workspace(name) if name else "")


def _folder() -> Path:
    return workspace.root() / "locked"


def _file(one: Lock) -> Path:
    return _folder() / (f"{one.control}@{one.workspace}" if one.workspace else one.control)
