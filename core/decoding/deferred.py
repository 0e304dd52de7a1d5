"""A search whose model has run ahead of it: everything is recorded, and what the search makes of it is found when somebody looks."""

from collections.abc import Callable
from functools import cached_property

from core.decoding.frontier import Decision, Frontiers, Rules
from core.decoding.view import Frontier


class Deferred(Frontier):
    """The last frontier of such a search.

    Wall times in its records are those of looking, not of running.

    Args:
        rules: the item's limits; walk: advances the search over what is recorded, step by step, to its last frontier.
    """

    def __init__(self, rules: Rules, walk: Callable[[], Frontier]) -> None:
        self.__dict__.update(rules=rules, _walk=walk)

    @cached_property
    def _last(self) -> Frontier:
        return self._walk()

    @property
    def decision(self) -> Decision | None:
        """As in Frontier."""
        return self._last.decision

    @property
    def at(self) -> int:
        """As in Frontier."""
        return self._last.at

    @property
    def now(self) -> Frontiers | None:
        """As in Frontier."""
        return self._last.now

    @property
    def place(self) -> int:
        """As in Frontier."""
        return self._last.place
