"""attnlab classroom: make a class on this server, look at it, set a password."""

import getpass
import os
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from core.cli.printing import Json, columns, show
from core.errors import InputError, SettingError
from core.language import tr
from core.runs.classroom import accounts
from core.runs.classroom.room import classroom_file, keep_classroom, load_classroom, new_classroom
from core.runs.workspace import workspaces

classroom = typer.Typer(help="A class on one server: each person a workspace of their own.", no_args_is_help=True)
_CLASS, _LECTURER, _NEW = "ATTNLAB_CLASS_PASSWORD", "ATTNLAB_LECTURER_PASSWORD", "ATTNLAB_NEW_PASSWORD"


@classroom.command()
def new(
    name: Annotated[str, typer.Option(help="of the class, as the page to log in shows it")],
    only_accounts: Annotated[
        bool, typer.Option("--only-accounts", help="no password of the class: people log in by OpenID Connect only")
    ] = False,
    anew: Annotated[bool, typer.Option("--anew", help="in place of the class that there is; workspaces stay")] = False,
    json: Json = False,
) -> None:
    """Make a class. Its passwords are asked for (or read from the environment, or line by line from the standard input)."""
    if classroom_file().exists() and not anew:
        raise SettingError(
            tr("there is a class at {place} already; --anew replaces it, its workspaces stay", place=classroom_file())
        )
    password = "" if only_accounts else _asked(tr("password of the class"), _CLASS)
    if not password and not only_accounts:
        raise InputError(
            tr("a class without a password is entered by OpenID Connect alone: say so with --only-accounts")
        )
    path = keep_classroom(new_classroom(name, password, _asked(tr("password of the lecturer"), _LECTURER)))
    words = [tr("written: {path}", path=path), tr("start it with: attnlab app --classroom")]
    show({"written": str(path)}, json, "\n".join(words))


@classroom.command("show")
def show_class(json: Json = False) -> None:
    """The class, its quotas and its workspaces; no passwords, not even what is kept of them."""
    room = load_classroom()
    said = asdict(room)
    said |= {key: bool(said[key]) for key in ("password", "lecturer_password")}
    people = list(workspaces())
    rows = [[key, ", ".join(map(str, value)) if isinstance(value, tuple) else value] for key, value in said.items()]
    rows = [[key, value] for key, value in rows if not isinstance(value, dict)]
    rows += [[f"{part}.{key}", value] for part in ("quotas", "limits") for key, value in said[part].items()]
    show(
        {**said, "workspaces": people},
        json,
        columns([*rows, ["workspaces", ", ".join(people) or tr("none yet")]], ["", ""]),
    )


@classroom.command()
def password(
    whose: Annotated[str, typer.Argument(help="class, lecturer, or the name of a workspace whose owner forgot theirs")],
    json: Json = False,
) -> None:
    """Set a password or the pass phrase of a workspace; whoever is logged in by the old one is out at once."""
    room = load_classroom()
    given = _asked(tr("new password of {whose}", whose=whose), _NEW)
    if whose == "class":
        accounts.set_password(room, given)
    elif whose == "lecturer":
        accounts.set_lecturer_password(room, given)
    else:
        accounts.set_phrase(whose, given)
    show({"set": whose}, json, tr("set: the password of {whose}", whose=whose))


def _asked(what: str, variable: str) -> str:
    """A password, never from an argument: those stand in lists of processes and in histories of shells."""
    if variable in os.environ:
        return os.environ[variable]
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass(f"{what[0].upper()}{what[1:]}: ")
    if getpass.getpass(tr("Again: ")) != first:
        raise InputError(tr("these two are not the same; nothing was written"))
    return first
