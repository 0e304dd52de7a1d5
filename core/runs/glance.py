"""The curve of a training in small: a few points of its journal, however long that has grown.

The journal is not read but looked into, at places evenly spread over it; each look finds the next whole line of a step. So a
list of six hundred runs costs some thousand short reads, and again only for journals that have grown since.
"""

import functools
import json
import math
from pathlib import Path
from typing import IO

from core.runs.folder import RunFolder
from core.training.events import StepDone

POINTS = 24  # of a curve as wide as a word
_LOOK = 2048  # bytes of a look; a step is one line of about 250
_KEPT = 4096  # curves that are remembered


def glance(run: RunFolder) -> tuple[float, ...]:
    """Losses at up to POINTS steps, first to newest, roughly evenly apart; none where nothing was trained or can be read."""
    path = run.path / "events.jsonl"
    try:
        facts = path.stat()
        return _looked(path, facts.st_size, facts.st_mtime_ns)
    except OSError:
        return ()


@functools.lru_cache(maxsize=_KEPT)
def _looked(path: Path, size: int, changed: int) -> tuple[float, ...]:
    """The same as long as the file is the same, which its size and time tell."""
    with path.open("rb") as file:
        last = max(0, size - _LOOK)
        places = sorted({last * at // (POINTS - 1) for at in range(POINTS)})
        found = [_step_near(file, place, newest=place == last) for place in places]
    steps: dict[int, float] = {}
    for one in found:
        if one is not None:
            # a resumed training has written steps twice: those that were undone are left out
            steps = {step: loss for step, loss in steps.items() if step < one[0]} | {one[0]: one[1]}
    return tuple(steps.values())


def _step_near(file: IO[bytes], place: int, newest: bool) -> tuple[int, float] | None:
    """The first step, or the newest, of the whole lines of a look at `place`; None where there is none with a finite loss."""
    file.seek(max(0, place - 1))
    block = file.read(_LOOK + 1)
    lines = block.split(b"\n")[1 if place else 0 : -1]  # what the look cut in two is no line
    for line in reversed(lines) if newest else lines:
        if StepDone.kind.encode() in line:
            try:
                facts = json.loads(line)
                if facts["kind"] == StepDone.kind and math.isfinite(facts["loss"]):
                    return int(facts["step"]), float(facts["loss"])
            except (ValueError, KeyError, TypeError, RecursionError):
                continue
    return None
