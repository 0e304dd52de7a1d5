"""The Python for a view: the source of the function that gives its numbers, with its settings written above it."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

from core.decoding.search import AbstractSearch
from core.recording.edit import Edit
from core.replay.view import Reading
from core.runs.sessions import SavedSession

_ALWAYS = ("import core", "import torch")
_THREADS = "torch.set_num_threads(1)  # as the app computes: the order in which numbers are added up is the same"


def script(reading: Reading) -> str:
    """A program that prints the numbers of a view as JSON."""
    imports, body = _parts(reading.section.numbers)
    settings = [f"{name} = {code(value)}" for name, value in reading.values.items()]
    head = f'"""{reading.view.title}: the numbers of one view of Attention Lab.\n\nattnlab replay {reading.link()!r} --check\n"""'
    needed = _needed(settings)
    lines = [
        head, "", "import torch", "", "import core", *sorted({*imports, *needed}), "", _THREADS, "", *settings, "",
        *body, "", "print(core.as_json(numbers))",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def code(value: Any) -> str:
    """A setting as Python has it."""
    if isinstance(value, AbstractSearch):
        usual = type(value)().to_dict()
        changed = ", ".join(f"{name}={one!r}" for name, one in value.to_dict().items() if one != usual[name])
        return f"core.{type(value).__name__}({changed})"
    if isinstance(value, Edit):
        return f"core.{value!r}"
    if isinstance(value, SavedSession):
        return f"SavedSession.from_link({value.to_link()!r})"
    if isinstance(value, list):
        return f"[{', '.join(map(code, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(code, value))}{',' if len(value) == 1 else ''})"
    return repr(value)


def _needed(settings: list[str]) -> list[str]:
    """What settings need that `core` does not bring by itself."""
    asks = any("SavedSession." in line for line in settings)
    return ["from core.runs.sessions import SavedSession"] if asks else []


def _parts(function: Callable[..., Any]) -> tuple[list[str], list[str]]:
    """The imports of a function, and its other lines; what it returns is called `numbers`."""
    source = textwrap.dedent(inspect.getsource(function))
    (whole,) = ast.parse(source).body
    assert isinstance(whole, ast.FunctionDef)
    body = whole.body[1:] if ast.get_docstring(whole) else whole.body
    imports = [ast.unparse(one) for one in body if isinstance(one, ast.Import | ast.ImportFrom)]
    first = next(one for one in body if not isinstance(one, ast.Import | ast.ImportFrom))
    rest = textwrap.dedent("\n".join(source.splitlines()[first.lineno - 1 :])).replace("  # fmt: skip", "").splitlines()
    at = max(at for at, line in enumerate(rest) if line.startswith("return "))
    rest[at] = f"numbers = {rest[at].removeprefix('return ')}"
    return [line for line in imports if line not in _ALWAYS], rest
