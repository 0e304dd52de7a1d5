"""The reference of the engine: a page a room of `core`, from signatures and docstrings.

Files are read, not imported: nothing has to be installed for it, torch included, and all rooms take a second or two. What
is private (a name that begins with `_`) is left out.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from made.described import described

ROOT = Path(__file__).parents[2]
Function = ast.FunctionDef | ast.AsyncFunctionDef


def rooms() -> list[str]:
    """Names of all packages of the engine that hold a file, outer ones before inner ones."""
    folders = {path.parent for path in (ROOT / "core").rglob("*.py")}
    return sorted(".".join(folder.relative_to(ROOT).parts) for folder in folders)


def room_page(room: str) -> str:
    """The page of a room: what it is for, then its files, then the rooms inside."""
    folder = ROOT.joinpath(*room.split("."))
    head = [f"# {room}", "", described(_docstring(folder / "__init__.py")), ""]
    files = [path for path in sorted(folder.glob("*.py")) if path.stem != "__init__"]
    return "\n".join([*head, *(line for path in files for line in _file(f"{room}.{path.stem}", path))]) + "\n"


class _Qualifying(ast.NodeTransformer):
    """Writes names of types in signatures with their module, so that each leads to what is meant by it in this file.

    Args:
        module: of the file, by its full name; path: the file.
    """

    def __init__(self, module: str, path: Path) -> None:
        self.homes: dict[str, str] = {}
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("core."):
                self.homes |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
        self.homes |= {name: f"{module}.{name}" for name in _named(tree.body)}

    def visit_arg(self, node: ast.arg) -> ast.arg:
        """A parameter."""
        node.annotation = self._qualified(node.annotation)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        """A field, or a table."""
        node.annotation = self._qualified(node.annotation) or node.annotation
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        """Its fields and its constructor; methods are shown as they are written."""
        linked = [one for one in node.body if isinstance(one, ast.AnnAssign) or getattr(one, "name", "") == "__init__"]
        for one in linked:
            self.visit(one)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """What it takes and gives."""
        node.returns = self._qualified(node.returns)
        self.visit(node.args)
        return node

    def _qualified(self, kind: ast.expr | None) -> ast.expr | None:
        return None if kind is None else _Names(self.homes).visit(kind)


class _Names(ast.NodeTransformer):
    """Names, also quoted ones, to where they are from."""

    def __init__(self, homes: dict[str, str]) -> None:
        self.homes = homes

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """One that was imported or is defined in the file."""
        return ast.parse(self.homes.get(node.id, node.id), mode="eval").body

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        """A name in quotes: it is defined further down."""
        home = self.homes.get(node.value) if isinstance(node.value, str) else None
        return ast.parse(home, mode="eval").body if home else node


def _docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


def _file(module: str, path: Path) -> Iterator[str]:
    tree = _Qualifying(module, path).visit(ast.parse(path.read_text(encoding="utf-8")))
    yield from (f"## {module.rpartition('.')[2]}", "", f"```{{py:module}} {module}", "```", "")
    yield from (described(ast.get_docstring(tree) or ""), "")
    for node in _first_of_each_name(tree.body):
        if isinstance(node, ast.ClassDef):
            yield from _class(node)
        elif isinstance(node, Function):
            yield from _directive("py:function", f"{node.name}{_signature(node, own=0)}", _described(node))
        else:
            yield from _directive("py:data", ast.unparse(_target(node)), "", type=_annotation(node))


def _first_of_each_name(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """What is public, overloads once: the last of them is the one that is run, and it has the docstring."""
    yield from (node for name, node in _named(body).items() if not name.startswith("_"))


def _named(body: list[ast.stmt]) -> dict[str, ast.stmt]:
    """What a body defines, by name."""
    named: dict[str, ast.stmt] = {}
    for node in body:
        if isinstance(node, ast.ClassDef | Function):
            named[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(_target(node), ast.Name):
            named[ast.unparse(_target(node))] = node
    return named


def _target(node: ast.stmt) -> ast.expr:
    return node.targets[0] if isinstance(node, ast.Assign) else node.target  # type: ignore[attr-defined]


def _annotation(node: ast.stmt) -> str:
    return ast.unparse(node.annotation) if isinstance(node, ast.AnnAssign) else ""


def _described(node: ast.ClassDef | Function) -> str:
    return described(ast.get_docstring(node) or "")


def _class(node: ast.ClassDef) -> Iterator[str]:
    methods = [one for one in node.body if isinstance(one, Function)]
    born = next((one for one in methods if one.name == "__init__"), None)
    fields = [
        one for one in node.body if isinstance(one, ast.AnnAssign) and "ClassVar" not in ast.unparse(one.annotation)
    ]
    signature = _signature(born, own=1).partition(" -> ")[0] if born else f"({', '.join(map(_field, fields))})"
    inside = [line for one in _first_of_each_name(methods) for line in _method(one)]
    yield from _directive(
        "py:class",
        node.name + signature,
        "\n".join([_described(node), *(["", "**Methods**", "", *inside] if inside else [])]),
        fence="`" * 5,
    )


def _field(node: ast.AnnAssign) -> str:
    """A field as a parameter; of a setting the default, since its range and reason are printed by the command line."""
    value = node.value
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "setting" and value.args:
        value = value.args[0]
    default = "" if value is None else f" = {ast.unparse(value)}" if isinstance(value, ast.Constant) else " = ..."
    return f"{ast.unparse(node.target)}: {ast.unparse(node.annotation)}{default}"


def _method(node: Function) -> Iterator[str]:
    """A point of a list: three thousand methods as objects of their own would take as long to build as all the rest."""
    marks = {ast.unparse(one) for one in node.decorator_list}
    is_value = bool(marks & {"property", "cached_property", "functools.cached_property"})
    signature = _signature(node, own=0 if "staticmethod" in marks else 1)
    kinds = [word for word in ("staticmethod", "classmethod", "abstractmethod") if word in marks]
    head = f"{node.name}{signature.removeprefix('()').replace(' -> ', ': ', 1) if is_value else signature}"
    first, *rest = _described(node).splitlines() or [""]
    yield f"- `{head}`{''.join(f' · *{kind}*' for kind in kinds)}: {first}"
    yield from (*(f"  {line}".rstrip() for line in rest), "")


def _signature(node: Function, own: int) -> str:
    """Parameters and result as they stand in the file; `own` of the first ones are the object or the class."""
    given = node.args
    whole = ast.arguments(
        given.posonlyargs[own:] if given.posonlyargs else [], given.args if given.posonlyargs else given.args[own:],
        given.vararg, given.kwonlyargs, given.kw_defaults, given.kwarg, given.defaults,
    )  # fmt: skip
    result = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"({ast.unparse(whole)}){result}".replace("\n", " ")


def _directive(kind: str, head: str, body: str, fence: str = "````", **options: str) -> Iterator[str]:
    yield f"{fence}{{{kind}}} {head}"
    yield from (f":{name}: {value}" for name, value in options.items() if value)
    yield from ("", body, fence, "")
