"""Tables: every entry is described, every setting has its line of help, and every entry is under a law."""

import ast
import dataclasses
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest

import core
from core.errors import SettingError
from core.settings import Settings, declarations, setting
from tests.laws.models import CHOICES, EVERY

LAWS = [f"tests.laws.{path.stem}" for path in (Path(__file__).parent / "laws").glob("test_*.py")]
LAWS.append("tests.tasks.test_task")  # what holds for every task
SHORT = 100  # characters of a line of help


def is_table(name: str, value: object) -> bool:
    """A dictionary in capitals, from words to classes or functions."""
    if not re.fullmatch(r"[A-Z][A-Z0-9_]+", name) or not isinstance(value, dict):
        return False
    return bool(value) and all(isinstance(word, str) and callable(entry) for word, entry in value.items())


def tables() -> dict[str, dict[str, Any]]:
    """Every table of the house."""
    rooms = [importlib.import_module(info.name) for info in pkgutil.walk_packages(core.__path__, "core.")]
    return {name: value for room in rooms for name, value in vars(room).items() if is_table(name, value)}


TABLES = tables()
ENTRIES = {f"{name} {word}": entry for name, table in TABLES.items() for word, entry in table.items()}
SETTINGS = {name: one for name, one in ENTRIES.items() if inspect.isclass(one) and issubclass(one, Settings)}


def test_the_tables_of_the_house_are_found():
    known = "TASKS MODELS SEARCHES NORMALIZERS POSITIONS RESIDUALS SCHEDULES OPTIMIZERS TOKENIZERS EXPORTS"
    assert set(known.split()) <= set(TABLES)


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)
def test_every_entry_is_described(entry):
    if not inspect.isclass(entry) and not inspect.isroutine(entry):  # a value says of itself what it is
        assert entry.summary and "\n" not in entry.summary
        return
    own = inspect.cleandoc(entry.__doc__ or "")
    # a dataclass without a docstring is given its signature for one
    assert own and not own.startswith(f"{entry.__name__}("), f"{entry.__qualname__} has no docstring of its own"


@pytest.mark.parametrize("entry", SETTINGS.values(), ids=SETTINGS)
def test_every_setting_has_one_line_of_help_and_a_default_in_its_range(entry):
    assert entry.summary and "\n" not in entry.summary, f"{entry.__name__} has no summary for menus"
    for one in declarations(entry):
        assert 0 < len(one.help.strip()) <= SHORT and "\n" not in one.help, f"{one.name}: {one.help!r}"
        assert one.check(one.default) == one.default
    fields = sorted(field.name for field in dataclasses.fields(entry))
    assert fields == sorted(one.name for one in declarations(entry)), (
        "a field that is no setting has no range and no help"
    )


def test_a_setting_cannot_be_declared_without_help():
    with pytest.raises(TypeError, match="help"):
        setting(1, low=0)
    with pytest.raises(SettingError, match="width=0 is out of range"):
        TABLES["SEARCHES"]["beam"](width=0)


@pytest.mark.parametrize("name", ["TASKS", "MODELS", "OBJECTIVES", "SEARCHES"])
def test_an_entry_is_listed_under_the_name_it_has(name):
    assert {word: entry.name for word, entry in TABLES[name].items()} == {word: word for word in TABLES[name]}


# ---------------------------------------------------------------- laws
def cases(module: ModuleType) -> Iterator[Any]:
    """Every value that a test or a fixture of this module is run with."""
    for one in vars(module).values():
        for mark in getattr(one, "pytestmark", []) if isinstance(one, FunctionType) else []:
            for case in mark.args[1] if mark.name == "parametrize" else []:
                values = getattr(case, "values", case)  # of a pytest.param
                yield from values if isinstance(values, tuple) else (values,)
    for one in ast.parse(inspect.getsource(module)).body:
        for decorator in getattr(one, "decorator_list", []):
            for word in getattr(decorator, "keywords", []):
                if word.arg == "params":  # of a fixture
                    yield from eval(ast.unparse(word.value), vars(module))


MECHANICAL = [
    "NORMALIZERS",
    "SCORES",
    "MECHANISMS",
    "PATTERNS",
    "POSITIONS",
    "RELATIONS",
    "NORMS",
    "RESIDUALS",
    "WIRINGS",
    "ENCODERS",
    "ALIGNMENTS",
    "COURSES",
    "COPIES",
]


def table_of(name: str) -> dict[str, Any]:
    """A table by its name; the entries of some are values that are not called."""
    rooms = (importlib.import_module(info.name) for info in pkgutil.walk_packages(core.__path__, "core."))
    return next(vars(room)[name] for room in rooms if name in vars(room))


@pytest.mark.parametrize("name", MECHANICAL)
def test_every_mechanism_is_a_choice_of_a_model_under_the_laws(name):
    chosen = {value for settings in EVERY.values() for value in settings.to_dict().values()}
    assert set(table_of(name)) <= chosen


@pytest.mark.parametrize("name", ["TASKS", "MODELS", "OBJECTIVES", "SEARCHES", "NORMALIZERS"])
def test_every_entry_is_under_a_law(name):
    values = [case for law in LAWS for case in cases(importlib.import_module(law))]
    words = {value for value in values if isinstance(value, str)}
    objects = [CHOICES[value] if isinstance(value, str) and value in CHOICES else value for value in values]

    def under_a_law(word: str, entry: Any) -> bool:
        made = any(isinstance(value, entry) for value in objects) if inspect.isclass(entry) else False
        return word in words or made or any(value is entry for value in objects)

    lawless = [word for word, entry in TABLES[name].items() if not under_a_law(word, entry)]
    assert not lawless, f"no law is run with these entries of {name}: {lawless}"
