"""Packages: loops that were compiled ahead of time, a file each; loaded in milliseconds, without importing a compiler."""

from collections.abc import Callable
from pathlib import Path
from threading import Lock

from torch import Tensor

Run = Callable[[list[Tensor]], list[Tensor]]


def load(path: Path) -> Run:
    """What runs a package, from flat arguments to flat results.

    What it is given must fit: compiled code checks neither shapes nor numbers.

    Raises:
        RuntimeError: it cannot be loaded here.
    """
    from torch._C._aoti import AOTIModelPackageLoader

    loader, lock = AOTIModelPackageLoader(str(path), "model", True, 1, -1), Lock()  # of one thread at a time

    def run(arguments: list[Tensor]) -> list[Tensor]:
        with lock:
            found: list[Tensor] = loader.run(arguments)
            return found

    return run
