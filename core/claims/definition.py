"""What a measurement is a measurement of: a claim's code, as a short number that changes when what is computed changes.

Two measurements of one claim may be compared where its definition is the same. The definition is the code of the claim's
file and of what it takes from its neighbours in this room, without what decides no figure: how it is laid out, its
docstrings and comments, the words in which it is told to people, and their translation. The engine below is not part of it: it
has laws of its own, and every measurement says which version of the program made it.
"""

import ast
import hashlib
from functools import cache
from pathlib import Path

from core.claims.claim import AbstractClaim

ROOM = "core.claims."
_WORDS = {"name", "statement", "source", "effect_is", "baseline_is", "unit", "rule", "lecture"}  # told, not computed
_SPOKEN = {"tr", "mark"}
_SHARED = {"core.claims.claim", "core.claims.experiment", "core.claims.real_data"}  # of every claim alike
_DIGITS = 16


def definition(claim: type[AbstractClaim]) -> str:
    """The number of a claim's definition.

    >>> from core.claims.heads import Heads
    >>> definition(Heads) == definition(Heads), len(definition(Heads))
    (True, 16)
    """
    text = "\n".join(stripped(_source(module)) for module in sorted(_reached(claim.__module__)))
    return hashlib.sha256(f"{claim.name}\n{text}".encode()).hexdigest()[:_DIGITS]


def stripped(source: str) -> str:
    """A program's tree without what decides no figure.

    >>> stripped("x = 1  # one") == stripped("'''A number.'''\\nx = 1"), stripped("x = 1") == stripped("x = 2")
    (True, False)
    """
    return ast.dump(_Stripping().visit(ast.parse(source)))


def _source(module: str) -> str:
    folder = Path(__file__).parents[2]
    return folder.joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8")


@cache
def _reached(module: str) -> frozenset[str]:
    """A module of this room and those of the room that it imports, directly or not."""
    found, waiting = set[str](), [module]
    while waiting:
        now = waiting.pop()
        if now in found or now in _SHARED or not now.startswith(ROOM):
            continue
        found.add(now)
        waiting += [
            node.module
            for node in ast.walk(ast.parse(_source(now)))
            if isinstance(node, ast.ImportFrom) and node.module
        ]
    return frozenset(found)


class _Stripping(ast.NodeTransformer):
    """Takes out docstrings, words for people, and what brings them into another language."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Leave docstrings out on the way down."""
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        return super().generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        """Leave out what a claim says of itself."""
        told = all(isinstance(target, ast.Name) and target.id in _WORDS for target in _flat(node.targets))
        return None if told else self.generic_visit(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | None:
        """Leave out where words are translated."""
        return None if node.module == "core.language" else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A text, whether or not it is translated."""
        if isinstance(node.func, ast.Name) and node.func.id in _SPOKEN and node.args:
            return self.visit(node.args[0])
        return self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        """That it raises, not what it says."""
        return ast.Raise()


def _flat(targets: list[ast.expr]) -> list[ast.expr]:
    return [one for target in targets for one in (target.elts if isinstance(target, ast.Tuple) else [target])]
