"""Whether the script of a view gives its numbers: run in a Python of its own, which knows nothing but the script and the runs."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import core
from core.errors import DataError
from core.language import tr
from core.replay.script import script
from core.replay.values import as_json, differences
from core.replay.view import Reading

_TOLD = 2_000  # characters of what a script said before it failed


@dataclass(frozen=True)
class Checked:
    """The two sides of a check.

    Attributes:
        view: the numbers of the view; script: those of its script; both as JSON.
        differing: where they differ, a line each.
    """

    view: dict[str, Any]
    script: dict[str, Any]
    differing: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many numbers, texts and other values were compared."""
        return count(self.view)


def check(reading: Reading) -> Checked:
    """Compute a view here and by its script in a fresh process; on one machine they must be equal, to the last digit.

    Raises:
        AttentionLabError: the view cannot be computed, or its script fails.
    """
    view = json.loads(as_json(reading.numbers()))
    other = json.loads(run(script(reading)))
    return Checked(view, other, tuple(differences(view, other)))


def run(text: str) -> str:
    """What a script prints, in a fresh Python with the same runs.

    Raises:
        DataError: it fails; the message has its last words.
    """
    root = str(Path(core.__file__).parents[1])
    known = os.environ.get("PYTHONPATH")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, (root, known))),
        "PYTHONIOENCODING": "utf-8",
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "view.py"
        file.write_text(text, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, str(file)], capture_output=True, env=environment, encoding="utf-8", check=False
        )
    if done.returncode:
        raise DataError(tr("the script of this view failed: {words}", words=done.stderr.strip()[-_TOLD:]))
    return done.stdout


def count(value: Any) -> int:
    """How many values JSON holds, empty lists left out."""
    if isinstance(value, dict):
        return sum(map(count, value.values()))
    return sum(map(count, value)) if isinstance(value, list) else 1
