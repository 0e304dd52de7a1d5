"""What stands in a block of a lesson, taken by name and checked: each message says file and line, and what to do."""

from collections.abc import Mapping

from core.errors import DataError
from core.language import tr
from core.lessons.header import Entry
from core.settings import did_you_mean

MOST_WORDS, MOST_MINUTES = 4_000, 600


def only(block: Mapping[str, Entry], names: tuple[str, ...], name: str) -> None:
    """Refuse what has no meaning in this block.

    Raises:
        DataError: a name that is not known here.
    """
    for key, one in block.items():
        if key not in names:
            raise DataError(
                tr("{name}, line {line}: “{key}” is not known{near}; known here: {names}", name=name, line=one.line, key=key,
                   near=did_you_mean(key, names), names=", ".join(names))
            )  # fmt: skip


def text(block: Mapping[str, Entry], key: str, name: str, line: int = 1) -> str:
    """A text that must be there.

    Args:
        line: of the file, where it is missing.

    Raises:
        DataError: there is none.
    """
    one = block.get(key)
    said = "" if one is None or isinstance(one.value, list | dict) else str(one.value).strip()
    if not said or len(said) > MOST_WORDS:
        raise DataError(
            tr(
                "{name}, line {line}: expected “{key}:” and a text",
                name=name,
                line=line if one is None else one.line,
                key=key,
            )
        )
    return said


def whole(block: Mapping[str, Entry], key: str, name: str) -> int:
    """A whole number that must be there.

    Raises:
        DataError: there is none, or it is out of range.
    """
    one = block.get(key)
    if (
        one is None
        or isinstance(one.value, bool)
        or not isinstance(one.value, int)
        or not 1 <= one.value <= MOST_MINUTES
    ):
        raise DataError(
            tr("{name}, line {line}: expected “{key}:” and a whole number from 1 to {most}", name=name,
               line=1 if one is None else one.line, key=key, most=MOST_MINUTES)
        )  # fmt: skip
    return one.value


def listed(block: Mapping[str, Entry], key: str, name: str) -> tuple[str, ...]:
    """A list of words, or nothing.

    Raises:
        DataError: it is something else.
    """
    one = block.get(key)
    if one is None:
        return ()
    if not isinstance(one.value, list):
        raise DataError(
            tr("{name}, line {line}: “{key}:” is a list, as [one, another]", name=name, line=one.line, key=key)
        )
    return tuple(str(part).strip() for part in one.value)
