"""How much a workspace holds."""

import os
from pathlib import Path

_MB = 1_000_000


def megabytes(place: Path) -> float:
    """Of all files below a folder; links are not followed. About a second for a hundred thousand files."""
    total, folders = 0, [str(place)]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue  # deleted meanwhile, or not ours to look into
    return total / _MB
