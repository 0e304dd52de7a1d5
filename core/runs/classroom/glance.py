"""The curve of a training in small: a few points of its journal, however long that has grown.

The journal is not read but looked into, at places evenly spread over it; each look finds the next whole line of a step. So a
list of six hundred runs costs some thousand short reads, and again only for journals that have grown since.
"""

import functools
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.runs.folder import RunFolder
from core.training.events import StepDone

POINTS = 24  # of a curve as wide as a word
_LOOK = 2048  # bytes of a look; a step is one line of about 250
_SHORT = 16_384  # bytes of a journal that is read as a whole
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
    steps: dict[int, float] = {}
    for step, loss in _found(path, size):
        # a resumed training has written steps twice: those that were undone are left out
        steps = {before: kept for before, kept in steps.items() if before < step} | {step: loss}
    losses = list(steps.values())
    return (
        tuple(losses[(len(losses) - 1) * at // (POINTS - 1)] for at in range(POINTS))
        if len(losses) > POINTS
        else tuple(losses)
    )


def _found(path: Path, size: int) -> Iterator[tuple[int, float]]:
    """Steps with their losses, in the order of the file: all of a short one, a few of a long one."""
    with path.open("rb") as file:
        if size <= _SHORT:
            yield from _steps(file.read(size).split(b"\n")[:-1])
            return
        last = size - _LOOK
        for place in (last * at // (POINTS - 1) for at in range(POINTS)):
            file.seek(place)
            whole = file.read(_LOOK).split(b"\n")[1 if place else 0 : -1]  # what the look cut in two is no line
            found = next(_steps(whole[::-1] if place == last else whole), None)
            if found is not None:
                yield found


def _steps(lines: Sequence[bytes]) -> Iterator[tuple[int, float]]:
    """Those lines that are steps with a finite loss."""
    for line in lines:
        try:
            facts = json.loads(line)
            if facts["kind"] == StepDone.kind and math.isfinite(facts["loss"]):
                yield int(facts["step"]), float(facts["loss"])
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
