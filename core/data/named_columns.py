"""Pairs from a table whose first line names its columns, or from JSON objects: which two are the pair, a person chooses."""

from pathlib import Path

from core.data.parallel_text import ParallelText, decode, paired, read_bytes, split_lines
from core.data.rows import read_rows, texts_of
from core.errors import DataError
from core.language import tr

_SHOWN = 12


def read_named(path: Path, source: str, target: str) -> ParallelText:
    """The pairs of two columns. Cells may be quoted, as spreadsheets write them, with commas or semicolons; or apart by tabs.

    Args:
        source, target: names of columns; capitals do not matter.

    Raises:
        DataError: the file cannot be read, or has no such column; the message says which it has.
    """
    text, notes = decode(read_bytes(path), path.name)
    names = {"source": source.strip().lower(), "target": target.strip().lower()}
    _refuse_unknown(text, path.name, names)
    rows = read_rows(text, path.name, {role: [name] for role, name in names.items()})
    lines = (
        (number, left[0], right[0])
        for number, cells in rows.cells
        for left, right in [[texts_of(cell) or [""] for cell in cells]]
    )
    return paired(lines, path.name, notes + rows.notes, rows.unit)


def _refuse_unknown(text: str, name: str, names: dict[str, str]) -> None:
    if text.lstrip()[:1] in ("{", "["):
        return  # objects without such a key are counted and told
    first = next(iter(split_lines(text)), "")
    sign = "\t" if "\t" in first else ";" if first.count(";") > first.count(",") else ","
    found = [cell.strip().strip('"') for cell in first.split(sign)]
    for role, wanted in names.items():
        if wanted not in [cell.lower() for cell in found]:
            raise DataError(
                tr(
                    "{name} has no column {wanted!r} for the {role}: its first line names {listed}",
                    name=name,
                    wanted=wanted,
                    role=role,
                    listed=", ".join(cell[:30] or tr("(nothing)") for cell in found[:_SHOWN]),
                )
            )
