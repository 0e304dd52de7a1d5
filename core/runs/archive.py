"""A run as one zip file, to carry to another computer; and back, from hands that are not trusted.

What comes in is unpacked under a hidden name, entry by entry: only names that a run has, no links, nothing that climbs
out of the folder, no more bytes than the limits, each with the digest that the manifest has for it. It becomes a run by the
last rename, after everything in it was read once (core/runs/admission.py). No entry is executed or unpickled, then or later.
"""

import io
import re
import stat
import zipfile
import zlib
from pathlib import Path

from core.errors import RunError
from core.language import tr
from core.runs import atomic, manifest, status, store
from core.runs.classroom import locked, quotas
from core.runs.folder import RunFolder

ENTRIES = re.compile(
    r"config\.json|status\.json|notes\.md|examples\.json|events\.jsonl|recipe\.toml|(?:[a-z]+_)?(?:vocabulary|tokenizer)\.json|data\.tsv|examples\.safetensors"
    r"|checkpoints/step-\d{6,12}/(?:model\.safetensors|optimizer\.safetensors|state\.json)"
    r"|snapshots/step-\d{6,12}\.npz"
)
_MOST_ENTRIES = 20_000
_LARGEST_ENTRY = 512_000_000  # bytes, unpacked: of weights
_LARGEST_TEXT = (
    128_000_000  # of all else, which becomes ten times as large where it is read: a million steps of a training
)
_LARGEST_ARCHIVE = 1_000_000_000  # bytes, packed or unpacked, all entries together
_PIECE = 1 << 20
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, LookupError,
)  # fmt: skip
_IGNORED = re.compile(r"__MACOSX/.*|(?:.*/)?(?:\.DS_Store|Thumbs\.db)")  # what desktops add on their own


def export_bytes(run: RunFolder) -> bytes:
    """The run as a zip file in memory, in a folder of its name; allowed while it is training.

    Raises:
        RunError: the run is damaged or cannot be read.
    """
    file = io.BytesIO()
    _export(run, file)
    return file.getvalue()


def export_file(run: RunFolder, path: Path) -> None:
    """Write the run as a zip file, whole or not at all; an existing file is replaced.

    Raises:
        RunError: the run is damaged, or the disk refuses.
    """
    with atomic.disk_errors(tr("exporting {address} to {path}", address=run.address, path=path)):
        atomic.write_bytes(path, export_bytes(run))


def import_run(source: Path | bytes, name: str | None = None) -> RunFolder:
    """Make a run from a zip file of `export_bytes`; a taken name gets a number.

    Args:
        source: a file, or its bytes as uploaded. An uploaded file's own name is not asked for: it cannot be trusted.
        name: wish for the run's name, or None for the one in the archive.

    Raises:
        RunError: no zip, an entry no run has, too large, edited on its way, or with contents that no run of this program
            has; nothing is left behind.
        LockedControl: the lecturer has locked it.
    """
    locked.check("import")
    size = len(source) if isinstance(source, bytes) else _size(source)
    if size > _LARGEST_ARCHIVE:
        raise RunError(
            tr(
                "the archive has {size} bytes; at most {largest_archive} are taken; export the run anew",
                size=size,
                largest_archive=_LARGEST_ARCHIVE,
            )
        )
    try:
        with zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source) as archive:
            folder, entries = _checked(archive)
            with quotas.room_for_run(sum(info.file_size for info, _ in entries)):
                return _import(archive, entries, name or folder or "imported")
    except _DAMAGED as error:
        raise RunError(
            tr(
                "this is not a whole zip file of a run ({error}); export the run again and import that file",
                error=error,
            )
        ) from error


def copy_run(run: RunFolder, draft: Path) -> None:
    """Fill an empty folder with what an archive of the run holds, checked like one that came from outside.

    Raises:
        RunError: the run is damaged, or something in it no run has.
    """
    with zipfile.ZipFile(io.BytesIO(export_bytes(run))) as archive:
        _fill(archive, _checked(archive)[1], draft)


def word_on(source: Path | bytes) -> str:
    """What whoever imported an archive should know of it; empty where all is well."""
    with zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source) as archive:
        known = any(name.rpartition("/")[2] == manifest.NAME for name in archive.namelist())
    return "" if known else manifest.WITHOUT


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise RunError(
            tr(
                "{path} cannot be read ({strerror}); give the zip file of an exported run",
                path=path,
                strerror=error.strerror,
            )
        ) from error


def _export(run: RunFolder, file: io.BytesIO) -> None:
    run.config()  # a damaged run would be refused at the other end: say it here
    try:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            digests: dict[str, str] = {}
            for path in sorted(run.path.rglob("*")):
                inside = path.relative_to(run.path).as_posix()
                if ENTRIES.fullmatch(inside) and path.is_file() and not path.is_symlink():
                    digests |= _export_entry(archive, path, run.name, inside)
            archive.writestr(f"{run.name}/{manifest.NAME}", manifest.written(digests))
    except OSError as error:
        raise RunError(
            tr(
                "{address} cannot be exported ({strerror}: {filename}); check its permissions",
                address=run.address,
                strerror=error.strerror,
                filename=error.filename,
            )
        ) from error


