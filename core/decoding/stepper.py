"""A stepper: one decoding taken by hand, with every branch kept.

It is a list of frontiers: forward appends, back drops the last, `go` walks a prefix (forcing where the search would
have gone elsewhere). What was computed once is kept by its prefix, so walking there again costs nothing.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from core.decoding.frontier import Force, Rules
from core.decoding.hypothesis import Hypothesis
from core.decoding.search import AbstractSearch
from core.decoding.trees.tree import DecodingTree, fold
from core.decoding.view import Frontier
from core.errors import InputError
from core.language import tr
from core.step_model import StepModel


class Stepper:
    """Steps a search over one source.

    Args:
        model: what gives the probabilities; search: how.
        source: numbers, <end> included; rules: the item's limits.
        root: the hypothesis before the first token, where several steppers are to grow one tree; None makes one.
    """

    def __init__(
        self,
        model: StepModel,
        search: AbstractSearch,
        source: Sequence[int],
        rules: Rules,
        root: Hypothesis | None = None,
    ) -> None:
        self._model, self._search = model, search.under(rules)
        start = self._search.start(model, source, rules)
        if root is not None:
            assert start.now is not None  # nothing has stopped before its first step
            start = replace(start, now=replace(start.now, roots=(root,)))
        self._path = [start]
        self._after: dict[tuple[int, Force | None], Frontier] = {}  # keyed by identity of the frontier advanced
        self._folded: tuple[frozenset[int], DecodingTree] | None = None
        self._ends: dict[int, Frontier] = {id(self._path[0]): self._path[0]}

    @property
    def frontier(self) -> Frontier:
        """Where it stands."""
        return self._path[-1]

    @property
    def done(self) -> bool:
        """Whether there is no next step."""
        return self._search.done(self.frontier)

    def forward(self, force: Force | None = None) -> Frontier:
        """One step; nothing happens at the end.

        Raises:
            InputError: the forced token cannot be generated.
        """
        if self.done:
            return self.frontier
        key = (id(self.frontier), force)
        if key not in self._after:
            self._after[key] = self._search.advance(self._model, self.frontier, force)
            self._ends.pop(id(self.frontier), None)
            self._ends[id(self._after[key])] = self._after[key]
        self._path.append(self._after[key])
        return self.frontier

    def back(self) -> Frontier:
        """Drop the last step; the branch stays in the tree."""
        if len(self._path) > 1:
            self._path.pop()
        return self.frontier

    def go(self, tokens: Sequence[int]) -> Frontier:
        """Stand right after these tokens, from the start; a token the search would not have taken is forced."""
        del self._path[1:]
        for token in tokens:
            if self.done:
                break
            natural = self.forward()
            followed = [node.token for node in (*natural.live, *natural.finished)]
            if followed != [token]:
                self.back()
                self.forward(Force(token))
        return self.frontier

    def along(self, tokens: Sequence[int]) -> Frontier:
        """Stand right after these tokens, from the start, each of them given in the search's place.

        Raises:
            InputError: one of them cannot be generated, or the output is over before the last of them.
        """
        del self._path[1:]
        for place, token in enumerate(tokens, start=1):
            if self.done:
                raise InputError(
                    tr(
                        "the output is over after {place} tokens; nothing can follow as token {place2}",
                        place=place - 1,
                        place2=place,
                    )
                )
            self.forward(Force(token))
        return self.frontier

    def finish(self) -> Frontier:
        """Step to the end."""
        while not self.done:
            self.forward()
        return self.frontier

    def tree(self, texts: Sequence[str], header: dict[str, Any]) -> DecodingTree:
        """Everything weighed so far, on every branch."""
        ends = frozenset(self._ends)
        if self._folded is None or self._folded[0] != ends:
            self._folded = ends, fold(self._ends.values(), texts, header)
        return replace(self._folded[1], header=header)
