"""Names that runs may have: the same on every disk and system, and none that means something else."""

import re
from collections.abc import Collection

from core.errors import RunError
from core.language import mark, tr

_PREFIXES = {"demo": mark("the shipped runs"), "class": mark("the published runs"), "of": mark("the runs of others")}
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
            tr(
                "{name!r} cannot be the name of a run; "
                "use 1 to {longest} letters (a-z), digits, - _ and . (not first, not last)",
                name=name[:100],
                longest=_LONGEST,
            )
        )
    if name.lower() in _PREFIXES:
        raise RunError(
            tr(
                "the name {lower!r} belongs to {prefixes}; choose another name, for example my-{name}",
                lower=name.lower(),
                prefixes=_PREFIXES[name.lower()],
                name=name,
            )
        )
    if name.lower().partition(".")[0] in _DEVICES:
        raise RunError(
            tr("{name!r} is the name of a device on Windows; choose another name, for example run-{name}", name=name)
        )
    return name


def unlike(prefix: str, taken: Collection[str]) -> str:
    """A name that is not among those `taken`: `prefix`, else `prefix-2`, `prefix-3` …

    Characters that no name may have become hyphens; large letters are no other letters, since on some disks they are not.

    >>> unlike("注意 a", ["-A"])
    '-a-2'
    """
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", prefix).lstrip(".").rstrip(".")[: _LONGEST - 8] or "run"
    if stem.lower() in _PREFIXES or stem.lower().partition(".")[0] in _DEVICES:
        stem = f"run-{stem}"
    lowered = {one.lower() for one in taken}
    number, name = 1, stem
    while name.lower() in lowered:
        number += 1
        name = f"{stem.rstrip('.')}-{number}"
    return check_name(name)
