"""Types and shapes are checked whenever tests run, with as few calls as the checks need.

jaxtyping's import hook asks for a wrapper around every function of core. Its own wrapper binds the arguments and checks them
twice at each call, and writes and compiles its checks anew for a function within a function, each time that one is made: an
error can tell more, but it is most of the time of many small calls. Here beartype checks once a call and is asked once a
function, and only what has axes in its signature gets a scope for their sizes. What is checked is the same.
"""

import functools
import inspect
from collections.abc import Callable
from dataclasses import is_dataclass
from types import CodeType, FunctionType
from typing import get_args

import jaxtyping

_theirs = jaxtyping.jaxtyped
_scope = _theirs("context")  # of the sizes of named axes; it has no state of its own
_nested: dict[CodeType, tuple[FunctionType, bool]] = {}  # the first of the functions of one text, checked; has it axes?


def checked(typechecker: Callable) -> Callable:
    """A decorator of functions and dataclasses, in the place of `jaxtyping.jaxtyped`."""

    def wrapped(one: type | FunctionType) -> type | Callable:
        if not inspect.isclass(one):
            return _function(one, typechecker)
        if is_dataclass(one) and "__init__" in vars(one):
            one.__init__ = _function(one.__init__, typechecker)
        return one

    return wrapped


def _function(function: FunctionType, typechecker: Callable) -> Callable:
    if function.__code__ in _nested:
        first, axes = _nested[function.__code__]
        inner = _alike(function, first)
        return _scoped(inner) if axes else inner
    hints = function.__annotations__.values()
    axes = any(map(_has_axes, hints))
    classes = function.__qualname__.split(".")  # only a class that it stands in is known by its name in quotes
    unknown = any(isinstance(hint, str) and hint not in classes for hint in hints)
    if unknown or (axes and inspect.isgeneratorfunction(function)):  # its scope would end before it begins
        return _theirs(function, typechecker=typechecker)
    inner = typechecker(function)
    if "<locals>" in classes and "__beartype_func" in (inner.__kwdefaults__ or {}):
        _nested[function.__code__] = inner, axes
    return _scoped(inner) if axes else inner


def _alike(function: FunctionType, first: FunctionType) -> FunctionType:
    """A function checked as the first of its text was: beartype keeps the one it calls among the defaults."""
    inner = FunctionType(first.__code__, first.__globals__, first.__name__)
    functools.update_wrapper(inner, function)
    inner.__kwdefaults__ = {**first.__kwdefaults__, "__beartype_func": function}
    return inner


def _scoped(inner: Callable) -> Callable:
    @functools.wraps(inner)
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
