"""What is compiled for one width."""

from typing import NamedTuple

from core.models.compiled.package import Run


class Loops(NamedTuple):
    """What reads a source, and what writes an output."""

    reading: Run
    writing: Run
