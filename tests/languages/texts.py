"""Texts for people, as they stand in the code: found in its syntax, so that nothing is forgotten and nothing runs.

A text is the first argument of `tr` and `mark`; the line of help of a setting; and what the entries of tables say of themselves
(`summary = "…"`), for which tables are read and not marked one by one.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CALLS = ("tr", "mark")
SAID_OF_ITSELF = ("summary", "statement", "effect_is", "baseline_is", "rule", "expected")  # of an entry of a table
PARTS = ("core", "dashboard")


def room_of(path: Path) -> str:
    """The catalogue of a file: a room of core, or a part of the dashboard."""
    parts = path.relative_to(ROOT).parts
    return "-".join(parts[:2] if len(parts) > 2 else (parts[0], "top"))


def sources() -> Iterator[Path]:
    """Every file with texts."""
    for part in PARTS:
        yield from sorted((ROOT / part).rglob("*.py"))


def texts(code: str) -> Iterator[tuple[str, int]]:
    """Each text of a file and its line, in order; the same one may come again.

    >>> list(texts('tr("one {n}", n=1)\\nclass A:\\n    summary = "two"\\n    width: int = setting(1, help="three")'))
    [('one {n}', 1), ('two', 3), ('three', 4)]
    """
    found = [(text, node.lineno) for node in ast.walk(ast.parse(code)) for text in _of(node)]
    yield from sorted(found, key=lambda one: one[1])


def _of(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else None
        if name in CALLS and node.args:
            yield from _words(node.args[0])
        for keyword in node.keywords:
            if (keyword.arg == "help" and name in ("setting", "replace", "dict")) or keyword.arg in SAID_OF_ITSELF:
                yield from _words(keyword.value)
    elif isinstance(node, ast.Assign):
        if any(isinstance(target, ast.Name) and target.id in SAID_OF_ITSELF for target in node.targets):
            yield from _words(node.value)
    elif (
        isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") in SAID_OF_ITSELF and node.value is not None
    ):
        yield from _words(node.value)


def _words(value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
        yield value.value
