"""A class on one server: its name, its passwords, who may what, and how much each may keep.

All of it stands in `classroom.toml` in the folder of the server; `attnlab classroom` writes it, a person may edit it. A
password stands there only as what scrypt makes of it.
"""

import tomllib
from dataclasses import asdict, dataclass, field, fields
from json import dumps
from pathlib import Path
from typing import Any

from core.errors import InputError, RunError
from core.language import tr
from core.runs import atomic
from core.runs.classroom import passwords
from core.runs.limits import Limits
from core.runs.workspace import in_classroom, root

LECTURER = "lecturer"  # the workspace of whoever teaches
_LARGEST = 1_000_000  # bytes of the file
_USUAL = Limits(memory_mb=2_000, minutes=60)  # of a training in a new class: seven times the least, a lesson


@dataclass(frozen=True)
class Member:
    """Somebody who is logged in.

    Attributes:
        name: for people to read; workspace: the name of the folder of their things.
        lecturer: whether they see all runs, lock controls and publish.
    """

    name: str
    workspace: str
    lecturer: bool = False


@dataclass(frozen=True)
class Quotas:
    """How much a workspace may hold; the lecturer's is not limited.

    Attributes:
        runs: trainings that it keeps; megabytes: of all that lies in it; waiting: trainings in the queue at once.
    """

    runs: int = 60
    megabytes: int = 2_000
    waiting: int = 4


@dataclass(frozen=True)
class Classroom:
    """One class.

    Attributes:
        name: of the class, as the page to log in shows it.
        password, lecturer_password: what `passwords.hashed` made of them; "" lets nobody in this way.
        lecturers: e-mail addresses that OpenID Connect must have confirmed; their owners teach.
        domains: what e-mail addresses must end in to be let in by OpenID Connect; empty: all that the provider confirms.
        quotas, limits: of every workspace and of every training.
    """

    name: str
    password: str = ""
    lecturer_password: str = ""
    lecturers: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    quotas: Quotas = field(default_factory=Quotas)
    limits: Limits = field(default_factory=Limits)


def classroom_file() -> Path:
    """Where the class is written down."""
    return root() / "classroom.toml"


def load_classroom() -> Classroom:
    """The class of this server, as its file says at this moment.

    Raises:
        RunError: there is none, or the file cannot be read or says something else.
    """
    path = classroom_file()
    where = (
        tr("classroom.toml of this server") if in_classroom() else path
    )  # students read it too: no path of the server
    try:
        text = path.read_bytes()[:_LARGEST].decode("utf-8")
        return _classroom(tomllib.loads(text))
    except FileNotFoundError:
        raise RunError(
            tr("there is no class at {where}; make one with: attnlab classroom new --name NAME", where=where)
        ) from None
    except OSError as error:
        raise RunError(
            tr(
                "{where} cannot be read ({strerror}); give the server the right to read it",
                where=where,
                strerror=error.strerror,
            )
        ) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, InputError) as error:
        raise RunError(
            tr("{where}: {error}; mend it, or make it anew with: attnlab classroom new", where=where, error=error)
        ) from error


def keep_classroom(one: Classroom) -> Path:
    """Write a class down, whole or not at all; nobody else on this computer may read the file."""
    path = classroom_file()
    with atomic.disk_errors(tr("writing the class")):
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write_bytes(path, _written(one).encode(), private=True)
    return path


def new_classroom(name: str, password: str, lecturer_password: str) -> Classroom:
    """A class with passwords and the usual quotas and limits; an empty password lets nobody in by it (OpenID Connect is then the only way).

    Raises:
        InputError: a name nobody can read, a password that is too short, or the same for both.
    """
    if not name.strip() or len(name) > 120 or not name.isprintable():
        raise InputError(tr("a class has a name of 1 to 120 characters on one line"))
    if password and password == lecturer_password:
        raise InputError(
            tr("the lecturer's password must be another than the class's: everybody in class knows that one")
        )
    kept = [passwords.hashed(one) if one else "" for one in (password, lecturer_password)]
    return Classroom(name.strip(), *kept, limits=_USUAL)


def _classroom(said: dict[str, Any]) -> Classroom:
    name = said.get("name")
    if not isinstance(name, str) or not name:
        raise InputError(tr('the first thing expected is a line name = "…"'))
    unknown = set(said) - {one.name for one in fields(Classroom)}
    if unknown:
        raise InputError(
            tr(
                "{unknown!r} is not known here; known: {listed}",
                unknown=sorted(unknown)[0],
                listed=", ".join(f.name for f in fields(Classroom)),
            )
        )
    return Classroom(
        name,
        *(_text(said, key) for key in ("password", "lecturer_password")),
        *(_texts(said, key) for key in ("lecturers", "domains")),
        Quotas(**_numbers(said, "quotas", Quotas)),
        Limits(**_numbers(said, "limits", Limits)),
    )


def _text(said: dict[str, Any], key: str) -> str:
    value = said.get(key, "")
    if not isinstance(value, str):
        raise InputError(tr("{key} is expected to be a text", key=key))
    return value


def _texts(said: dict[str, Any], key: str) -> tuple[str, ...]:
    value = said.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InputError(tr("{key} is expected to be a list of texts", key=key))
    return tuple(one.strip().lower() for one in value)


def _numbers(said: dict[str, Any], key: str, kind: type[Any]) -> dict[str, int]:
    part = said.get(key, {})
    known = [one.name for one in fields(kind)]
    for name, value in part.items() if isinstance(part, dict) else [(key, part)]:
        if name not in known or not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise InputError(
                tr(
                    "[{key}] takes whole numbers from 1 on for {known}; found {name} = {value!r}",
                    key=key,
                    known=", ".join(known),
                    name=name,
                    value=value,
                )
            )
    return part


def _written(one: Classroom) -> str:
    """As TOML; its texts are those of JSON, except that they hold every letter as itself."""
    lines = [
        tr(
            "# A class of Attention Lab. Passwords are kept as what scrypt makes of them; set one with: attnlab classroom password"
        )
    ]
    for key, value in asdict(one).items():
        if not isinstance(value, dict):
            lines.append(f"{key} = {dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)}")
    for key in ("quotas", "limits"):
        part = asdict(one)[key]
        lines += ["", f"[{key}]", *(f"{name} = {value}" for name, value in part.items() if value is not None)]
    return "\n".join(lines) + "\n"
