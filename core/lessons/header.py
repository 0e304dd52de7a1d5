"""The small YAML of a lesson: a header, and a block for each step. Composed, never constructed: a tag in it makes nothing.

Only what a lesson needs is taken: names with a text, a number, true or false, a list of those, or one level of names below. What
is written without quotes is a number if it looks like one; `yes`, `no` and `on` are words, as everybody expects of them.
"""

import re
from dataclasses import dataclass
from typing import Any

import yaml

from core.errors import DataError
from core.language import tr
from core.lessons.links import check_no_link

_WHOLE = re.compile(r"[-+]?\d{1,15}")
_DECIMAL = re.compile(r"[-+]?(\d{1,15}\.\d{0,15}|\.\d{1,15}|\d{1,15}(\.\d{0,15})?[eE][-+]?\d{1,2})")
_SWITCHES = {"true": True, "false": False}


@dataclass(frozen=True)
class Entry:
    """A value of a block; its line in the file, counted from 1. A block within it is a dictionary of entries."""

    value: Any
    line: int


def read_block(text: str, above: int, name: str) -> dict[str, Entry]:
    """The entries of a block.

    Args:
        above: lines of the file before it; name: of the file, for messages.

    Raises:
        DataError: it is no YAML, or more than names with values; a value becomes a link where it is shown.

    >>> read_block("page: masks\\nsettings: {window: 2, causal: true}", 4, "x.md")["settings"].value
    {'window': Entry(value=2, line=6), 'causal': Entry(value=True, line=6)}
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = above + 1 + (min(mark.line, text.count("\n")) if mark else 0)
        problem = getattr(error, "problem", None) or tr("it cannot be read")
        raise DataError(
            tr("{name}, line {line}: not YAML ({problem}); repair it, or put the text in quotes", name=name, line=line,
               problem=problem)
        ) from error  # fmt: skip
    if root is None:
        return {}
    return _names(root, above, name, set())


def _names(node: Any, above: int, name: str, seen: set[int], deep: int = 0) -> dict[str, Entry]:
    line = above + node.start_mark.line + 1
    if not isinstance(node, yaml.MappingNode):
        raise DataError(tr("{name}, line {line}: expected names with values, as “page: masks”", name=name, line=line))
    found: dict[str, Entry] = {}
    for key, value in node.value:
        at = above + key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode) or not key.value or len(key.value) > 80:
            raise DataError(tr("{name}, line {line}: a name is expected before the colon", name=name, line=at))
        if key.value in found:
            raise DataError(
                tr("{name}, line {line}: “{key}” is there twice; keep one", name=name, line=at, key=key.value)
            )
        if id(value) in seen:
            raise DataError(tr("{name}, line {line}: aliases (*) are not read here; write it out", name=name, line=at))
        seen.add(id(value))
        found[key.value] = Entry(_value(value, above, name, seen, deep), at)
    return found


def _value(node: Any, above: int, name: str, seen: set[int], deep: int) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, above, name)
    if isinstance(node, yaml.SequenceNode) and all(isinstance(one, yaml.ScalarNode) for one in node.value):
        return [_scalar(one, above, name) for one in node.value]
    if isinstance(node, yaml.MappingNode) and deep == 0:
        return _names(node, above, name, seen, deep + 1)
    line = above + node.start_mark.line + 1
    raise DataError(tr("{name}, line {line}: this is nested too deeply for a lesson", name=name, line=line))


def _scalar(node: yaml.ScalarNode, above: int, name: str) -> str | int | float | bool:
    text = str(node.value)
    check_no_link(
        text, name, above + node.start_mark.line + 1
    )  # again: quotes can hide one behind \u005b and line ends
    if node.style is not None:  # in quotes, or a block of text
        return text.strip() if node.style in "|>" else text
    if text in _SWITCHES:
        return _SWITCHES[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text
