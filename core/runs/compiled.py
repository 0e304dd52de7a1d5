"""Packages of a run: decodings of its model, compiled ahead of time and kept beside it. Never needed.

A package is native code, so nothing is loaded that was not built and checked on this computer: each is sealed with a
secret of the home folder, and a run that came from elsewhere brings none. What cannot be used is thrown away with a
word in `log.txt`, and steps are taken one by one as before.
"""

import hashlib
import hmac
import json
import logging
import secrets
from dataclasses import asdict
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import torch

from core.devices import where
from core.errors import RunError
from core.language import tr
from core.models.compiled import architecture as architectures
from core.models.compiled.ahead import Compiled
from core.models.compiled.architecture import Architecture, architecture
from core.models.compiled.loops import Loops
from core.models.compiled.package import Run, load
from core.models.seq2seq import Seq2Seq
from core.runs import atomic, store
from core.runs.folder import RunFolder
from core.step_model import StepModel

READING = "reading"
_log = logging.getLogger(__name__)


def folder_of(run: RunFolder) -> Path:
    """Where its packages are: in the run, or in the server's folder where nothing may be written into the run: those
    depend on a model's form and not on its weights, so once is enough for a class."""
    return store.root() / "compiled" / run.name if run.read_only else run.path / "compiled"


def offered(run: RunFolder, model: Seq2Seq, plain: StepModel, only: str) -> StepModel:
    """The plain step model, able to run ahead wherever a package is there or comes to be.

    Args:
        plain: steps, and keeps the attentions that match `only`.
    """
    kind = architecture(model) if where(model).type == "cpu" else None
    return plain if kind is None else Compiled(model, kind, plain, only, Packages(folder_of(run), kind).loops)


def writing(width: int) -> str:
    """The part that writes with so many hypotheses; 1 is greedy search."""
    return f"writing-{width}"


class Packages:
    """Those of one architecture in a folder, for this version of torch, this processor and these loops.

    Args:
        folder: need not exist; kind: what they are compiled for.
    """

    def __init__(self, folder: Path, kind: Architecture) -> None:
        self.folder = folder
        self.kind, self._key = kind, _key(kind)
        self._refused: set[str] = set()

    def path(self, part: str) -> Path:
        """The file of a part."""
        return self.folder / f"{self._key}-{part}.pt2"

    def loops(self, width: int) -> Loops | None:
        """What reads, and what writes with this width; None while one is missing."""
        parts = (READING, writing(width))
        if not all(self._seal(part).is_file() for part in parts):
            return None
        reading, loop = (self.run(part) for part in parts)
        return None if reading is None or loop is None else Loops(reading, loop)

    def run(self, part: str) -> Run | None:
        """What runs a part; None where it is missing, or not what was sealed."""
        if part in self._refused or not self._seal(part).is_file():
            return None
        try:
            sealed = hmac.compare_digest(self.facts(part)["signature"], _signature(self.path(part).read_bytes()))
            if sealed:
                return load(self.path(part))
            why = tr("it is not what was built and checked on this computer")
        except Exception as error:  # whatever is wrong with it, decoding goes on without
            why = tr(
                "it cannot be loaded ({splitlines!r})", splitlines=str(error).splitlines()[0] if str(error) else error
            )
        self.discard(part, why)
        return None

    def facts(self, part: str) -> dict[str, Any]:
        """What is known of a part: seconds of building, differences from plain steps.

        Raises:
            RunError: nothing is, or it is damaged.
        """
        facts = atomic.read_json(self._seal(part), tr("compile the run again"))
        if not isinstance(facts, dict) or not isinstance(facts.get("signature"), str):
            raise RunError(tr("{seal} is not the seal of a package; compile the run again", seal=self._seal(part)))
        return facts

    def keep(self, part: str, built: Path, facts: dict[str, Any]) -> None:
        """Take in a file that was built and checked; whole or not at all."""
        signature = _signature(built.read_bytes())
        atomic.replace(built, self.path(part))
        atomic.write_json(self._seal(part), {**facts, "signature": signature})

    def discard(self, part: str, why: str) -> None:
        """Throw a part away, with a word in the log."""
        self._refused.add(part)
        for path in (self._seal(part), self.path(part)):
            try:
                path.unlink(missing_ok=True)
            except OSError:
                continue  # a folder that may not be written: it is refused every time
        self.note(tr("the package {part} is discarded: {why}; decoding goes on step by step", part=part, why=why))

    def sweep(self) -> None:
        """Remove what was built for another version of torch, another processor, or other loops."""
        for path in (*self.folder.glob("*-*.pt2"), *self.folder.glob("*-*.json")):
            if not path.name.startswith(self._key):
                path.unlink(missing_ok=True)

    def note(self, text: str, level: int = logging.WARNING) -> None:
        """A line in the log."""
        _log.log(level, "%s: %s", self.folder, text)
        try:
            with (self.folder / "log.txt").open("a", encoding="utf-8") as file:
                file.write(f"{datetime.now().isoformat(timespec='seconds')} {text}\n")
        except OSError:
            return  # it was said once already

    def _seal(self, part: str) -> Path:
        return self.path(part).with_suffix(".json")


def _key(kind: Architecture) -> str:
    """Of all that generated code depends on."""
    parts = [asdict(kind), torch.__version__, torch.backends.cpu.get_cpu_capability(), _source()]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


@cache
def _source() -> str:
    """Fingerprint of the loops' own text."""
    files = sorted(Path(architectures.__file__).parent.glob("*.py"))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def _signature(content: bytes) -> str:
    return hmac.new(_secret(), content, hashlib.sha256).hexdigest()


def _secret() -> bytes:
    """Made once for a server; readable by its owner alone."""
    path = store.root() / "compiled" / "key"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = atomic.temporary_beside(path)
        draft.touch(mode=0o600)
        draft.write_bytes(secrets.token_bytes(32))
        atomic.replace(draft, path)
    return path.read_bytes()
