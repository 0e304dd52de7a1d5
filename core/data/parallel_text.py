"""Pairs of texts from files that people bring: two columns with a tab between, or two files line by line.

What can be read in one sensible way is read, with a note of what was done; what cannot is refused with the file, the
line, and what to do. Files are text: nothing is unpickled, unpacked or run.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core.data.skipped import counted, places, skipped_note
from core.errors import DataError
from core.language import mark, tr

FILE_LIMIT = 64 * 2**20  # bytes; a file is held in memory several times over while it is read
LINE_LIMIT = 20_000  # characters; longer lines are skipped: no small model attends over them
_TORN_SHARE = 0.05  # above this share of lines without a tab the file is something else than it was taken for


@dataclass(frozen=True)
class ParallelText:
    """Pairs of texts, and what was noticed while reading them.

    Attributes:
        pairs: source and target, clean, none empty, none twice, in the order of the file.
        notes: sentences for the person who brought the file: what was skipped or guessed.
    """

    pairs: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()


def read_table(path: Path) -> ParallelText:
    """Pairs of a file with the source, a tab, the target; further columns (attributions, say) are ignored.

    Raises:
        DataError: the file is missing, too large, not text, or not a table of at least two columns.
    """
    text, notes = decode(read_bytes(path), path.name)
    lines = [(number, line.split("\t")) for number, line in enumerate(split_lines(text), 1) if line.strip()]
    if not lines:
        raise DataError(tr("{name} has no rows; expected lines with a source, a tab and a target", name=path.name))
    torn = [number for number, cells in lines if len(cells) < 2]
    if len(torn) > _TORN_SHARE * len(lines):
        raise DataError(_torn(path.name, torn, lines))
    if torn:
        notes += (skipped_note(path.name, torn, "line", tr("without a tab")),)
    return paired(((number, cells[0], cells[1]) for number, cells in lines if len(cells) > 1), path.name, notes)


def read_two_files(source_path: Path, target_path: Path) -> ParallelText:
    """Pairs of two files whose lines belong together, the first to the first and so on.

    Raises:
        DataError: a file is missing, too large or not text, or they have different numbers of lines.
    """
    source_text, source_notes = decode(read_bytes(source_path), source_path.name)
    target_text, target_notes = decode(read_bytes(target_path), target_path.name)
    sources, targets = split_lines(source_text), split_lines(target_text)
    if len(sources) != len(targets):
        raise DataError(
            tr(
                "{name} has {counted} and {name2} {counted2}; "
                "line n of one must translate line n of the other: export both again together, or use one file with tabs",
                name=source_path.name,
                counted=counted(len(sources), "line"),
                name2=target_path.name,
                counted2=counted(len(targets), "line"),
            )
        )
    lines = ((number, source, target) for number, (source, target) in enumerate(zip(sources, targets), 1))
    return paired(
        lines,
        tr("{source} and {target}", source=source_path.name, target=target_path.name),
        source_notes + target_notes,
    )


def read_bytes(path: Path, expected: str = "one pair a line: source, tab, target") -> bytes:
    """The bytes of a regular file that is not too large.

    Args:
        expected: what should be in it, for the message about an empty one.
    """
    try:
        if not path.exists():
            raise DataError(
                tr("there is no file {path}; check the path (it is taken from {cwd})", path=path, cwd=Path.cwd())
            )
        if not path.is_file():
            raise DataError(tr("{path} is not a file; give the path of a text file", path=path))
        size = path.stat().st_size
        if size > FILE_LIMIT:
            raise DataError(
                tr(
                    "{name} has {size:,.0f} MB; at most {file_limit:.0f} MB are read: "
                    "keep a part of its lines, 100,000 are plenty here",
                    name=path.name,
                    size=size / 2**20,
                    file_limit=FILE_LIMIT / 2**20,
                )
            )
        data = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise DataError(
            tr("{path!r} cannot be read: {getattr}", path=str(path), getattr=getattr(error, "strerror", None) or error)
        ) from error
    if not data.strip():
        raise DataError(tr("{name} is empty; expected {expected}", name=path.name, expected=expected))
    return data


def decode(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """Bytes as text, and a note where the encoding was guessed: by its mark (UTF-8, UTF-16), else UTF-8, else GB18030.

    Raises:
        DataError: no encoding fits, or the bytes are no text at all.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text, notes = _decode_utf16(data, name), (tr("{name} was read as UTF-16, as its first bytes say", name=name),)
    elif b"\x00" in data:
        line = data[: data.index(b"\x00")].count(b"\n") + 1
        raise DataError(
            tr(
                "{name}, line {line}: a zero byte, so this is not plain text; save the table as text, UTF-8, with tabs",
                name=name,
                line=line,
            )
        )
    else:
        text, notes = _decode_bytes(data, name)
    if "\x00" in text:
        raise DataError(
            tr("{name} holds zero characters, so this is not plain text; save it as text, UTF-8, with tabs", name=name)
        )
    return text, notes


