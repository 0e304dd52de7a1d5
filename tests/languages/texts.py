"""Texts for people, as they stand in the code: found in its syntax, so that nothing is forgotten and nothing runs.

A text is the first argument of `tr` and `mark`, and each of the two of `tr_count`; the line of help of a setting; what the entries of tables say of themselves
(`summary = "…"`), for which tables are read and not marked one by one; the strings of drawings (`WORDS`); what is said while
something kept is computed; and the heads of tables, which are the names of their columns.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CALLS = ("tr", "mark")
COUNTED = "tr_count"
NAMED = ("setting", "_described")  # what such a field is called is shown, too: of forms, and of tables of scores
SAID_OF_ITSELF = ("summary", "statement", "effect_is", "baseline_is", "rule", "expected")  # of an entry of a table
DRAWN = ROOT / "core" / "figures" / "drawn"  # its files *words.py hold the strings of drawings, under names
TABLE = "data_table"  # files that draw one name its columns
PARTS = ("core", "dashboard")


def room_of(path: Path) -> str:
    """The catalogue of a file: a room of core, or a part of the dashboard."""
    parts = path.relative_to(ROOT).parts
    return "-".join(parts[:2] if len(parts) > 2 else (parts[0], "top"))


def sources() -> Iterator[Path]:
    """Every file with texts."""
    for part in PARTS:
        yield from sorted((ROOT / part).rglob("*.py"))


def texts_of(path: Path) -> list[tuple[str, int]]:
    """Each text of a file and its line, in order."""
    code = path.read_text(encoding="utf-8")
    drawn = path.parent == DRAWN and path.stem.endswith("words")
    return list(texts(code, words=drawn, heads=path.is_relative_to(ROOT / "dashboard") and TABLE in code))


def texts(code: str, *, words: bool = False, heads: bool = False) -> Iterator[tuple[str, int]]:
    """Each text of a file and its line, in order; the same one may come again.

    Args:
        code: of the file.
        words: whether all its tables hold strings of drawings.
        heads: whether names of columns are looked for.

    >>> list(texts('tr("one {n}", n=1)\\nclass A:\\n    summary = "two"\\n    width: int = setting(1, help="three")'))
    [('one {n}', 1), ('two', 3), ('width', 4), ('three', 4)]
    >>> list(texts('WORDS = {"idle": "Point at a cell."}\\ndef rows(): return {"mean length": 3}', heads=True))
    [('Point at a cell.', 1), ('mean length', 2)]
    """
    tree = ast.parse(code)
    found = [(text, node.lineno) for node in ast.walk(tree) for text in _of(node, words)]
    if heads:
        found += [(text, node.lineno) for node in ast.walk(tree) for text in _heads(node)]
    yield from sorted(found, key=lambda one: one[1])


def _of(node: ast.AST, words: bool) -> Iterator[str]:
    if isinstance(node, ast.Call):
        yield from _of_call(node)
    elif isinstance(node, ast.Assign):
        names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        yield from _of_assignment(names, node.value, words)
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        if isinstance(node.value, ast.Call) and getattr(node.value.func, "id", "") in NAMED:
            yield node.target.id.replace("_", " ")  # as a form names it
        yield from _of_assignment([getattr(node.target, "id", "")], node.value, words)


def _of_call(node: ast.Call) -> Iterator[str]:
    name = node.func.id if isinstance(node.func, ast.Name) else None
    for argument in node.args[1:3] if name == COUNTED else node.args[:1] if name in CALLS else ():
        yield from _words(argument)
    for keyword in node.keywords:
        helps = keyword.arg == "help" and name in ("setting", "replace", "dict")
        if helps or keyword.arg in SAID_OF_ITSELF or keyword.arg == "show_spinner":
            yield from _words(keyword.value)


def _of_assignment(names: list[str], value: ast.expr, words: bool) -> Iterator[str]:
    if any(name in SAID_OF_ITSELF for name in names):
        yield from _words(value)
    elif isinstance(value, ast.Dict) and (words or any(name.endswith("WORDS") for name in names)):
        for said in value.values:
            yield from _words(said)


def _heads(node: ast.AST) -> Iterator[str]:
    """Names of columns: keys of what stands within functions."""
    if isinstance(node, ast.FunctionDef):
        for inner in ast.walk(node):
            if isinstance(inner, ast.Dict):
                for key in inner.keys:
                    if key is not None and not _is_code(key):
                        yield from _words(key)


def _is_code(key: ast.expr) -> bool:
    return isinstance(key, ast.Constant) and isinstance(key.value, str) and ("_" in key.value or ":" in key.value)


def _words(value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
        yield value.value
