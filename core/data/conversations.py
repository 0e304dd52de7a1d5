"""Conversations: YAML or JSON lists of turns, a text with a turn on each line, or a table of what is said and answered.

Every turn but the last is a source, the one behind it its target: what was said before is not read. YAML is only composed,
never constructed: a tag in it makes nothing.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from core.data.folders import read_texts
from core.data.parallel_text import ParallelText, paired, split_lines
from core.data.rows import is_json_lines, json_lines, load_json, read_rows
from core.data.skipped import counted, places
from core.errors import DataError
from core.language import tr

ROLES = {
    "said": ("said", "prompt", "input", "question", "source", "utterance"),
    "answer": ("answer", "answers", "response", "reply", "output", "target"),
}
_TURNS = ("conversations", "conversation", "turns", "messages", "dialog", "dialogue")  # names of lists
_SAID = ("text", "content", "value", "utterance")  # names of a turn's text
_YAML = re.compile(r"^(conversations\s*:|- - |-\s*\n\s+- )", re.MULTILINE)
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Turns = list[tuple[int, str]]  # where each stands, and what is said


def read_conversations(path: Path) -> ParallelText:
    """Every turn with the answer to it.

    Raises:
        DataError: the file cannot be used.
    """
    return read_texts(path, _read)


def _read(text: str, name: str) -> ParallelText:
    """
    >>> _read("Hello\\nHi\\nHow are you?\\n\\nBye\\nSo long\\n", "x.txt").pairs
    (('Hello', 'Hi'), ('Hi', 'How are you?'), ('Bye', 'So long'))
    """
    first = next((line for line in split_lines(text) if line.strip()), "")
    if text.lstrip()[:1] in ("[", "{"):
        return _answered(_json(text, name), name, "line" if is_json_lines(text) else "conversation")
    if _YAML.search(text):
        return _answered(_yaml(text, name), name)
    if "\t" in first or {cell.strip(' "').lower() for cell in first.split(",")} >= {"question", "answer"}:
        rows = read_rows(text, name, ROLES)
        return paired(((number, str(said), str(answer)) for number, (said, answer) in rows.cells), name, rows.notes)
    return _answered(_plain(text), name)


def _answered(conversations: Iterator[tuple[int, _Turns]], name: str, unit: str = "line") -> ParallelText:
    """Pairs of turns that follow each other; a conversation of which nothing is answered is counted."""
    lines, alone = list[tuple[int, str, str]](), list[int]()
    for number, turns in conversations:
        if len(turns) < 2:
            alone.append(number)
        lines += [(at, said, answer) for (at, said), (_, answer) in pairwise(turns)]
    notes = (
        tr(
            "{name}: {counted} without an answer, skipped ({places})",
            name=name,
            counted=counted(len(alone), "conversation"),
            places=places(alone, unit),
        ),
    )
    return paired(lines, name, notes if alone else (), unit)


def _yaml(text: str, name: str) -> Iterator[tuple[int, _Turns]]:
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        last = len(split_lines(text))  # what is never closed is missed behind it
        where = tr("{name}, line {line}", name=name, line=min(mark.line + 1, last)) if mark else name
        raise DataError(
            tr(
                "{where}: not YAML ({getattr}); repair it",
                where=where,
                getattr=getattr(error, "problem", None) or tr("it cannot be read"),
            )
        ) from error
    if isinstance(root, yaml.MappingNode):
        root = next((value for key, value in root.value if key.value == "conversations"), None)
    if not isinstance(root, yaml.SequenceNode):
        raise DataError(
            tr("{name} has no list of conversations; expected conversations: and a list of turns for each", name=name)
        )
    for node in {id(one): one for one in root.value}.values():  # what an alias repeats is one conversation
        turns = node.value if isinstance(node, yaml.SequenceNode) else []
        whole = all(isinstance(one, yaml.ScalarNode) for one in turns)
        said = [(one.start_mark.line + 1, one.value) for one in turns] if whole else []
        yield node.start_mark.line + 1, said


def _json(text: str, name: str) -> Iterator[tuple[int, _Turns]]:
    if is_json_lines(text):
        values, broken = json_lines(text)
        yield from ((number, []) for number in broken)
    else:
        found = _turns(load_json(text, name))
        alone = all(_said(one) is not None for one in found)  # the turns of one conversation
        values = list(enumerate([found] if alone else found, 1))
    for number, value in values:
        said = [_said(turn) for turn in _turns(value)]
        yield number, [(number, one) for one in said if one is not None] if None not in said else []


def _turns(value: Any) -> Sequence[Any]:
    """The list of a conversation, or of conversations."""
    if isinstance(value, dict):
        value = next((value[name] for name in _TURNS if name in value), None)
    return value if isinstance(value, list) else []


def _said(turn: Any) -> str | None:
    if isinstance(turn, dict):
        turn = next((turn[name] for name in _SAID if name in turn), None)
    return turn if isinstance(turn, str) else None


def _plain(text: str) -> Iterator[tuple[int, _Turns]]:
    turns: _Turns = []
    for number, line in enumerate([*split_lines(text), ""], 1):
        if line.strip():
            turns.append((number, line))
        elif turns:
            yield turns[0][0], turns
            turns = []
