"""The parameter that names a run, and settings that follow from the run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from core.errors import AttentionLabError, RunError
from core.language import mark, tr
from core.recording.matrix import AttentionMatrix
from core.replay.parameter import Choice, Given, quoted
from core.runs import checkpoint
from core.runs.foreign import is_foreign, kept_models, writes
from core.runs.kinds import Kind, kind
from core.runs.store import DEMO, find_run, list_runs

Kinds = Callable[[Kind], bool]
NOBODY = mark("no other model")  # beside another one


@dataclass(frozen=True)
class Run(Choice):
    """A run of some kind, by its address.

    Attributes:
        fits: which runs can be looked at here.
        foreign: whether models from elsewhere can be: those that write, or all; None for none.
    """

    fits: Callable[[Kind, Given], bool] = lambda what, given: what.stepped
    foreign: bool | None = None
    put: ClassVar[bool] = False

    def values(self, given: Given) -> list[str]:
        """Runs with a checkpoint, as the page lists them."""
        own = [run.address for run in list_runs() if self._here(run.address, given)]
        if self.foreign is None:
            return own
        return own + [kept.address for kept in kept_models() if writes(kept) or not self.foreign]

    def _here(self, address: str, given: Given) -> bool:
        run = find_run(address)
        what = kind(run)
        return what is not None and self.fits(what, given) and bool(checkpoint.steps(run))

    def usual(self, given: Given) -> Any:
        """As `Parameter.usual`; where that run is not here, the first that is."""
        first = super().usual(given)
        if first is None or self._known(first, given):
            return first
        known = self.values(given)
        if not known:
            raise RunError(tr("there is no run here that this page can show; train one first"))
        return known[0]

    def one(self, text: str, given: Given) -> str | None:
        """As `Choice.one`; a run that is not here is said by its name."""
        if text in (NOBODY, tr(NOBODY)):
            return None
        if self._known(text, given):
            return text
        try:
            find_run(text)
        except AttentionLabError:
            raise _missing(text) from None
        raise RunError(
            tr(
                "the run {run} is here, but this page cannot show it: it is of another kind, or not trained yet",
                run=quoted(text),
            )
        )

    def _known(self, text: str, given: Given) -> bool:
        if is_foreign(text):
            return text in self.values(given)
        try:
            return self._here(text, given)
        except AttentionLabError:
            return False


def _missing(run: str) -> RunError:
    if is_foreign(run):
        return RunError(
            tr(
                "this link needs the model {run}, which is not kept here; keep its folder under that name: attnlab hf keep",
                run=quoted(run),
            )
        )
    if run.startswith(DEMO):
        return RunError(
            tr(
                "this link needs the shipped run {run}, which this version does not bring; bring the lab up to date",
                run=quoted(run),
            )
        )
    return RunError(
        tr(
            "this link needs the run {run}, which is not here; where it was made, attnlab runs export {run} RUN.zip, and here, "
            "attnlab runs import RUN.zip",
            run=quoted(run),
        )
    )  # fmt: skip


def of_tasks(tasks: Sequence[str]) -> Callable[[Kind, Given], bool]:
    """Runs that write a token after the other, of some tasks."""
    return lambda what, given: what.stepped and what.task in tasks


def example_text(argument: str) -> Callable[[Given], str]:
    """The first held-out source of the run of an argument."""

    def first(given: Given) -> str:
        from core.runs.loading import load

        return load(given[argument]).example_text()

    return first


def sites(given: Given) -> list[str]:
    """The attentions of the run that are recorded of its source and its target, as the address has them."""
    return [one.site.name for one in _maps(given)]


def heads_of_site(given: Given) -> int:
    """How many heads the attention has that is drawn large: the one that was asked for, or what the page opens on."""
    maps = _maps(given)
    cross = [one for one in maps if one.site.kind == "cross"]
    return [*maps[-1:], *cross, *(one for one in maps if one.site.name == given["site"])][-1].heads


def _maps(given: Given) -> list[AttentionMatrix]:
    address, text, target = given["run"], given["source"], given["target"] or None
    if is_foreign(address):
        return _matrices(address, text, target)
    run = find_run(address)  # of whoever asks: the same address is another run in another workspace
    return _recorded(run.path, max(checkpoint.steps(run), default=None), address, text, target)


@lru_cache(maxsize=4)  # an address with a site and a head asks twice
def _recorded(_path: Path, _step: int | None, address: str, text: str, target: str | None) -> list[AttentionMatrix]:
    return _matrices(address, text, target)


def _matrices(address: str, text: str, target: str | None) -> list[AttentionMatrix]:
    from core.runs.loading import load

    return load(address).matrices(text, target)
