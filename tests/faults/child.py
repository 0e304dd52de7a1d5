"""A reader in a process of its own: how much memory it may take, how long, and that nothing it reads is run."""

import faulthandler
import json
import logging
import os
import resource
import signal
import sys
import tempfile
import traceback
import warnings
from pathlib import Path
from random import Random
from typing import Any

import psutil

from core.errors import AttentionLabError
from tests.faults.mutation import mutated
from tests.faults.readers import Reader

MEMORY = 1_500_000_000  # bytes more than the process has when it begins: no file here is a megabyte
PATIENCE = 60  # seconds for one file: a net under what would never end, no measure of speed
_LONGEST = 4_100  # signs of a message
_NEVER = {
    "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "subprocess.Popen", "pickle.find_class",
    "socket.connect", "socket.getaddrinfo", "socket.bind", "webbrowser.open",
}  # fmt: skip


class TooLong(BaseException):
    """One file took longer than any may: not an Exception, or a reader could take it for its own."""


def mutations(name: str, reader: Reader, count: int, seed: int, folder: Path) -> list[dict[str, Any]]:
    """Read so many damaged files in a child, and what went wrong.

    Returns:
        For each file that did neither get through as something valid nor was refused in a word: its number, what was raised,
        and where it was put.
    """
    seeds = reader.seeds()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reading)
            found = _in_child(name, reader, seeds, count, seed, folder)
            with os.fdopen(writing, "w") as pipe:
                json.dump(found, pipe)
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    if status:
        return [
            {"reader": name, "error": f"the process ended with {os.waitstatus_to_exitcode(status)}", "told": told[:200]}
        ]
    return json.loads(told)


def _in_child(
    name: str, reader: Reader, seeds: list[bytes], count: int, seed: int, folder: Path
) -> list[dict[str, Any]]:
    faulthandler.disable()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    sys.dont_write_bytecode = True
    bound = psutil.Process().memory_info().vms + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
    signal.signal(signal.SIGALRM, _too_long)
    done: list[str] = []
    sys.addaudithook(lambda event, values: _heard(event, values, folder, done))
    found = []
    for number in range(count):
        chance = Random(f"{seed} {name} {number}")
        data = mutated(chance.choice(seeds), chance)
        data = reader.seal(data) if chance.random() < 0.6 else data
        wrong = _read(reader, data, folder)
        if wrong or done:
            kept = folder / f"{name} {seed} {number}"
            kept.write_bytes(data)
            found.append({"reader": name, "number": number, "error": wrong, "did": list(done), "file": str(kept)})
            done.clear()
    return found


def _read(reader: Reader, data: bytes, folder: Path) -> str | None:
    """What is wrong, if anything."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        signal.alarm(PATIENCE)
        try:
            reader.read(data, Path(place))
        except AttentionLabError as error:
            words = str(error)
            return (
                None
                if words.strip() and len(words.splitlines()) == 1 and len(words) < _LONGEST
                else f"message {words[:300]!r}"
            )
        except (Exception, TooLong) as error:
            at = [f"{Path(one.filename).name}:{one.lineno}" for one in traceback.extract_tb(error.__traceback__)[-4:]]
            return f"{type(error).__name__}: {str(error)[:200]} at {' < '.join(reversed(at))}"
        finally:
            signal.alarm(0)
    return None


def _too_long(*anything: Any) -> None:
    raise TooLong


def _heard(event: str, values: tuple[Any, ...], folder: Path, done: list[str]) -> None:
    """A canary: what no file may make a reader do is noted, whether it succeeds or not."""
    if event in _NEVER:
        done.append(event)
    elif event == "open":
        path, _, flags = values
        writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        name = os.fsdecode(path) if isinstance(path, str | bytes) else ""
        if name.startswith("/etc/passwd") or (writes and name and not _allowed(name, folder)):
            done.append(f"open {name[:100]}")


def _allowed(name: str, folder: Path) -> bool:
    roots = (str(folder), os.environ.get("ATTNLAB_HOME", str(folder)), tempfile.gettempdir(), "/dev/", "/proc/self/")
    return str(Path(name).absolute()).startswith(roots)
