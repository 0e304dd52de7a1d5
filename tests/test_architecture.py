"""The manners of the repository: floors, sizes, names, exports, descriptions, and what may stand nowhere.

Limits are tests here, not advice. Where one is in the way, the code is changed, or the plan with a word why
(CONTRIBUTING.md). Tables are looked after in test_tables.py, documents in test_documents.py.
"""

import ast
import functools
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports
from packaging.requirements import Requirement

import core

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SHIPPED = sorted(path for house in ("core", "dashboard") for path in (ROOT / house).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
DRAWN = sorted(
    path for house in ("core", "dashboard") for kind in ("*.js", "*.css") for path in (ROOT / house).rglob(kind)
)

LONGEST_FILE = 300  # lines
LONGEST_FUNCTION = 40  # lines of the body, docstring left out
LONGEST_CLASS = 150  # lines, docstrings left out
MOST_PARAMETERS = 8  # of a constructor, self left out
NO_NOUN = {"utils", "util", "helpers", "helper", "common", "base", "misc", "stuff", "tools"}
UNPICKLERS = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "_pickle", "pickletools"}
UNPICKLING = {"torch.load", "torch.save", "torch.jit.load", "torch.hub.load", "pd.read_pickle", "pandas.read_pickle"}
RUNNING = {"eval", "exec", "compile", "__import__"}
CALLING_OUT = {"requests", "httpx", "httpx2", "aiohttp", "urllib3", "ftplib", "smtplib", "huggingface_hub"}

Function = ast.FunctionDef | ast.AsyncFunctionDef
Described = Function | ast.ClassDef


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def found(paths: list[Path], kind: Any) -> Iterator[tuple[str, Any]]:
    """Every node of a kind, and where it is."""
    for path in paths:
        for node in ast.walk(tree(path)):
            if isinstance(node, kind):
                yield f"{named(path)}:{getattr(node, 'lineno', 0)}", node


def imports(paths: list[Path]) -> Iterator[tuple[str, str]]:
    """Every module that is imported, and where."""
    for at, node in found(paths, ast.Import | ast.ImportFrom):
        for name in node.names:
            yield at, f"{node.module}.{name.name}" if isinstance(node, ast.ImportFrom) else name.name


def height(statements: list[ast.stmt]) -> int:
    return (statements[-1].end_lineno or 0) - statements[0].lineno + 1 if statements else 0


def docstrings(node: ast.AST) -> Iterator[ast.stmt]:
    for inner in ast.walk(node):
        if isinstance(inner, Described) and ast.get_docstring(inner, clean=False) is not None:
            yield inner.body[0]


# ---------------------------------------------------------------- floors
def test_imports_go_down_only(capsys):
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_every_room_of_both_houses_must_have_a_floor():
    layers = [one for one in PROJECT["tool"]["importlinter"]["contracts"] if one["type"] == "layers"]
    assert {house for one in layers if one["exhaustive"] for house in one["containers"]} == {"core", "dashboard"}


# ---------------------------------------------------------------- sizes
def test_no_file_is_longer_than_a_person_reads_at_once():
    heights = {named(path): len(path.read_text("utf-8").splitlines()) for path in (*SHIPPED, *TESTS, *DRAWN)}
    long = {name: count for name, count in heights.items() if count > LONGEST_FILE}
    assert not long, f"more than {LONGEST_FILE} lines, split them by noun: {long}"


def test_no_function_is_longer_than_a_screen():
    heights = {}
    for at, node in found([*SHIPPED, *TESTS], Function):
        has_docstring = ast.get_docstring(node, clean=False) is not None
        heights[f"{at} {node.name}"] = height(node.body[1:] if has_docstring else node.body)
    long = {name: count for name, count in heights.items() if count > LONGEST_FUNCTION}
    assert not long, f"more than {LONGEST_FUNCTION} lines without the docstring: {long}"


def test_no_class_does_too_much():
    heights = {
        f"{at} {node.name}": height([node]) - sum(height([one]) for one in docstrings(node))
        for at, node in found([*SHIPPED, *TESTS], ast.ClassDef)
    }
    long = {name: count for name, count in heights.items() if count > LONGEST_CLASS}
    assert not long, f"more than {LONGEST_CLASS} lines without docstrings: {long}"


def test_no_constructor_asks_for_too_much():
    """Fields of dataclasses are not counted. A setting has a default, a range and a name by which alone it is given, so
    fifteen of them burden no caller (they are a form); and the fields of a record are its columns."""
    wide = {}
    for at, node in found(SHIPPED, ast.ClassDef):
        for method in node.body:
            if isinstance(method, ast.FunctionDef) and method.name == "__init__":
                given = method.args
                wide[f"{at} {node.name}"] = len(given.posonlyargs + given.args + given.kwonlyargs) - 1
                assert not given.vararg and not given.kwarg, f"{at} {node.name}: say what the constructor takes"
    wide = {name: count for name, count in wide.items() if count > MOST_PARAMETERS}
    assert not wide, f"more than {MOST_PARAMETERS} parameters: {wide}"


