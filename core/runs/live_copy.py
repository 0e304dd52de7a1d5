"""A copy of a run that was made while it trained: its journal may have been copied before its checkpoints.

A training that went on from a checkpoint which knows of more than the journal would never have the steps between. So it
goes on from an older one, and makes the newer ones again.
"""

from pathlib import Path

from core.errors import RunError
from core.runs import atomic, checkpoint
from core.runs.folder import RunFolder


def ahead(run: RunFolder, size: int) -> list[Path]:
    """Folders of checkpoints that were made when the journal was longer, newest first.

    Args:
        size: of the journal, in bytes.
    """
    return [folder for _, folder in checkpoint.places(run) if _recorded(folder) > size]


def _recorded(folder: Path) -> int:
    """The size of the journal that a checkpoint tells, in bytes; 0 where it tells none, as one that cannot be read."""
    try:
        recorded = atomic.read_json(folder / "state.json", "")["state"]["recorded"]
    except (RunError, LookupError, TypeError):
        return 0
    return recorded if isinstance(recorded, int) else 0
