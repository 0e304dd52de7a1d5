"""What a run may be called: a name is a folder on every system, and no way to anywhere."""

import re

from core.errors import RunError

_PREFIXES = {"demo": "the shipped runs", "class": "the published runs", "of": "the runs of others"}
_LONGEST = 80
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{digit}" for port in ("com", "lpt") for digit in range(10))}


def check_name(name: str) -> str:
    """Return `name` if a run may be called so.

    >>> check_name("dates-gru_2.1")
    'dates-gru_2.1'
    >>> check_name("../etc")
    Traceback (most recent call last):
    ...
    core.errors.RunError: '../etc' cannot be the name of a run;
    use 1 to 80 letters (a-z), digits, - _ and . (not first, not last)
    """
    fits = _NAME.fullmatch(name) and len(name) <= _LONGEST and not name.endswith(".")
    if not fits:
        raise RunError(
            f"{name[:100]!r} cannot be the name of a run; "
            f"use 1 to {_LONGEST} letters (a-z), digits, - _ and . (not first, not last)"
        )
    if name.lower() in _PREFIXES:
        raise RunError(
            f"the name {name.lower()!r} belongs to {_PREFIXES[name.lower()]}; choose another name, for example my-{name}"
        )
    if name.lower().partition(".")[0] in _DEVICES:
        raise RunError(f"{name!r} is the name of a device on Windows; choose another name, for example run-{name}")
    return name


def stem_of(prefix: str) -> str:
    """What a wish for a name becomes where only a name will do; a number may still follow it.

    >>> stem_of("my run!"), stem_of("demo"), stem_of("…")
    ('my-run-', 'run-demo', '-')
    """
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", prefix).lstrip(".").rstrip(".")[: _LONGEST - 8] or "run"
    if stem.lower() in _PREFIXES or stem.lower().partition(".")[0] in _DEVICES:
        stem = f"run-{stem}"
    return stem