# ---------------------------------------------------------------- names
def test_every_file_is_named_by_a_noun():
    nameless = [named(path) for path in (*SHIPPED, *TESTS, *DRAWN) if set(re.split(r"[_.]", path.stem)) & NO_NOUN]
    assert not nameless, f"what these hold has a name, find it: {nameless}"


def test_no_file_is_named_after_a_module_of_the_standard_library_or_of_a_dependency():
    """Dependencies of what is shipped: tools of tests do not count, a hypothesis of decoding may be called one."""
    project = PROJECT["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"]["numbers"]]
    required = {Requirement(line).name.lower() for line in lines}
    owners = {module: {owner.lower() for owner in owners} for module, owners in packages_distributions().items()}
    provided = {module for module in owners if owners[module] & required}
    assert {"torch", "numpy", "streamlit", "babel", "num2words"} <= provided
    names = {named(path): path.parent.name if path.stem == "__init__" else path.stem for path in SHIPPED}
    borrowed = [path for path, name in names.items() if name in provided | sys.stdlib_module_names]
    assert not borrowed, f"these hide another module: {borrowed}"


# ---------------------------------------------------------------- exports
def test_core_exports_what_it_says_and_nothing_else():
    assert core.__all__ == sorted(set(core.__all__)) == dir(core)
    for name, home in core._HOMES.items():
        assert (getattr(core, name).__name__, getattr(core, name).__module__) == (name, home)
    with pytest.raises(AttributeError, match="core has no 'laod'; it has: AtOnce, AttentionLabError, "):
        core.laod  # noqa: B018


# ---------------------------------------------------------------- descriptions
def undescribed(body: list[ast.stmt], where: str) -> Iterator[str]:
    for node in body:
        if isinstance(node, Described) and not node.name.startswith("_"):
            if not ast.get_docstring(node):
                yield f"{where}.{node.name}"
            if isinstance(node, ast.ClassDef):
                yield from undescribed(node.body, f"{where}.{node.name}")


def test_every_file_that_is_shipped_says_what_it_is_for():
    silent = [named(path) for path in SHIPPED if tree(path).body and not ast.get_docstring(tree(path))]
    assert not silent, silent


def test_every_public_function_class_and_method_of_core_is_described():
    rooms = [path for path in SHIPPED if path.is_relative_to(ROOT / "core")]
    silent = [one for path in rooms for one in undescribed(tree(path).body, named(path))]
    assert not silent, silent


# ---------------------------------------------------------------- what may stand nowhere
def test_session_state_is_touched_in_one_file_only():
    touching = {at.partition(":")[0] for at, node in found(SHIPPED, ast.Attribute) if node.attr == "session_state"}
    assert touching == {"dashboard/state.py"}


def test_no_page_defines_a_class():
    """A page's file is run at every visit: its classes would be others each time, and never forgotten."""
    pages = [path for path in SHIPPED if named(path).startswith("dashboard/views/")]
    defined = [f"{at} {node.name}" for at, node in found(pages, ast.ClassDef)]
    assert pages and not defined, defined


def test_no_page_writes_unsafe_html():
    unsafe = [at for at, node in found(SHIPPED, ast.keyword) if node.arg == "unsafe_allow_html"]
    assert not unsafe, unsafe


def test_nothing_is_unpickled():
    bad = [f"{at} imports {name}" for at, name in imports(SHIPPED) if name.partition(".")[0] in UNPICKLERS]
    for at, node in found(SHIPPED, ast.Call):
        allowed = [word for word in node.keywords if word.arg == "allow_pickle" and ast.unparse(word.value) != "False"]
        if allowed or ast.unparse(node.func) in UNPICKLING:
            bad.append(f"{at} {ast.unparse(node)}")
    assert not bad, bad


def test_no_text_is_run_as_a_program():
    calls = [at for at, node in found(SHIPPED, ast.Call) if isinstance(node.func, ast.Name) and node.func.id in RUNNING]
    drawn = [named(path) for path in DRAWN if re.search(r"\beval\(|\bnew Function\b", path.read_text("utf-8"))]
    assert not calls and not drawn, (calls, drawn)


def test_nothing_that_is_shipped_calls_another_computer():
    modules = [f"{at} {name}" for at, name in imports(SHIPPED) if name.partition(".")[0] in CALLING_OUT]
    modules += [f"{at} {name}" for at, name in imports(SHIPPED) if name.startswith(("urllib.request", "http.client"))]
    # the names of XML's vocabularies look like addresses and are none
    address = re.compile(r"(https?:)?//(?!www\.w3\.org/)[a-z0-9-]+\.[a-z]|@import")
    drawn = [named(path) for path in DRAWN if address.search(path.read_text("utf-8"))]
    config = tomllib.loads((ROOT / "dashboard" / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert not modules and not drawn, (modules, drawn)
    assert config["browser"]["gatherUsageStats"] is False
