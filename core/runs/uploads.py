"""Texts and recordings that a person uploads: kept under a name of our own, made from their content; theirs is never a path."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from core.language import tr
from core.runs import atomic
from core.runs.classroom import locked, quotas
from core.runs.workspace import uploads_folder

_SUFFIX = re.compile(r"\.[a-z0-9]{1,10}")


def keep(content: bytes, suffix: str = ".txt") -> Path:
    """Keep an uploaded text; the same content is kept once. What it holds is judged when a task reads it.

    Args:
        suffix: what the name ends in: ".wav" for a recording. One that is not a point, letters and digits becomes ".txt": it
            may come from a person's file name, and must not lead elsewhere.

    Raises:
        RunError: the disk is full or refuses; LockedControl: the lecturer has locked it.
    """
    locked.check("upload")
    suffix = suffix if _SUFFIX.fullmatch(suffix) else ".txt"
    path = uploads_folder() / f"{hashlib.sha256(content).hexdigest()[:24]}{suffix}"
    with quotas.room_for_bytes(len(content)), atomic.disk_errors(tr("keeping the uploaded file")):
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            atomic.write_bytes(path, content)
    return path


def in_their_words(words: str, names: Mapping[str, str]) -> str:
    """A message that speaks of our names for files, with the names they were uploaded under.

    Args:
        names: theirs by ours.

    >>> in_their_words("e3b0c4.txt, line 2: no tab", {"e3b0c4.txt": "mine.tsv"})
    'mine.tsv, line 2: no tab'
    """
    for ours, theirs in names.items():
        words = words.replace(ours, theirs)
    return words
