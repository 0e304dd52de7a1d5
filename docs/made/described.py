"""Docstrings as the house writes them (Markdown, with Google's sections and doctests) to what MyST reads."""

import re
from collections.abc import Iterator
from itertools import groupby

_SECTION = re.compile(r"^(Args|Attributes|Raises|Returns|Yields):$")
_ENTRY = re.compile(r"^ {4}(\w[\w., *]*): (.*)$")


def described(docstring: str) -> str:
    """A docstring, cleaned of its indentation, as MyST.

    What stands between ` and ` stays as it is; elsewhere `<` and `*` are letters, as whoever wrote them meant.
    """
    return "\n".join(_blocks(docstring.splitlines()))


def _blocks(lines: list[str]) -> Iterator[str]:
    at = 0
    while at < len(lines):
        if lines[at].lstrip().startswith(">>>"):
            end = next((n for n in range(at, len(lines)) if not lines[n].strip()), len(lines))
            margin = len(lines[at]) - len(lines[at].lstrip())
            yield from ("", "```pycon", *(line[margin:] for line in lines[at:end]), "```", "")
        elif section := _SECTION.match(lines[at]):
            end = next((n for n in range(at + 1, len(lines)) if lines[n][:4].strip()), len(lines))
            yield from ("", f"**{section[1]}**", "", *_entries(lines[at + 1 : end]), "")
        else:
            end = at + 1
            yield _plain(lines[at])
        at = end


def _entries(lines: list[str]) -> Iterator[str]:
    """A list with a point for each name that is described; a section without names is a paragraph."""
    for line in lines:
        entry = _ENTRY.match(line)
        yield f"- `{entry[1]}`: {_plain(entry[2])}" if entry else f"  {_plain(line.strip())}" if line.strip() else ""


def _plain(line: str) -> str:
    """Letters that Markdown would read as orders, outside of code."""
    pieces = groupby(re.split(r"(`[^`]*`)", line), key=lambda piece: piece.startswith("`"))
    line = "".join(
        piece if is_code else re.sub(r"([<*\[])", r"\\\1", piece) for is_code, some in pieces for piece in some
    )
    return re.sub(r"^(\s*)([#+])", r"\1\\\2", line)
