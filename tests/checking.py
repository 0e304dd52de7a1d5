"""Types and shapes are checked whenever tests run, with as few calls as the checks need.

jaxtyping's import hook asks for a wrapper around every function of core. Its own wrapper binds the arguments and checks them
twice at each call, so that an error can tell more; that is half the time of a test of many small calls. Here beartype checks
each function once, and only one whose signature has axes gets a scope for their sizes. What is checked is the same.
"""

import functools
import inspect
from collections.abc import Callable
from dataclasses import is_dataclass
from typing import get_args

import jaxtyping

_theirs = jaxtyping.jaxtyped
_scope = _theirs("context")  # of the sizes of named axes; it has no state of its own


def checked(typechecker: Callable) -> Callable:
    """A decorator of functions and dataclasses, in the place of `jaxtyping.jaxtyped`."""

    def wrapped(one: type | Callable) -> type | Callable:
        if not inspect.isclass(one):
            return _function(one, typechecker)
        if is_dataclass(one) and "__init__" in vars(one):
            one.__init__ = _function(one.__init__, typechecker)
        return one

    return wrapped


def _function(function: Callable, typechecker: Callable) -> Callable:
    hints = function.__annotations__.values()
    classes = function.__qualname__.split(
        "."
    )  # one that it stands in may be named in quotes; what else may, jaxtyping knows
    axes = any(map(_has_axes, hints))
    if any(isinstance(hint, str) and hint not in classes for hint in hints) or (
        axes and inspect.isgeneratorfunction(function)
    ):
        return _theirs(function, typechecker=typechecker)
    inner = typechecker(function)
    if not axes:
        return inner

    @functools.wraps(function)
    def scoped(*args: object, **named: object) -> object:
        __tracebackhide__ = True
        with _scope:
            return inner(*args, **named)

    return scoped


def _has_axes(hint: object) -> bool:
    if isinstance(hint, type) and issubclass(hint, jaxtyping.AbstractArray):
        return True
    return any(map(_has_axes, get_args(hint)))


def install() -> None:
    """Let jaxtyping's import hook, which names `jaxtyping.jaxtyped`, find the decorator above."""
    jaxtyping.jaxtyped = lambda *, typechecker: checked(typechecker)
