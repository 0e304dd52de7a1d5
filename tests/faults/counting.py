"""What a process does to the disk, counted, so that it can be killed, or its disk filled, right before any of it."""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

# What changes a disk, by the name of the built-in function or method that does it
_CHANGING = {"write", "rename", "replace", "mkdir", "unlink", "remove", "rmdir", "truncate", "flush"}
_FILES = {"FileIO", "BufferedWriter", "BufferedRandom", "TextIOWrapper"}


class Deeds:
    """Counts what this process does to the disk, and does something right before deed `at` (counted from 0)."""

    def __init__(self, at: int, then: Callable[[], None]) -> None:
        self.at, self.then, self.count = at, then, 0

    def __call__(self, frame: Any, event: str, called: Any) -> None:
        """For `sys.setprofile`: told of every call of a built-in function before it is made."""
        if event != "c_call" or called.__name__ not in _CHANGING:
            return
        owner = called.__self__
        if getattr(owner, "__name__", "") != "posix" and type(owner).__name__ not in _FILES:
            return
        if self.count == self.at:
            self.then()
        self.count += 1


def counted(at: int, then: Callable[[], None], deed: Callable[[], object]) -> int:
    deeds = Deeds(at, then)
    sys.setprofile(deeds)
    try:
        deed()
    finally:
        sys.setprofile(None)
    return deeds.count


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dies_at(at: int, deed: Callable[[], object]) -> int:
    """Do something until right before deed `at` to the disk; how many there were, if it lived."""
    return counted(at, die, deed)