def _export_entry(archive: zipfile.ZipFile, path: Path, name: str, inside: str) -> dict[str, str]:
    """Write one entry; its digest by its place."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}  # an old checkpoint that the training has removed in between; a newer one is there
    archive.writestr(f"{name}/{inside}", data)
    return {inside: manifest.digest(data)}


def _checked(archive: zipfile.ZipFile) -> tuple[str, list[tuple[zipfile.ZipInfo, str]]]:
    """The folder all entries share (or ""), and the entries of the run with their places in it."""
    infos = [info for info in archive.infolist() if not _IGNORED.fullmatch(info.filename)]
    if len(infos) > _MOST_ENTRIES:
        raise RunError(
            tr(
                "the archive has {count} entries; a run has at most {most_entries}; export the run anew",
                count=len(infos),
                most_entries=_MOST_ENTRIES,
            )
        )
    files = [info for info in infos if not info.is_dir()]
    total = sum(info.file_size for info in files)
    if total > _LARGEST_ARCHIVE or any(info.file_size > _most(info.filename) for info in files):
        raise RunError(
            tr(
                "the archive unpacks to {total} bytes; at most {largest_archive} ({largest_entry} an entry) are taken",
                total=total,
                largest_archive=_LARGEST_ARCHIVE,
                largest_entry=_LARGEST_ENTRY,
            )
        )
    folders = {info.filename.partition("/")[0] for info in files if "/" in info.filename}
    shared = "" if any(info.filename == "config.json" for info in files) or len(folders) != 1 else folders.pop()
    entries = [(info, info.filename.removeprefix(f"{shared}/") if shared else info.filename) for info in files]
    for info, inside in entries:
        _check_entry(info, inside)
    places = [inside for _, inside in entries]
    if len(set(places)) != len(places):
        raise RunError(
            tr("the archive holds two entries of one name; which is meant cannot be known: export the run anew")
        )
    if "config.json" not in places:
        raise RunError(
            tr("the archive holds no config.json, so it is no run; give a file that was made by exporting a run")
        )
    return shared, entries


def _most(name: str) -> int:
    """Bytes that an entry may have, unpacked."""
    return _LARGEST_ENTRY if name.endswith(".safetensors") else _LARGEST_TEXT


def _check_entry(info: zipfile.ZipInfo, inside: str) -> None:
    """A name that is on the list cannot climb, be absolute, or be anything but a plain file of a run."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise RunError(
            tr(
                "the entry {filename!r} is a link or a device, not a file; the archive is refused",
                filename=info.filename[:100],
            )
        )
    if info.flag_bits & 0x1:
        raise RunError(
            tr("the entry {filename!r} is encrypted; export the run without a password", filename=info.filename[:100])
        )
    if inside != manifest.NAME and not ENTRIES.fullmatch(inside):
        raise RunError(
            tr(
                "the entry {filename!r} is not a file that a run has; the archive is refused: "
                "remove that file from it, or export the run again",
                filename=info.filename[:100],
            )
        )


def _import(archive: zipfile.ZipFile, entries: list[tuple[zipfile.ZipInfo, str]], wish: str) -> RunFolder:
    with atomic.disk_errors(tr("importing the run")):
        draft = store.new_draft()
        try:
            _fill(archive, entries, draft)
            while True:
                try:
                    return store.settle(draft, store.free_name(wish))
                except RunError:
                    if store.free_name(wish) == wish:  # not taken, so it was refused for another reason
                        raise
        except BaseException:
            if draft.exists():
                atomic.remove_folder(draft)
            raise


def _fill(archive: zipfile.ZipFile, entries: list[tuple[zipfile.ZipInfo, str]], draft: Path) -> None:
    """Unpack a run into a draft, and check what it is."""
    from core.runs.admission import admit  # not above: it builds models, and lists of runs shall not wait for torch

    left = _LARGEST_ARCHIVE
    for info, inside in entries:
        left -= _unpack(archive, info, draft / inside, left)
    _compare(draft, [inside for _, inside in entries])
    imported = RunFolder(draft, "imported", "the archive's run")
    admit(imported)
    _lay_to_rest(imported)


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, left: int) -> int:
    """Write one entry, counting what really comes; returns its bytes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with archive.open(info) as packed, target.open("xb") as file:
        while piece := packed.read(_PIECE):
            written += len(piece)
            if written > min(left, _most(info.filename)):
                raise RunError(
                    tr(
                        "the entry {filename!r} unpacks to more than it says; the archive is refused",
                        filename=info.filename[:100],
                    )
                )
            file.write(piece)
    return written


def _compare(draft: Path, places: list[str]) -> None:
    """Take the manifest out of what was unpacked, and hold the rest to it."""
    if manifest.NAME not in places:
        return
    path = draft / manifest.NAME
    if path.stat().st_size > manifest.LARGEST:
        raise RunError(tr("the archive's {name} is larger than any; the archive is refused", name=manifest.NAME))
    digests = manifest.read(path.read_bytes())
    path.unlink()
    manifest.check(digests, draft, [place for place in places if place != manifest.NAME])


def _lay_to_rest(run: RunFolder) -> None:
    """A training that ran or waited when it was exported does neither here."""
    was = status.read(run)
    if was.active or (was.state == "crashed" and was.host):
        status.write(run, "stopped", step=was.step, steps=was.steps, reason=tr("imported from an archive"))
