"""Runs on storage that only knows whole objects (fsspec: s3://, gs://, file:// …): no locks, no renames, nothing appended.

Objects are written once and never changed; `index.json` says which of them are the run at this moment, and is replaced whole. What
the index does not name does not exist, so a writer that dies between two objects leaves the run as it was. `writer.txt` names the one
writer: whoever takes over writes itself in, and the one before finds out before its next word. What is one line on a disk here
is a part of a journal: the last part is written anew with what came to it, until it is large.
"""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from typing import Any

from core.errors import MissingExtra, RunError
from core.language import tr

STORAGE = "ATTNLAB_STORAGE"  # the environment variable that says where
_SCHEMA = "attnlab/stored/1"
_OBJECT = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Part:
    """A part of the journal: `size` bytes from `offset` on, in an object."""

    name: str
    offset: int
    size: int


@dataclass(frozen=True)
class Index:
    """Which objects a run is.

    Attributes:
        status: what `status.json` holds; files: objects by their paths in the run; events: parts of the journal, in order.
    """

    status: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    events: tuple[Part, ...] = ()

    def objects(self) -> set[str]:
        """The names of all of them."""
        return {*self.files.values(), *(part.name for part in self.events)}


class Stored:
    """One run on storage, at `url`.

    Raises:
        MissingExtra: fsspec, or what it needs for such an address, is not installed. RunError: there is no such kind of address.
    """

    def __init__(self, url: str) -> None:
        try:
            import fsspec

            self._system, self._base = fsspec.url_to_fs(url)
        except ImportError as error:
            raise MissingExtra(
                str(error.name or "fsspec"), "cluster", tr("runs at {partition}://", partition=url.partition("://")[0])
            ) from None
        except ValueError as error:
            raise RunError(
                tr("{storage}={url} cannot be used: {error}", storage=STORAGE, url=url[:120], error=error)
            ) from error
        self.url = url

    def index(self) -> Index | None:
        """What the run is now; None where there is none, or it is being replaced at this moment."""
        data = self._read("index.json")
        try:
            return None if data is None else _parsed(json.loads(data))
        except ValueError:
            return None  # torn: only where replacing is not atomic, as on a plain disk

    def commit(self, index: Index) -> None:
        """Make this the run."""
        self._write("index.json", json.dumps({"schema": _SCHEMA, **asdict(index)}).encode())

    def keep(self, data: bytes) -> str:
        """Write an object that no index names yet; its name."""
        name = secrets.token_hex(8)
        self._write(f"objects/{name}", data)
        return name

    def get(self, name: str) -> bytes | None:
        """An object; None where it is gone."""
        return self._read(f"objects/{name}")

    def forget(self, name: str) -> None:
        """Remove an object that no index names any more."""
        self._drop(f"objects/{name}")

    def sweep(self) -> None:
        """Remove all objects that the index does not name: what writers before have left. For the one writer, between two of its changes."""
        index = self.index()
        for name in set(self._names("objects")) - index.objects() if index else ():
            self.forget(name)

    @property
    def writer(self) -> str:
        """Who may write the run; empty: nobody yet."""
        return (self._read("writer.txt") or b"").decode(errors="replace")

    def claim(self, name: str) -> None:
        """Say who may write the run from now on."""
        self._write("writer.txt", name.encode())

    def ask(self, name: str, request: bytes) -> None:
        """Leave a request to the training."""
        self._write(f"control/{name}", request)

    def asked(self) -> list[str]:
        """The names of requests that were left and not answered, in order."""
        return self._names("control")

    def request(self, name: str) -> bytes:
        """What was asked; empty where it is gone or not there yet."""
        return self._read(f"control/{name}") or b""

    def answer(self, name: str) -> None:
        """Remove a request."""
        self._drop(f"control/{name}")

    def _names(self, folder: str) -> list[str]:
        self._system.invalidate_cache()
        try:
            return sorted(PurePosixPath(path).name for path in self._system.ls(f"{self._base}/{folder}", detail=False))
        except FileNotFoundError:
            return []

    def _read(self, name: str) -> bytes | None:
        try:
            data: bytes = self._system.cat_file(f"{self._base}/{name}")
            return data
        except FileNotFoundError:
            return None

    def _write(self, name: str, data: bytes) -> None:
        path = f"{self._base}/{name}"
        self._system.makedirs(path.rpartition("/")[0], exist_ok=True)
        self._system.pipe_file(path, data)

    def _drop(self, name: str) -> None:
        try:
            self._system.rm_file(f"{self._base}/{name}")
        except FileNotFoundError:
            return


def _parsed(value: Any) -> Index:
    """An index from JSON: paths that stay inside a run, objects of ours.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(value, Mapping) or value.get("schema") != _SCHEMA:
        raise ValueError("no index of ours")
    try:
        files = {str(path): str(name) for path, name in value["files"].items()}
        events = tuple(Part(str(one["name"]), int(one["offset"]), int(one["size"])) for one in value["events"])
        index = Index(dict(value["status"]), files, events)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no index of ours") from error
    if not all(_OBJECT.fullmatch(name) for name in index.objects()) or not all(map(_inside, files)):
        raise ValueError("names that are not ours")
    return index


def _inside(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return bool(parts) and not any(part.startswith((".", "/")) or "\\" in part or ":" in part for part in parts)
