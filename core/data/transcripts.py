"""A person's own recordings: a folder of WAV files, and a table that says what is spoken in each.

The table is text, one recording a line: a name and what is said, apart by tabs, commas (with quotes, as spreadsheets
write them) or | without quotes, the form of LJSpeech's metadata.csv, whose third column is the text written out and is
then taken. A first line that names the columns may say which is which; else the first is the name, the second the text.
A name is a file under the folder, with or without .wav, in the folder itself or in its folder `wavs`.

What is wrong with a line is a reason to stop, not to skip it: a table that is off by one row teaches nonsense.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.data.named_file import lies_in
from core.data.parallel_text import clean, decode, read_bytes
from core.errors import DataError
from core.language import mark, tr

_NAMES = ("file", "path", "name", "id", "wav", "audio", "filename", "file_name", "utterance")
_TEXTS = ("normalized_text", "normalised_text", "text", "transcript", "transcription", "sentence", "words")
_SHOWN = 3
_LONGEST_NAME = 240  # bytes of a file's name; most systems take 255
_FORM = mark("each row needs the name of a WAV file and what is said in it")


@dataclass(frozen=True)
class Transcript:
    """One recording.

    Attributes:
        name: as the table calls it; path: of its WAV file; text: what is said, clean.
    """

    name: str
    path: Path
    text: str


def read_transcripts(folder: Path, table: Path) -> tuple[Transcript, ...]:
    """Every recording of a table, in its order.

    Args:
        folder: where the WAV files are; table: a file, or a name in the folder.

    Raises:
        DataError: the folder or the table is missing, a row has no name or no text, a name comes twice, leads out of the
            folder, or has no file; the message says which rows.
    """
    if not folder.is_dir():
        raise DataError(tr("there is no folder {folder}; give the folder of the WAV files", folder=folder))
    table = table if table.is_file() or not (folder / table).is_file() else folder / table
    text, _ = decode(read_bytes(table), table.name)
    rows = [(number, cells) for number, cells in _rows(text, table.name) if any(cell.strip() for cell in cells)]
    if not rows:
        raise DataError(tr("{name} has no rows; {form}", name=table.name, form=tr(_FORM)))
    name_at, text_at, headed = _columns(rows[0][1])
    rows = rows[1:] if headed else rows
    if not rows:
        raise DataError(
            tr("{name} has a line of column names and no rows below it; {form}", name=table.name, form=tr(_FORM))
        )
    _stop(tr("{name}: no text", name=table.name), [n for n, cells in rows if not _cell(cells, text_at)], tr(_FORM))
    _stop(tr("{name}: no name", name=table.name), [n for n, cells in rows if not _cell(cells, name_at)], tr(_FORM))
    named = [(number, _cell(cells, name_at), _cell(cells, text_at)) for number, cells in rows]
    first = {name: number for number, name, _ in reversed(named)}
    twice = [
        tr("{name} (lines {first} and {number})", name=name, first=first[name], number=number)
        for number, name, _ in named
        if first[name] != number
    ]
    _stop(
        tr("{name}: a name comes twice", name=table.name),
        twice,
        tr("each recording has one row; rename or delete one of them"),
    )
    found = [Transcript(name, _file(folder, name), said) for _, name, said in named]
    absent = [
        tr("{name} (line {first})", name=one.name, first=first[one.name]) for one in found if not one.path.is_file()
    ]
    where = tr("put them into {folder}, or take their rows out", folder=folder)
    _stop(
        tr(
            "{name}: {count} of {count2} recordings have no WAV file", name=table.name,
            count=len(absent), count2=len(found)),
        absent,
        where,
    )  # fmt: skip
    return tuple(found)


def _rows(text: str, name: str) -> list[tuple[int, list[str]]]:
    """Line numbers and cells; the sign between cells is the one that the first line with any text has."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    sign = next((one for one in ("\t", "|", ",", ";") if one in first), None)
    if sign is None:
        raise DataError(
            tr("{name} has one column only (no tab, comma or | in its first line); {form}", name=name, form=tr(_FORM))
        )
    quoted = csv.QUOTE_MINIMAL if sign in ",;" else csv.QUOTE_NONE
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, quoting=quoted)
    try:
        return [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        raise DataError(
            tr(
                "{name}, line {line_num}: {error}; save the table as CSV, UTF-8",
                name=name,
                line_num=reader.line_num,
                error=error,
            )
        ) from error


def _columns(first: Sequence[str]) -> tuple[int, int, bool]:
    """Where the name is, where the text is, and whether the first line is one of column names."""
    words = [cell.strip().casefold().replace(" ", "_") for cell in first]
    name_at = next((words.index(word) for word in _NAMES if word in words), None)
    text_at = next((words.index(word) for word in _TEXTS if word in words), None)
    if name_at is not None and text_at is not None:
        return name_at, text_at, True
    return 0, 2 if len(first) == 3 else 1, False


def _cell(cells: Sequence[str], at: int) -> str:
    return clean(cells[at]) if at < len(cells) else ""


def _file(folder: Path, name: str) -> Path:
    """The file of a name; where there is none, where it should be.

    Raises:
        DataError: the name leads out of the folder, whether a file is there or not, or is longer than any file's.
    """
    if len(name.encode()) > _LONGEST_NAME:
        raise DataError(
            tr(
                "{name}… is longer than a file's name can be; the table's first column names the recordings",
                name=name[:60],
            )
        )
    for home in (folder, folder / "wavs"):
        for path in (home / name, home / f"{name}.wav"):
            if not lies_in(path, folder):  # asked first: elsewhere nobody learns by a table what is on the disk
                raise DataError(
                    tr("{name} leads out of {folder}; put the recording into the folder", name=name, folder=folder)
                )
            if path.is_file():
                return path
    return folder / name


def _stop(what: str, rows: Sequence[object], advice: str) -> None:
    """Refuse, where there is any such row."""
    if rows:
        shown = ", ".join(map(str, rows[:_SHOWN])) + (
            tr(" and {count} more", count=len(rows) - _SHOWN) if len(rows) > _SHOWN else ""
        )
        if isinstance(rows[0], int):
            shown = tr("line {numbers}" if len(rows) == 1 else "lines {numbers}", numbers=shown)
        raise DataError(f"{what} ({shown}); {advice}")
