"""Whose workspace it is: everybody in class knows the class's password, so each workspace has a pass phrase of its own.

Its owner chooses it the first time the name is used. What is kept of it lies beside the workspaces, not in one, so nothing
that reads or packs somebody's things can come upon it.
"""

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import portalocker

from core.errors import InputError, RunError
from core.language import mark, tr
from core.runs import atomic
from core.runs.classroom import badges, passwords
from core.runs.classroom.room import LECTURER, Classroom, Member, keep_classroom
from core.runs.workspace import check_workspace, private_folder, root, workspace, workspaces

_CONFIRMED = "oidc."  # how names of workspaces begin whose owners an OpenID provider knows
_log = logging.getLogger("attention_lab")
_PATIENCE = 10.0  # seconds that somebody else may take to write an account
NO = mark(
    "that does not fit; check the name, the password of the class and your pass phrase. For the first time here? Fill in your pass phrase twice"
)


def enter(room: Classroom, name: str, password: str, phrase: str, again: str) -> Member:
    """Let somebody in, and make their workspace if the name is new.

    What is refused is refused in the same words and after the same work, whatever was wrong: nobody who does not know the
    password of the class learns which names exist.

    Args:
        password: of the class, or the lecturer's under the name `lecturer`.
        phrase: of the workspace; again: the same once more, where the name is new.

    Raises:
        InputError: something does not fit, nothing may be called so, or the new pass phrase is too short.
        RunError: the disk refuses.
    """
    name = name.strip().lower()
    if name == LECTURER:
        if not passwords.fits(password, room.lecturer_password):
            raise InputError(tr(NO))
        return _opened(Member(mark("Lecturer"), LECTURER, lecturer=True))
    check_workspace(name)
    if name.startswith(_CONFIRMED):
        raise InputError(
            tr("names that begin with {confirmed} are given out by the server; choose another", confirmed=_CONFIRMED)
        )
    kept = _kept(name)
    right = passwords.fits(password, room.password)
    known = passwords.fits(phrase, kept or "")
    if not right or not (known if kept is not None else phrase and phrase == again):
        raise InputError(tr(NO))
    if kept is None:
        _begin(name, passwords.hashed(phrase))
    return _opened(Member(name, name))


def confirmed(room: Classroom, said: Mapping[str, Any]) -> Member:
    """Let in whom an OpenID provider has confirmed.

    Args:
        said: the claims of the provider's token, verified; `iss` and `sub` say who it is, `email` is what people read.

    Raises:
        InputError: it does not say who, or the class does not let such addresses in.
    """
    issuer, subject = said.get("iss"), said.get("sub")
    if not isinstance(issuer, str) or not isinstance(subject, str) or not issuer or not subject:
        raise InputError(
            tr("the provider does not say who you are (iss and sub are missing); ask whoever runs this server")
        )
    # an address that nobody has confirmed may be anybody's: with some providers people type it themselves
    email = str(said.get("email") or "").strip().lower() if said.get("email_verified") is True else ""
    if email and email in room.lecturers:
        return _opened(Member(email, LECTURER, lecturer=True))
    if room.domains and not email.endswith(tuple(f"@{domain.removeprefix('@')}" for domain in room.domains)):
        raise InputError(
            tr(
                "this class is for confirmed addresses of {domains}; log in with such an account",
                domains=", ".join(room.domains),
            )
        )
    name = _CONFIRMED + hashlib.sha256(f"{issuer}\0{subject}".encode()).hexdigest()[:24]
    return _opened(Member(email or name, name))


def set_phrase(name: str, phrase: str) -> None:
    """Give a workspace a new pass phrase, for somebody who has forgotten theirs; the old one opens nothing any more.

    Whoever is logged in under the old one is out at once: it may be somebody else who has learned it.

    Raises:
        InputError: there is no such workspace, or the pass phrase is too short; RunError: the disk refuses.
    """
    if _kept(check_workspace(name)) is None:
        raise InputError(
            tr(
                "there is no workspace {name!r} with a pass phrase; its owner chooses one at the first log in",
                name=name,
            )
        )
    with atomic.disk_errors(tr("writing the pass phrase")):
        _write(name, passwords.hashed(phrase))
    badges.take_back_all(name)


def set_password(room: Classroom, password: str) -> None:
    """Give the class a new password. Whoever came in by the old one logs in anew; whom a provider confirmed stays in.

    Raises:
        InputError: the password is too short; RunError: the disk refuses.
    """
    keep_classroom(replace(room, password=passwords.hashed(password)))
    for name in workspaces():
        if name != LECTURER and not name.startswith(_CONFIRMED):
            badges.take_back_all(name)


def set_lecturer_password(room: Classroom, password: str) -> None:
    """Give the lecturer a new password; whoever is logged in as the lecturer is out at once.

    Raises:
        InputError: the password is too short; RunError: the disk refuses.
    """
    keep_classroom(replace(room, lecturer_password=passwords.hashed(password)))
    badges.take_back_all(LECTURER)


def _begin(name: str, kept: str) -> None:
    """Of two who choose one new name at the same time, one gets it."""
    with atomic.disk_errors(tr("making the workspace")):
        private_folder(_folder())
        try:
            with portalocker.Lock(_folder() / ".lock", timeout=_PATIENCE):
                if _kept(name) is not None:
                    raise InputError(tr(NO))
                _write(name, kept)
        except portalocker.LockException as error:
            raise RunError(tr("the list of workspaces is busy; try again")) from error


def _opened(member: Member) -> Member:
    with atomic.disk_errors(tr("making the workspace")):
        place = workspace(member.workspace)
        private_folder(place.parent)
        place.mkdir(exist_ok=True)
    return member


def _kept(name: str) -> str | None:
    """What is kept of a pass phrase; None where the name is new. A damaged account fits nobody."""
    path = _file(name)
    if not path.exists():
        return None
    try:
        said = atomic.read_json(
            path, tr("give the workspace a new pass phrase: attnlab classroom password {name}", name=name)
        )
    except RunError as error:
        # told to whoever runs the server: at the door it would say which names and folders there are
        _log.warning("an account is damaged: %s", error)
        return ""
    return str(said.get("phrase", "")) if isinstance(said, dict) else ""


def _write(name: str, kept: str) -> None:
    atomic.write_bytes(_file(name), json.dumps({"phrase": kept}).encode(), private=True)


def _folder() -> Path:
    return root() / "accounts"


def _file(name: str) -> Path:
    return _folder() / f"{name}.json"
