"""A session at the decoder: one source, one search, and every branch a person has added, as a value.

Branches stand in a line; undoing stands one further back on it, redoing one further on, and a new branch drops what was
undone. Nothing computed is part of it: an `Explorer` computes the tree of a session, keeps what it computed by prefix,
and gives the same tree again whoever replays the session, since chance is a function of (seed, source, draw, step).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.decoding.frontier import Rules
from core.decoding.hypothesis import root
from core.decoding.search import AbstractSearch
from core.decoding.stepper import Stepper
from core.decoding.trees.tree import DecodingTree, fold
from core.decoding.view import Frontier
from core.errors import InputError
from core.language import tr
from core.step_model import StepModel

MOST_BRANCHES = 1000  # of one session; a screen holds a few dozen
_FOLDED = 8  # trees to remember: undoing and redoing go back and forth among a few


@dataclass(frozen=True)
class Branch:
    """A way that a person made a decoding go.

    Attributes:
        prefix: tokens that are given, from the first.
        forced: the token forced after them; None leaves the next one to the search.
        search: how the rest is decoded.
    """

    prefix: tuple[int, ...]
    forced: int | None
    search: AbstractSearch

    @property
    def given(self) -> tuple[int, ...]:
        """All tokens that the search does not choose."""
        return self.prefix if self.forced is None else (*self.prefix, self.forced)


@dataclass(frozen=True)
class Session:
    """What a person has done with one source.

    Attributes:
        source: as it was typed; search: what decodes it unforced.
        line: branches in the order they were added, undone ones at the end; done: how many of them hold.
    """

    source: str
    search: AbstractSearch
    line: tuple[Branch, ...] = ()
    done: int = 0

    @property
    def branches(self) -> tuple[Branch, ...]:
        """Those that hold."""
        return self.line[: self.done]

    def add(self, branch: Branch) -> "Session":
        """With one more branch; one that is there already is not added again. What was undone is dropped.

        Raises:
            InputError: there are too many.
        """
        if branch in self.branches:
            return self
        if self.done >= MOST_BRANCHES:
            raise InputError(
                tr(
                    "a session holds at most {most_branches:,} branches; undo some, or begin another one",
                    most_branches=MOST_BRANCHES,
                )
            )
        return replace(self, line=(*self.branches, branch), done=self.done + 1)

    def at(self, done: int) -> "Session":
        """The same line, with the first `done` branches holding; what is beyond its ends is its end."""
        return replace(self, done=max(0, min(done, len(self.line))))

    def undo(self) -> "Session":
        """Without the last branch."""
        return self.at(self.done - 1)

    def redo(self) -> "Session":
        """With the branch that was undone last."""
        return self.at(self.done + 1)


class Explorer:
    """Computes sessions over one source.

    Args:
        model: what gives the probabilities.
        source: numbers, <end> included; rules: the item's limits.
    """

    def __init__(self, model: StepModel, source: Sequence[int], rules: Rules) -> None:
        self._model, self._source, self._rules = model, source, rules
        self._root = root(model.begin)  # of all searches: they grow one tree
        self._steppers: dict[AbstractSearch, Stepper] = {}
        self._ends: dict[tuple[AbstractSearch, tuple[int, ...]], Frontier] = {}
        self._folded: dict[tuple[AbstractSearch, tuple[Branch, ...]], DecodingTree] = {}

    def end(self, search: AbstractSearch, given: Sequence[int] = ()) -> Frontier:
        """The last frontier of a search that is given these tokens first.

        Raises:
            InputError: one of them cannot be generated, or the output is over before the last of them.
        """
        key = (search, tuple(given))
        if key not in self._ends:
            stepper = self._stepper(search)
            stepper.along(given)
            self._ends[key] = stepper.finish()
        return self._ends[key]

    def ends(self, session: Session) -> list[Frontier]:
        """The last frontier of the search itself, then one per branch.

        Raises:
            InputError: a branch cannot be decoded.
        """
        return [self.end(session.search), *(self.end(branch.search, branch.given) for branch in session.branches)]

    def tree(self, session: Session, texts: Sequence[str], header: dict[str, Any]) -> DecodingTree:
        """Everything that was weighed, on every branch; equal prefixes are one path.

        Args:
            texts: the text of each token number; header: what the tree says about itself.

        Raises:
            InputError: a branch cannot be decoded.
        """
        key = (session.search, session.branches)
        if key not in self._folded:
            while len(self._folded) >= _FOLDED:
                del self._folded[next(iter(self._folded))]
            self._folded[key] = fold(self.ends(session), texts, header)
        return replace(self._folded[key], header=header)

    def difference(self, session: Session) -> float | None:
        """Σ log p of the last branch's output less that of the most probable one before it; None without a branch."""
        if not session.branches:
            return None
        *before, last = [end.best.logp for end in self.ends(session)]
        return last - max(before)

    def _stepper(self, search: AbstractSearch) -> Stepper:
        if search not in self._steppers:
            self._steppers[search] = Stepper(self._model, search, self._source, self._rules, self._root)
        return self._steppers[search]
