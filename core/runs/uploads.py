"""Texts that a person uploads: kept under a name of our own, made from their content; theirs is never a path."""

import hashlib
from pathlib import Path

from core.runs import atomic, store


def keep(content: bytes) -> Path:
    """Keep an uploaded text; the same content is kept once. What it holds is judged when a task reads it.

    Raises:
        RunError: the disk is full or refuses.
    """
    path = store.home() / "uploads" / f"{hashlib.sha256(content).hexdigest()[:24]}.txt"
    with atomic.disk_errors("keeping the uploaded file"):
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            atomic.write_bytes(path, content)
    return path
