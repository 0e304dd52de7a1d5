"""What an archive of a run says of its own entries: a SHA-256 of each, so that what was changed on its way is noticed.

It tells damage and editing, not who made it: whoever edits an entry can write another manifest. So an archive without one, of
before there were manifests, is taken as it always was, with a word: everything in it is judged by itself all the same.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from core.errors import RunError
from core.language import mark, tr

NAME = "manifest.json"
SCHEMA = "attnlab/archive/1"
LARGEST = 8_000_000  # bytes; 20,000 entries of 100 bytes each have 2 million
WITHOUT = mark(
    "this archive has no manifest: it was exported by an older Attention Lab, or packed by hand. It was read all the same, but "
    "nobody can tell whether it was edited on its way"
)
_PIECE = 1 << 20
_AGAIN = mark("export the run again, and import that file")


def written(digests: Mapping[str, str]) -> bytes:
    """The manifest of entries, by their places in the run's folder."""
    return (json.dumps({"schema": SCHEMA, "sha256": dict(digests)}, indent=1) + "\n").encode()


def read(data: bytes) -> dict[str, str]:
    """The digests that a manifest names.

    Raises:
        RunError: it is none.
    """
    try:
        told: Any = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise RunError(tr("the archive's {name} is damaged; {again}", name=NAME, again=tr(_AGAIN))) from error
    digests = told.get("sha256") if isinstance(told, dict) else None
    if (
        not isinstance(digests, dict)
        or told.get("schema") != SCHEMA
        or not all(isinstance(one, str) for one in digests.values())
    ):
        raise RunError(
            tr(
                "the archive's {name} is not of {schema}: made by a newer Attention Lab, or edited; {again}",
                name=NAME,
                schema=SCHEMA,
                again=tr(_AGAIN),
            )
        )
    return digests


def check(digests: Mapping[str, str], folder: Path, places: Iterable[str]) -> None:
    """Compare what was unpacked with what was exported.

    Raises:
        RunError: an entry is missing, was added, or is not what it was.
    """
    there = set(places)
    if missing := sorted(set(digests) - there):
        raise RunError(
            tr(
                "the archive lacks {value!r}, which its {name} names; {again}",
                value=missing[0][:100],
                name=NAME,
                again=tr(_AGAIN),
            )
        )
    if added := sorted(there - set(digests)):
        raise RunError(
            tr(
                "the archive holds {value!r}, which its {name} does not name; {again}",
                value=added[0][:100],
                name=NAME,
                again=tr(_AGAIN),
            )
        )
    for place in sorted(there):
        if _digest(folder / place) != digests[place]:
            raise RunError(
                tr(
                    "the archive's {place} is not what was exported: it was edited or damaged; {again}",
                    place=place,
                    again=tr(_AGAIN),
                )
            )


def digest(data: bytes) -> str:
    """SHA-256, in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _digest(path: Path) -> str:
    total = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            total.update(piece)
    return total.hexdigest()
