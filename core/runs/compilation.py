"""The process that compiles for one run: `python -m core.runs.compilation PATH WIDTH`.

It lets others go first, and says what became of it in the log beside the packages. Nothing waits for it.
"""

import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import portalocker

from core.errors import AttentionLabError, RunError
from core.language import tr
from core.runs import atomic, store, workspace
from core.runs.folder import RunFolder
from core.runs.processes import be_nice, launch

if TYPE_CHECKING:
    from core.models.compiled.architecture import Architecture
    from core.runs.compiled import Packages
    from core.runs.trained import TrainedModel

_COMPILERS = ("g++", "clang++", "cl")
_ALONE = {"TORCHINDUCTOR_COMPILE_THREADS": "1"}


def start(run: RunFolder, width: int) -> "subprocess.Popen[bytes]":
    """Compile greedy search and a beam of this width in the background; returns at once.

    Raises:
        RunError: the run is damaged or no Transformer, there is no C++ compiler, or no process can be started.
    """
    from core.runs.compiled import folder_of

    model = run.config()["model"]["name"]
    if model != "transformer":
        raise RunError(
            tr(
                "{address} is a {model} model; only Transformers are compiled, others need no compiling",
                address=run.address,
                model=model,
            )
        )
    if not any(shutil.which(name) for name in (*_COMPILERS, os.environ.get("CXX", ""))):
        raise RunError(
            tr(
                "no C++ compiler was found ({compilers}), so nothing can be compiled and decoding stays as it is; "
                "install one, for example with: apt install g++",
                compilers=", ".join(_COMPILERS),
            )
        )
    command = [sys.executable, "-P", "-m", "core.runs.compilation", str(run.path), str(width)]
    folder = folder_of(run)
    with atomic.disk_errors(tr("starting to compile {address}", address=run.address)):
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "output.txt").open("wb") as output:  # what compilers print; the log says what came out
            return launch(command, output, stdin=subprocess.DEVNULL, environment=_ALONE)


def compile_run(run: RunFolder, width: int) -> bool:
    """Build what is missing, check it, keep it; whether everything is there now."""
    from core.models.compiled.architecture import architecture
    from core.runs.compiled import READING, Packages, folder_of, writing
    from core.runs.trained import load

    trained = load(run.path)
    kind = architecture(trained.model)
    if kind is None:
        raise RunError(tr("{address}: this kind of model is not compiled", address=run.address))
    packages = Packages(folder_of(run), kind)
    with _alone(packages.folder):
        packages.sweep()
        for wide in sorted({1, width}):
            missing = [part for part in (READING, writing(wide)) if packages.run(part) is None]
            try:
                if missing and not _compiled(trained, kind, packages, missing, wide):
                    return False
            except Exception as error:  # a compiler can fail in any way
                packages.note(
                    tr(
                        "nothing was built for width {wide}: {splitlines}",
                        wide=wide,
                        splitlines=str(error).strip().splitlines()[0],
                    )
                )
                raise
    return True


def _compiled(
    trained: "TrainedModel", kind: "Architecture", packages: "Packages", missing: list[str], width: int
) -> bool:
    """Build the missing parts of one width, and keep them if they compute what plain steps compute."""
    from core.models.compiled.check import check
    from core.models.compiled.compilation import build_reading, build_writing
    from core.models.compiled.loops import Loops
    from core.models.compiled.package import load
    from core.runs.compiled import READING, writing

    draft = Path(tempfile.mkdtemp(prefix=".", suffix=".tmp", dir=packages.folder))
    paths, seconds = {part: packages.path(part) for part in (READING, writing(width))}, {}
    try:
        for part in missing:
            began, paths[part] = time.monotonic(), draft / f"{part}.pt2"
            if part == READING:
                build_reading(trained.model, kind, paths[part])
            else:
                build_writing(trained.model, kind, width, paths[part])
            seconds[part] = round(time.monotonic() - began, 1)
        checked = check(trained.model, kind, Loops(*map(load, paths.values())), width, _examples(trained))
        for part in missing:
            if not checked.within:
                packages.discard(part, tr("it differs from plain steps by {found:.1e}", found=max(checked.found)))
                continue
            facts = {"seconds": seconds[part], "sources": checked.sources, **checked.found._asdict()}
            packages.keep(part, paths[part], facts)
            packages.note(tr("the package {part} was built and checked", part=part), logging.INFO)
        return checked.within
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _examples(trained: "TrainedModel") -> Iterator[tuple[list[int], int]]:
    """Sources that the run carries, each with the longest output it may have."""
    from core.training.evaluation import rules_for

    for example in (trained.examples.probe, *trained.examples.test):
        source = trained.vocabularies[0].encode_source(example.source)
        yield source, rules_for(trained.model, source).max_new_tokens


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One compilation in a folder at a time; the next finds what this one built."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a+") as file:
        portalocker.lock(file, portalocker.LOCK_EX)
        atomic.sweep(folder)
        yield


def _main(address: str, width: str) -> int:
    be_nice(os.getpid())
    with tempfile.TemporaryDirectory(prefix="attnlab-") as cache:
        os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", cache)  # read when the compiler is imported
        try:
            workspace.settle(Path(address))
            return 0 if compile_run(store.open_run(address), int(width)) else 1
        except AttentionLabError as error:
            print(error, file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
