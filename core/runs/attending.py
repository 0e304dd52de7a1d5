"""A server's look at the line of trainings (core/runs/job_queue.py), every second: who ended left a place."""

import logging
import threading
import time

from core.errors import AttentionLabError
from core.runs.job_queue import turn

_LOOK = 1.0  # seconds between looks
_log = logging.getLogger("attention_lab")
_attending = threading.Lock()


def attend() -> None:
    """Look at the line every second for as long as this process lives; once a process, called again it does nothing."""
    if _attending.acquire(blocking=False):
        threading.Thread(target=_attend, daemon=True, name="queue").start()


def _attend() -> None:
    said = ""
    while True:
        try:
            turn()
            said = ""
        except AttentionLabError as error:
            if str(error) != said:
                _log.warning("the queue of trainings: %s", error)
            said = str(error)
        except Exception:  # nothing must end this thread: the line would stand still
            _log.exception("the queue of trainings")
        time.sleep(_LOOK)
