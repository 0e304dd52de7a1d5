"""Being the writer of a stored run: taking it over, storing it for whoever trains it, carrying it out while it is trained."""

import contextlib
import os
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import RunError
from core.language import tr
from core.runs.cluster.mirror import Inward, Outward, Taken
from core.runs.cluster.storage import Stored
from core.runs.folder import RunFolder

EVERY = 0.5  # seconds between rounds
_YIELDED = 2.0  # seconds in which the writer before finds out that it is none any more
_LAST = 120.0  # seconds for which the last word of a training is tried again


def taken_over(stored: Stored) -> str:
    """Become the writer, under the name that is returned; whoever was it says nothing more by then."""
    me, before = secrets.token_hex(8), stored.writer
    stored.claim(me)
    if before:
        time.sleep(_YIELDED)
    return me


def put(stored: Stored, run: RunFolder) -> None:
    """Store a run as its folder has it, for whoever trains it next, and nothing else: what was asked of the training before is not meant."""
    Outward(stored, run, taken_over(stored)).push()
    for name in stored.asked():
        stored.answer(name)
    with contextlib.suppress(OSError):
        stored.sweep()
    stored.claim("")


@contextmanager
def carried(stored: Stored, name: str) -> Iterator[tuple[RunFolder, Callable[[], None]]]:
    """A folder of this node's own with the stored run in it, from which it is carried out until the block ends.

    Returns:
        The run; and what carries its last word out before the block ends, for a process that is about to be ended within it.

    Raises:
        RunError: nothing is stored there.
    """
    home = Path(tempfile.mkdtemp(prefix="attnlab-"))
    run = RunFolder(home / "runs" / name, name, name)
    try:
        me = taken_over(stored)
        inward = Inward(stored, run)
        if not inward.pull():
            raise RunError(tr("{url} holds no run that can be read; start it again from the app", url=stored.url))
        outward = Outward(stored, run, me, inward.index)
        ended = threading.Event()
        thread = threading.Thread(target=_carry, args=(outward, ended), daemon=True, name=f"carry {name}")
        thread.start()

        def finish() -> None:
            ended.set()
            thread.join()

        try:
            yield run, finish
        finally:
            finish()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _carry(outward: Outward, ended: threading.Event) -> None:
    """Rounds until the training has ended and its last word is carried; a storage that refuses is asked again."""
    last = None
    while True:
        over = ended.is_set()
        try:
            outward.take()
            outward.push(over=over)
            if over:
                return
        except Taken:
            os._exit(3)  # two must not train on: the other one is the training now
        except Exception as error:  # each kind of storage has errors of its own
            print(f"storage: {error!r}", flush=True)
            last = last or (time.monotonic() if over else None)
            if last is not None and time.monotonic() - last > _LAST:
                return
        ended.wait(EVERY) if not over else time.sleep(EVERY)
