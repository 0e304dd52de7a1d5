"""Files that appear whole or not at all, and messages for disks that refuse.

A reader may look at any moment, and a writer may be killed at any moment: so a file is written beside its place under
a hidden name and renamed in. Hidden names (`.NAME.RANDOM.tmp`) are never read; `sweep` removes what a killed writer
left.
"""

import contextlib
import errno
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.errors import RunError
from core.language import tr

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}  # full disk, full quota, file size limit
_LARGEST_JSON = 32_000_000  # bytes; nothing the lab writes as JSON comes near it


def temporary_beside(path: Path) -> Path:
    """A hidden name in the same folder (so the same file system), unique to this call."""
    return path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")


def write_bytes(path: Path, data: bytes, *, private: bool = False) -> None:
    """Replace the file at `path` by `data` in one rename; the folder must exist.

    Not synchronized with the disk: a killed process cannot tear it, a power cut may bring the older content back.

    Args:
        private: whether nobody else on this computer may read it, from its first byte on.

    Raises:
        OSError: the disk refuses; nothing is left behind and the old content stands.
    """
    temporary = temporary_beside(path)
    try:
        with open(temporary, "wb", opener=_for_its_owner if private else None) as file:
            file.write(data)
        replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def write_json(path: Path, value: Any, *, private: bool = False) -> None:
    """`write_bytes` of strict, indented JSON in UTF-8 (NaN is refused: other programs cannot read it)."""
    write_bytes(
        path, (json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode(), private=private
    )


def write_synced(path: Path, data: bytes) -> None:
    """Write a new file and wait until the disk has it; for files inside a folder that is renamed in later."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the disk knows the names in `folder`; nothing to do where folders cannot be opened (Windows)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace(source: Path, target: Path) -> None:
    """Rename a file over another; on Windows wait up to half a second for a reader that has the target open."""
    for pause in (0.01, 0.03, 0.06, 0.1, 0.3):
        try:
            source.replace(target)
            return
        except PermissionError:
            if os.name != "nt":
                raise
            time.sleep(pause)
    source.replace(target)


def remove_folder(folder: Path) -> None:
    """Remove a folder so that no reader sees a part of it: renamed out of sight first. A missing folder is fine."""
    hidden = temporary_beside(folder)
    try:
        folder.rename(hidden)
    except FileNotFoundError:
        return
    if hidden.is_symlink():
        hidden.unlink()  # the link was the run; what it points at belongs to somebody else
    else:
        shutil.rmtree(hidden, ignore_errors=True)


def sweep(folder: Path, *, older_than: float = 0.0) -> None:
    """Remove hidden temporaries of killed writers.

    Args:
        older_than: seconds; above 0 wherever others may be writing at this moment.
    """
    newest = time.time() - older_than
    for path in folder.glob(".*.tmp"):
        with contextlib.suppress(OSError):
            if path.lstat().st_mtime > newest:
                continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def read_json(path: Path, advice: str) -> Any:
    """The JSON in a file.

    Args:
        advice: what to do about a file that cannot be read; ends the message.

    Raises:
        RunError: missing, not UTF-8, not JSON (with its line), nested absurdly, or absurdly large.
    """
    try:
        if path.stat().st_size > _LARGEST_JSON:
            raise RunError(tr(
                "{path} has {st_size} bytes; at most {largest_json} were expected; {advice}", path=path,
                st_size=path.stat().st_size, largest_json=_LARGEST_JSON, advice=advice))  # fmt: skip
        return json.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise RunError(tr("{path} is missing; {advice}", path=path, advice=advice)) from None
    except json.JSONDecodeError as error:
        raise RunError(tr(
            "{path}, line {lineno}: expected JSON, but {msg} (truncated or edited?); {advice}", path=path,
            lineno=error.lineno, msg=error.msg, advice=advice,
        )) from error  # fmt: skip
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise RunError(tr(
            "{path}, line {line}: expected UTF-8 text, but byte {start} is not; {advice}", path=path,
            line=line, start=error.start, advice=advice,
        )) from error  # fmt: skip
    except RecursionError:
        raise RunError(
            tr("{path} is nested too deeply to be a file of this program; {advice}", path=path, advice=advice)
        ) from None
    except OSError as error:
        raise RunError(
            tr("{path} cannot be read ({strerror}); {advice}", path=path, strerror=error.strerror, advice=advice)
        ) from error


@contextmanager
def disk_errors(doing: str) -> Iterator[None]:
    """Turn what a disk refuses into a `RunError` that says what to do.

    >>> with disk_errors("writing the checkpoint of step 400"):
    ...     raise OSError(errno.ENOSPC, "No space left on device")
    Traceback (most recent call last):
    ...
    core.errors.RunError: writing the checkpoint of step 400 failed: the disk is full;
    what was there before is intact; free some space (or delete old runs) and try again
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise RunError(
                tr(
                    "{doing} failed: the disk is full; what was there before is intact; "
                    "free some space (or delete old runs) and try again",
                    doing=doing,
                )
            ) from error
        raise RunError(
            tr(
                "{doing} failed: {strerror} ({filename}); "
                "check that the folder exists and may be written, or set ATTNLAB_HOME to one that may",
                doing=doing,
                strerror=error.strerror or error,
                filename=error.filename,
            )
        ) from error
