"""What is computed once and kept, and for whom; the only file that touches Streamlit's caches.

Streamlit keeps by arguments alone, and a run's address is an argument that means another run in every workspace. So whoever
keeps something says whose it is: everybody's (it depends on settings), a run's (everybody's if the run is), or of whoever asks.
"""

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, signature
from typing import Any, Generic, ParamSpec, TypeVar

import streamlit as st

from core.errors import RunError
from core.language import language, tr
from core.runs.store import CLASS, DEMO, find_run
from core.runs.workspace import in_classroom
from dashboard.member import member

P = ParamSpec("P")
R = TypeVar("R")
Compute = Callable[P, R]
_PEOPLE = 8  # times as many entries in a classroom: what is pushed out while somebody looks at it is computed again


class _Waiting(str):
    """What is said while something is computed: declared once for everybody, said to each in their language."""

    def __str__(self) -> str:
        return tr(str.__str__(self))


class Kept(Generic[P, R]):
    """A function whose values are kept, for whom `owner` says."""

    def __init__(
        self, compute: Compute[P, R], owner: Callable[..., str], copies: bool, says: bool, options: dict[str, Any]
    ) -> None:
        @wraps(compute)
        def keyed(owner: str, *args: P.args, **kwargs: P.kwargs) -> R:
            return compute(*args, **kwargs)

        # by name, since Streamlit leaves out of its keys what begins with _
        parameters = [Parameter("workspace", Parameter.POSITIONAL_ONLY), *signature(compute).parameters.values()]
        keyed.__signature__ = signature(compute).replace(parameters=parameters)  # type: ignore[attr-defined]
        if in_classroom() and options.get("scope") != "session" and "max_entries" in options:
            options = {**options, "max_entries": _PEOPLE * options["max_entries"]}
        if isinstance(options.get("show_spinner"), str):
            options = {**options, "show_spinner": _Waiting(options["show_spinner"])}
        self._cached = (st.cache_data if copies else st.cache_resource)(**options)(keyed)
        self._owner = owner
        self._says = says

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """The value, computed or kept."""
        return self._cached(self._whose(*args, **kwargs), *args, **kwargs)

    def clear(self) -> None:
        """Forget all values, of everybody."""
        self._cached.clear()

    def forget(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Forget the value of these arguments, of whoever asks."""
        self._cached.clear(self._whose(*args, **kwargs), *args, **kwargs)

    def _whose(self, *args: P.args, **kwargs: P.kwargs) -> str:
        return f"{self._owner(*args, **kwargs)} {language() if self._says else ''}"


def shared(*, copies: bool = False, says: bool = True, **options: Any) -> Callable[[Compute[P, R]], Kept[P, R]]:
    """Keep for everybody what depends on settings alone: on no run, no upload, nothing that a person has.

    Args:
        copies: each gets a copy (Streamlit's cache_data), not the thing itself.
        says: there are words in it, so that each language has its own; models and numbers have none.
        options: Streamlit's own.
    """
    return lambda compute: Kept(compute, lambda *args, **kwargs: "", copies, says, options)


def own(*, copies: bool = False, says: bool = True, **options: Any) -> Callable[[Compute[P, R]], Kept[P, R]]:
    """Keep for whoever asks, alone; the same arguments of somebody else are something else."""
    return lambda compute: Kept(compute, lambda *args, **kwargs: _asking(), copies, says, options)


def of_run(*, copies: bool = False, says: bool = True, **options: Any) -> Callable[[Compute[P, R]], Kept[P, R]]:
    """Keep what depends on the run of the parameter `address`: for everybody if it is shipped or published, else as `own`.

    Another run that later has the same address is another run: what was kept of the one before is not given for it.
    """

    def decorate(compute: Compute[P, R]) -> Kept[P, R]:
        form = signature(compute)

        def owner(*args: P.args, **kwargs: P.kwargs) -> str:
            address = form.bind(*args, **kwargs).arguments["address"]
            asking = _asking()  # even of what is everybody's: who is not logged in gets nothing
            return f"{'' if address.startswith((DEMO, CLASS)) else asking} {_made(address)}"

        return Kept(compute, owner, copies, says, options)

    return decorate


def _asking() -> str:
    found = member()
    return "" if found is None else found.workspace


def _made(address: str) -> int:
    """When the run of an address was made, in nanoseconds; 0 where there is none, or it is a model from elsewhere."""
    try:
        return (find_run(address).path / "config.json").stat().st_mtime_ns
    except (RunError, OSError):
        return 0
