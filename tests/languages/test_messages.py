"""What is raised on purpose is said in the language of whoever made the mistake: no message is put together past `tr`."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from core import errors
from tests.languages.texts import ROOT, sources

SAID = {"tr": 1, "tr_count": 3, "mark": 1}  # and how many of its arguments come before the values that are filled in
OURS = frozenset(
    name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, errors.AttentionLabError)
)
PROGRAMS = {"MissingExtra": 2}  # its package and its extra come before its purpose
# two words side by side, or one beside a value; names of settings (width=4, model.width) are the same in every language
PROSE = re.compile(r"(?<![\w.])[A-Za-z]{2,}(?= )|(?<= )[A-Za-z]{2,}(?![\w.=])")
TAG = re.compile(r"<[^>]*>?")
Strings = Mapping[str, list[ast.expr]]


def test_every_error_is_raised_in_the_language_of_whoever_made_it() -> None:
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sources()}
    ours = of_the_house(trees)
    assert len(ours) > len(OURS), "no subclass was found"
    found = [
        f"{path.relative_to(ROOT)}:{line} {text!r}" for path, tree in trees.items() for line, text in untold(tree, ours)
    ]
    assert found == [], "say it by tr, with {names} where values go"


def of_the_house(trees: Mapping[Path, ast.Module]) -> frozenset[str]:
    """The exceptions of core.errors and all that are made of them."""
    made = {
        node.name: {ast.unparse(one).rpartition(".")[2] for one in node.bases}
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    ours = OURS
    while more := {name for name, bases in made.items() if bases & ours} - ours:
        ours |= more
    return ours


def untold(tree: ast.Module, ours: frozenset[str] = OURS) -> list[tuple[int, str]]:
    """Words of messages that stay English, with their lines: of errors, of what `tr` fills in, and of what `tr` is given.

    >>> untold(ast.parse('raise DataError(f"no file {name}")'))
    [(1, 'no file ')]
    >>> untold(ast.parse('raise DataError(tr("no file {name}", name=name))'))
    []
    """
    marked = {name: values for name, values in assigned(tree.body).items() if any(map(is_marked, values))}
    found: dict[tuple[int, str], None] = {}
    for scope, within in scopes(tree):
        names = {**marked, **within}
        for node in scope:
            for part in parts(node, ours) if isinstance(node, ast.Call) else ():
                found |= dict.fromkeys((node.lineno, text) for text in words(part, names))
    return sorted(found)


def scopes(tree: ast.Module) -> Iterator[tuple[list[ast.AST], Strings]]:
    """The nodes of each function with the strings of its names; those outside of functions, with none."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    inside = [list(ast.walk(function)) for function in functions]
    known = {id(node) for nodes in inside for node in nodes}
    yield [node for node in ast.walk(tree) if id(node) not in known], {}
    for nodes in inside:
        yield nodes, assigned(nodes)


def assigned(nodes: Iterator[ast.AST] | list[ast.AST] | list[ast.stmt]) -> dict[str, list[ast.expr]]:
    """What each name is set to."""
    values: dict[str, list[ast.expr]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                pairs = [(target, node.value)]
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = list(zip(target.elts, node.value.elts))
                for name, value in pairs:
                    if isinstance(name, ast.Name):
                        values.setdefault(name.id, []).append(value)
    return values


def is_marked(value: ast.AST) -> bool:
    return isinstance(value, ast.Call) and getattr(value.func, "id", "") == "mark"


def is_joined(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "join"


def parts(call: ast.Call, ours: frozenset[str]) -> list[ast.expr]:
    """What of a call a person reads as it stands: the arguments of an error, the values of a text, a text that is no constant."""
    name = ast.unparse(call.func).rpartition(".")[2]
    values = [each.value for each in call.keywords]
    if name in ours:
        return [*call.args[PROGRAMS.get(name, 0) :], *values]
    if name in SAID:
        return [*values, *(one for one in call.args[: SAID[name]] if isinstance(one, ast.JoinedStr))]
    return []


def words(value: ast.AST, names: Strings) -> Iterator[str]:
    """Prose that is shown with a value, wherever it stands in it; names stand for the strings they are set to."""
    if isinstance(value, ast.Name):
        for one in names.get(value.id, ()):
            if is_marked(one):
                yield value.id
            yield from words(one, {})
    elif isinstance(value, ast.Constant):
        if isinstance(value.value, str) and PROSE.search(TAG.sub("", value.value)):
            yield value.value
    elif isinstance(value, ast.Call) and not is_joined(value):
        return  # texts are looked at as calls of their own; what others are given is mostly names
    elif isinstance(value, ast.Subscript):
        yield from words(value.value, names)
    elif not isinstance(value, ast.Compare):  # what is compared is not shown
        for child in ast.iter_child_nodes(value):
            yield from words(child, names)


@pytest.mark.parametrize(
    "code",
    [
        'raise RunError("the run is gone")',
        'raise errors.RunError(f"{path} is missing; {advice}")',
        'raise MissingExtra("ray", "cluster", "a cluster")',
        'def f():\n    where = f"line {n}"\n    raise DataError(f"{where}: {problem}")',
        'def f():\n    return tr("there is {what}", what="no run" if a else b)',
        '_ADVICE = mark("delete it")\nraise RunError(f"{path}: {error}; {_ADVICE}")',
        'raise SettingError(tr("choose {all}", all=" or ".join(names)))',
        'raise SettingError(tr(f"choose {all}"))',
    ],
)
def test_a_message_past_tr_is_found(code: str) -> None:
    assert len(untold(ast.parse(code))) == 1


@pytest.mark.parametrize(
    "code",
    [
        'raise RunError(tr("the run {name} is gone", name=name))',
        'raise DataError(f"{name}: {problem}")',
        'raise MissingExtra("ray", "cluster", tr("a cluster"))',
        'raise DataError("; ".join(problems))',
        'raise ValueError("a mistake in code")',
        '_ADVICE = mark("delete it")\nraise RunError(tr("{path}: {advice}", path=path, advice=tr(_ADVICE)))',
        'raise RunError(tr("set {how}", how=", model.".join(names) if kind == "not shown" else known["a way"]))',
    ],
)
def test_a_message_by_tr_is_none(code: str) -> None:
    assert untold(ast.parse(code)) == []
