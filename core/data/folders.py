"""Many files for one: a folder is read file after file, and a file that cannot be used costs only itself."""

from collections.abc import Callable
from pathlib import Path

from core.data.parallel_text import FILE_LIMIT, ParallelText, decode, read_bytes
from core.errors import DataError
from core.language import tr

Reader = Callable[[str, str], ParallelText]  # from a text and its file's name
SUFFIXES = frozenset({".json", ".jsonl", ".yml", ".yaml", ".tsv", ".csv", ".txt"})
_MOST = 1000  # files of a folder


def read_texts(path: Path, read: Reader) -> ParallelText:
    """The pairs of a file, or of all files of a folder that are of a known kind, in the order of their names.

    Raises:
        DataError: nothing there, nothing that could be used, or too much.
    """
    if not path.is_dir():
        text, notes = decode(read_bytes(path), path.name)
        found = read(text, path.name)
        return ParallelText(found.pairs, notes + found.notes)
    files = sorted(one for one in path.iterdir() if one.suffix.lower() in SUFFIXES and one.is_file())
    if not files:
        raise DataError(
            tr("{path} has no file of a kind that is read ({sorted})", path=path, sorted=", ".join(sorted(SUFFIXES)))
        )
    if len(files) > _MOST or sum(one.stat().st_size for one in files) > FILE_LIMIT:
        raise DataError(
            tr(
                "{path} has {count:,} files; at most {most:,} of {file_limit} MB together are read: keep a part of them",
                path=path,
                count=len(files),
                most=_MOST,
                file_limit=FILE_LIMIT // 2**20,
            )
        )
    pairs, notes = dict[tuple[str, str], None](), list[str]()
    for one in files:
        try:
            found = read_texts(one, read)
        except DataError as error:
            notes.append(tr("left out: {error}", error=error))
            continue
        pairs.update(dict.fromkeys(found.pairs))
        notes += found.notes
    if not pairs:
        raise DataError(tr("no file of {path} can be used; {notes}", path=path, notes=notes[0]))
    return ParallelText(tuple(pairs), tuple(notes))