def split_lines(text: str) -> list[str]:
    """Lines as every editor counts them: LF, CRLF or CR end a line; blank lines at the end are dropped.

    str.splitlines also cuts at form feeds and U+2028, which stand inside real sentences and would shift all that follow.

    >>> split_lines("a\\r\\nb\\u2028c\\n\\n")
    ['a', 'b\\u2028c']
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    return lines


def clean(text: str) -> str:
    """Composed (NFC), invisible marks and controls dropped, every run of spaces one plain space, ends stripped.

    >>> clean(" cafe\\u0301\\u200b\\u3000au  lait ")
    'café au lait'
    """
    kept = "".join(
        sign
        for sign in unicodedata.normalize("NFC", text)
        if sign.isspace() or unicodedata.category(sign) not in ("Cf", "Cc")
    )
    return re.sub(r"\s+", " ", kept).strip().replace("▁", "_")  # ▁ is how pieces of words show a space


def _decode_utf16(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-16")
    except UnicodeDecodeError as error:
        raise DataError(
            tr(
                "{name} begins as UTF-16 but breaks at byte {start}; save it again as UTF-8",
                name=name,
                start=error.start,
            )
        ) from error


def _decode_bytes(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError as error:
        text = _decode_chinese(data)
        if text is not None:
            return text, (
                tr("{name} is not UTF-8; it was read as GB18030. If it looks wrong, save it as UTF-8", name=name),
            )
        line = data[: error.start].count(b"\n") + 1
        raise DataError(
            tr(
                "{name}, line {line}: byte 0x{data:02x} is not UTF-8; open the file in an editor and save it with "
                "the encoding UTF-8 (it may be Latin-1, Windows-1252 or Big5 now)",
                name=name,
                line=line,
                data=data[error.start],
            )
        ) from error


def _decode_chinese(data: bytes) -> str | None:
    """The text if the bytes are GB18030 and look it: nearly any bytes decode, but into characters that nobody writes."""
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return None
    foreign = [sign for sign in text[:100_000] if ord(sign) > 127]
    common = sum(len(sign.encode("gb2312", "ignore")) == 2 for sign in foreign)
    return text if common >= 0.9 * len(foreign) else None


def paired(
    lines: Iterable[tuple[int, str, str]], name: str, notes: tuple[str, ...] = (), unit: str = "line"
) -> ParallelText:
    """Clean pairs without repetitions; those that are too long or have an empty side are counted in the notes.

    Args:
        lines: where each pair stands, its source, its target; unit: what its place counts.

    Raises:
        DataError: nothing is left.
    """
    pairs: dict[tuple[str, str], None] = {}
    skipped: dict[str, list[int]] = {mark("too long"): [], mark("with an empty side"): [], mark("said before"): []}
    for number, source, target in lines:
        if max(len(source), len(target)) > LINE_LIMIT:
            skipped["too long"].append(number)
            continue
        pair = clean(source), clean(target)
        if not all(pair):
            skipped["with an empty side"].append(number)
        elif pair in pairs:
            skipped["said before"].append(number)
        else:
            pairs[pair] = None
    for reason, numbers in skipped.items():
        if numbers:
            words = (
                tr("too long ({line_limit:,} characters at most)", line_limit=LINE_LIMIT)
                if reason == "too long"
                else tr(reason)
            )
            notes += (skipped_note(name, numbers, unit, words),)
    if not pairs:
        raise DataError(
            tr(
                "{name} has no pair left to learn from; {why}",
                name=name,
                why="; ".join(notes) or tr("it has only blank lines"),
            )
        )
    return ParallelText(tuple(pairs), notes)


def _torn(name: str, torn: list[int], lines: list[tuple[int, list[str]]]) -> str:
    if len(torn) < len(lines):
        return tr(
            "{name}: {count:,} of {counted} have no tab ({places}); "
            "each row needs a source, a tab and a target: repair these rows",
            name=name,
            count=len(torn),
            counted=counted(len(lines), "row"),
            places=places(torn),
        )
    first = lines[0][1][0]
    rival = next((sign for sign in (";", ",", "|") if sign in first), None)
    advice = (
        tr("its cells seem to be separated by {rival!r}: export it with tabs", rival=rival)
        if rival
        else tr("if the targets are in a second file of as many lines, give that file as target_path")
    )
    return tr(
        "{name} has only one column (no tab in any line); expected a source, a tab and a target: {advice}",
        name=name,
        advice=advice,
    )
