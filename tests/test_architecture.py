"""The manners of the repository: floors, sizes, names, exports, descriptions, and what may stand nowhere.

Limits are tests here, not advice. Where one is in the way, the code is changed, or the plan with a word why
(CONTRIBUTING.md).
"""

import ast
import dataclasses
import functools
import importlib
import inspect
import os
import pkgutil
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports
from packaging.requirements import Requirement

from core.errors import SettingError
from core.settings import Settings, declarations, setting
from tests.laws.models import CHOICES

ROOT = Path(__file__).parents[1]
SHIPPED = sorted(path for room in ("core", "dashboard") for path in (ROOT / room).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
SCRIPTS = sorted(path for kind in ("*.js", "*.css") for path in (ROOT / "dashboard").rglob(kind))

LONGEST_FILE = 300  # lines
LONGEST_FUNCTION = 40  # lines of the body, docstring left out
LONGEST_CLASS = 150  # lines, docstrings left out
MOST_PARAMETERS = 8  # of a constructor, self left out
NO_NOUN = {"utils", "util", "helpers", "helper", "common", "base", "misc", "stuff", "tools"}


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def without_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> list[ast.stmt]:
    return node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body


def lines(statements: list[ast.stmt]) -> int:
    return (statements[-1].end_lineno or 0) - statements[0].lineno + 1 if statements else 0


def docstring_lines(node: ast.AST) -> int:
    inner = [each for each in ast.walk(node) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
    return sum(lines(each.body[:1]) for each in inner if ast.get_docstring(each, clean=False) is not None)


def found(paths: list[Path], kind: Any) -> Iterator[tuple[str, Any]]:
    for path in paths:
        for node in ast.walk(tree(path)):
            if isinstance(node, kind):
                yield f"{named(path)}:{getattr(node, 'lineno', 0)}", node


# ---------------------------------------------------------------- floors
def test_imports_go_down_only(capsys):
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_the_floors_are_drawn_for_every_room_of_both_houses():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    layered = {container for one in contracts if one["type"] == "layers" and one["exhaustive"] for container in one["containers"]}
    assert layered == {"core", "dashboard"}


# ---------------------------------------------------------------- sizes
def test_no_file_is_longer_than_a_person_reads_at_once():
    long = {named(p): n for p in (*SHIPPED, *TESTS, *SCRIPTS) if (n := len(p.read_text("utf-8").splitlines())) > LONGEST_FILE}
    assert not long, f"more than {LONGEST_FILE} lines; split by noun: {long}"


def test_no_function_is_longer_than_a_screen():
    long = {f"{at} {node.name}": n for at, node in found([*SHIPPED, *TESTS], ast.FunctionDef | ast.AsyncFunctionDef)
            if (n := lines(without_docstring(node))) > LONGEST_FUNCTION}
    assert not long, f"more than {LONGEST_FUNCTION} lines without the docstring: {long}"


def test_no_class_does_too_much():
    long = {f"{at} {node.name}": n for at, node in found([*SHIPPED, *TESTS], ast.ClassDef)
            if (n := lines([node]) - docstring_lines(node)) > LONGEST_CLASS}
    assert not long, f"more than {LONGEST_CLASS} lines without docstrings: {long}"


def test_no_constructor_asks_for_too_much():
    """Fields of dataclasses are not counted: a setting has a default, a range and a name by which alone it is given, so
    a form with fifteen fields burdens no caller; and a record's fields are its columns."""
    wide = {}
    for at, node in found(SHIPPED, ast.ClassDef):
        for method in node.body:
            if isinstance(method, ast.FunctionDef) and method.name == "__init__":
                given = method.args
                count = len(given.posonlyargs) + len(given.args) - 1 + len(given.kwonlyargs)
                if count > MOST_PARAMETERS or given.vararg or given.kwarg:
                    wide[f"{at} {node.name}"] = count
    assert not wide, f"more than {MOST_PARAMETERS} parameters, or *args: {wide}"


# ---------------------------------------------------------------- names
def test_every_file_is_named_by_a_noun():
    nameless = [named(path) for path in (*SHIPPED, *TESTS, *SCRIPTS) if set(re.split(r"[_.]", path.stem)) & NO_NOUN]
    assert not nameless, f"what these hold has a name, find it: {nameless}"


def test_no_file_is_named_after_a_module_of_the_standard_library_or_of_a_dependency():
    """Only what the shipped code depends on: `core/decoding/hypothesis.py` may be called as decoding calls it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    required = {Requirement(line).name.lower() for line in (*project["dependencies"], *project["optional-dependencies"]["numbers"])}
    provided = {module for module, owners in packages_distributions().items() if {owner.lower() for owner in owners} & required}
    assert {"torch", "numpy", "streamlit", "babel", "num2words"} <= provided
    names = {path: path.parent.name if path.stem == "__init__" else path.stem for path in SHIPPED}
    borrowed = [named(path) for path, name in names.items() if name in provided | sys.stdlib_module_names]
    assert not borrowed, f"these hide another module: {borrowed}"


# ---------------------------------------------------------------- exports
def test_core_exports_what_it_says_and_nothing_else():
    import core

    assert core.__all__ == sorted(set(core.__all__)) and dir(core) == core.__all__
    for name in core.__all__:
        assert getattr(core, name).__name__ == name
    with pytest.raises(AttributeError, match="core has no 'laod'; it has: .*load"):
        core.laod  # noqa: B018


def test_what_is_exported_is_not_passed_on_from_elsewhere():
    import core

    for name, home in core._HOMES.items():
        assert getattr(core, name).__module__ == home, name


# ---------------------------------------------------------------- descriptions
def undescribed(body: list[ast.stmt], where: str) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            if not ast.get_docstring(node):
                yield f"{where}.{node.name}"
            if isinstance(node, ast.ClassDef):
                yield from undescribed(node.body, f"{where}.{node.name}")


def test_every_file_that_is_shipped_says_what_it_is_for():
    silent = [named(path) for path in SHIPPED if not ast.get_docstring(tree(path)) and tree(path).body]
    assert not silent, silent


def test_every_public_function_class_and_method_of_core_is_described():
    silent = [one for path in SHIPPED if path.is_relative_to(ROOT / "core") for one in undescribed(tree(path).body, named(path))]
    assert not silent, silent


# ---------------------------------------------------------------- tables
def tables() -> dict[str, dict[str, Any]]:
    """Every table of the house: a dictionary in capitals from words to classes or functions."""
    import core

    every: dict[str, dict[str, Any]] = {}
    for info in pkgutil.walk_packages(core.__path__, "core."):
        for name, value in vars(importlib.import_module(info.name)).items():
            if re.fullmatch(r"[A-Z][A-Z0-9_]+", name) and isinstance(value, dict) and value and all(map(callable, value.values())):
                every[name] = value
    return every


ENTRIES = [pytest.param(entry, id=f"{name}[{word}]") for name, table in tables().items() for word, entry in table.items()]
KNOWN = {"TASKS", "MODELS", "SEARCHES", "NORMALIZERS", "POSITIONS", "RESIDUALS", "SCHEDULES", "OPTIMIZERS", "TOKENIZERS", "EXPORTS"}


def test_the_tables_of_the_house_are_found():
    assert set(tables()) >= KNOWN


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_entry_of_a_table_is_described(entry: Callable[..., object]):
    own = entry.__doc__ or ""
    # a dataclass without a docstring is given its signature for one
    assert own.strip() and not own.startswith(f"{entry.__name__}("), f"{entry.__qualname__} has no docstring of its own"


@pytest.mark.parametrize("entry", [one for one in ENTRIES if inspect.isclass(one.values[0]) and issubclass(one.values[0], Settings)])
def test_every_setting_of_a_table_entry_has_one_line_of_help_and_a_default_in_its_range(entry: type[Settings]):
    assert entry.summary and "\n" not in entry.summary, f"{entry.__name__} has no summary for menus"
    for one in declarations(entry):
        assert one.help.strip() and "\n" not in one.help and len(one.help) <= 100, f"{entry.__name__}.{one.name}: {one.help!r}"
        assert one.check(one.default) == one.default
    fields = [field.name for field in dataclasses.fields(entry)]
    assert fields == [one.name for one in declarations(entry)], "a field that is no setting has no range and no help"


def test_a_setting_without_help_cannot_be_declared():
    with pytest.raises(TypeError, match="help"):
        setting(1, low=0)
    with pytest.raises(SettingError, match="width=0 is out of range"):
        tables()["SEARCHES"]["beam"](width=0)


@pytest.mark.parametrize("name", ["TASKS", "SEARCHES"])
def test_an_entry_is_called_as_it_calls_itself(name):
    assert all(entry.name == word for word, entry in tables()[name].items())


# ---------------------------------------------------------------- laws
def law_modules() -> list[Any]:
    """What holds for every entry: the room of laws, and the tests that hold for every task."""
    names = [path.stem for path in (ROOT / "tests" / "laws").glob("test_*.py")]
    modules = [importlib.import_module(f"tests.laws.{name}") for name in names]
    return [*modules, importlib.import_module("tests.tasks.test_task")]


def parametrized(module: Any) -> Iterator[Any]:
    """Every value that a test or a fixture of this module is run with."""
    for function in vars(module).values():
        for mark in getattr(function, "pytestmark", []) if isinstance(function, FunctionType) else []:
            for case in mark.args[1] if mark.name == "parametrize" else []:
                case = getattr(case, "values", case)  # noqa: PLW2901 - a pytest.param
                yield from case if isinstance(case, tuple) else (case,)
    for function in ast.parse(inspect.getsource(module)).body:
        for decorator in getattr(function, "decorator_list", []):
            for word in getattr(decorator, "keywords", []):
                if word.arg == "params":  # of a fixture
                    yield from eval(ast.unparse(word.value), vars(module))


@pytest.mark.parametrize("name", ["TASKS", "MODELS", "SEARCHES", "NORMALIZERS"])
def test_every_entry_is_under_a_law(name):
    table = tables()[name]
    values = [CHOICES.get(value, value) if isinstance(value, str) else value for module in law_modules() for value in parametrized(module)]
    words = {value for value in values if isinstance(value, str)}
    lawless = [word for word, entry in table.items() if word not in words
               and not any(value is entry or (inspect.isclass(entry) and isinstance(value, entry)) for value in values)]
    assert not lawless, f"no law is run with these entries of {name}: {lawless}"


# ---------------------------------------------------------------- what may stand nowhere
def test_session_state_is_touched_in_two_files_only():
    """`state.py` remembers for pages; `canvas.py` reads a component's own state before it is mounted again."""
    allowed = {"dashboard/state.py", "dashboard/components/canvas.py"}
    touching = {at.partition(":")[0] for at, node in found(SHIPPED, ast.Attribute) if node.attr == "session_state"}
    assert touching == allowed


def test_nothing_is_unpickled_and_no_text_is_run():
    modules = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
    calls = {"eval", "exec", "compile", "__import__"}
    methods = {"torch.load", "torch.save", "torch.jit.load", "torch.hub.load", "pd.read_pickle", "pandas.read_pickle"}
    bad = []
    for at, node in found(SHIPPED, ast.Import | ast.ImportFrom | ast.Call):
        if isinstance(node, ast.Import):
            bad += [f"{at} {name.name}" for name in node.names if name.name.partition(".")[0] in modules]
        elif isinstance(node, ast.ImportFrom):
            bad += [f"{at} {node.module}"] if str(node.module).partition(".")[0] in modules else []
        elif isinstance(node.func, ast.Name) and node.func.id in calls:
            bad.append(f"{at} {node.func.id}")
        elif ast.unparse(node.func) in methods or any(
            word.arg == "allow_pickle" and ast.unparse(word.value) != "False" for word in node.keywords
        ):
            bad.append(f"{at} {ast.unparse(node.func)}")
    assert not bad, bad


def test_no_page_writes_html_of_its_own_into_streamlits():
    unsafe = [at for at, node in found(SHIPPED, ast.keyword) if node.arg == "unsafe_allow_html"]
    assert not unsafe, unsafe


def test_nothing_that_is_shipped_reaches_for_another_computer():
    modules = {"requests", "httpx", "aiohttp", "urllib3", "ftplib", "smtplib", "huggingface_hub"}
    spoken = [f"{at} {ast.unparse(node)}" for at, node in found(SHIPPED, ast.Import | ast.ImportFrom)
              if {name.partition(".")[0] for name in (getattr(node, "module", None) or node.names[0].name,)} & modules
              or re.search(r"\b(urllib\.request|http\.client)\b", ast.unparse(node))]
    # the names of XML's vocabularies look like addresses and are none
    drawn = [named(path) for path in SCRIPTS if re.search(r"https?://(?!www\.w3\.org/)|\beval\(|new Function|@import", path.read_text("utf-8"))]
    assert not spoken and not drawn, (spoken, drawn)


def test_streamlit_is_told_to_send_no_statistics():
    settings = tomllib.loads((ROOT / "dashboard" / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert settings["browser"]["gatherUsageStats"] is False


# ---------------------------------------------------------------- the tree is the table of contents
def rooms_on_disk() -> set[str]:
    """Folders of the two houses that hold anything but leftovers of programs."""
    held = set()
    for house in ("core", "dashboard"):
        for folder, folders, files in os.walk(ROOT / house):
            folders[:] = [name for name in folders if name != "__pycache__"]
            held |= {Path(folder).relative_to(ROOT).as_posix()} if files else set()
    return held


def rooms_in_readme() -> set[str]:
    (block,) = re.findall(r"^```text\n(core/.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.M | re.S)
    rooms, house = set(), ""
    for line in block.splitlines():
        match = re.match(r"( *)([\w.]+)/", line)
        if match:
            house = house if match[1] else match[2]
            rooms.add(f"{house}/{match[2]}" if match[1] else house)
    return {room for room in rooms if room.partition("/")[0] in ("core", "dashboard")}


def test_readme_shows_the_rooms_that_there_are():
    assert rooms_in_readme() == rooms_on_disk()
