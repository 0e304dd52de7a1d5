"""What was run ahead, as a step model: it gives again what is recorded as long as a search goes that way.

Where it goes another way (a person forces a token, two sums were equal, a search stops later than the loop thought),
the plain step model walks the prefix and goes on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from threading import Lock
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from core.models.compiled.writing import Segment, Writing
from core.step_model import DecoderState, Rows, Step, StepModel

_MORE = 16  # steps that are run further ahead where a search does not stop

Sites = dict[str, tuple[str, int]]  # path of an attention to "own" or "across", and its layer


@dataclass(frozen=True, eq=False)
class ReplayState:
    """Where a search stands in what was run ahead.

    Attributes:
        step: tokens fed; slots: in the last of them.
        parents: slots that it wants to continue; None for all, in their order.
        read: the encoder's attention by site, [item, head, query, key].
    """

    step: int
    slots: int
    parents: Int[Tensor, "item slot"] | None = None
    read: Callable[[], Rows] = field(repr=False, default=dict)

    def select(self, parents: Int[Tensor, "item slot"], items: Int[Tensor, " item"] | None = None) -> "ReplayState":
        """Other slots of the one source."""
        if self.parents is not None:
            parents = self.parents.gather(1, parents)
        return ReplayState(self.step, self.slots, parents, self.read)

    @cached_property
    def chosen(self) -> list[int]:
        """The slots that it continues."""
        return list(range(self.slots)) if self.parents is None else self.parents[0].tolist()


class Replay:
    """A step model over one source.

    Args:
        plain: what goes on elsewhere; source: what is read.
        writing: what was run ahead; sites: whose weights are kept; read: those of the encoder.
    """

    def __init__(
        self, plain: StepModel, source: Sequence[int], writing: Writing, sites: Sites, read: Callable[[], Rows]
    ) -> None:
        self.begin, self.end, self.never_generated = plain.begin, plain.end, plain.never_generated
        self._plain, self._source, self._writing, self._sites, self._read = plain, source, writing, sites, read
        self._lock = Lock()

    def start(self, sources: Sequence[Sequence[int]]) -> DecoderState:
        """The state before the first token of the source; of others the plain one."""
        if [list(one) for one in sources] != [list(self._source)]:
            return self._plain.start(sources)
        return ReplayState(0, 1, None, self._read)

    def step(self, tokens: Int[Tensor, "item slot"], state: Any) -> Step:
        """Feed one token per slot."""
        if not isinstance(state, ReplayState):
            return self._plain.step(tokens, state)
        slots = tokens.shape[1]
        if not self._recorded(state, tokens[0].tolist()):
            return self._plain.step(tokens, self._elsewhere(state))
        segment, row = self._writing.at(state.step)
        after = ReplayState(state.step + 1, slots, None, self._read)
        return Step(self._log_probs(segment, row, slots), after, partial(self._rows, segment, row, slots))

    def __len__(self) -> int:
        """Steps that are recorded."""
        return self._writing.steps

    def fed(self, step: int) -> tuple[list[int], list[int]]:
        """What is fed at a recorded step: tokens and the slots they continue, of those who live."""
        segment, row = self._writing.at(step)
        tokens, beams = segment.written.tokens[row], segment.beams
        if beams is None or step == 0:
            return tokens.view(-1)[:1].tolist(), [0]
        live = int((beams.sums[row] > -torch.inf).sum())
        return tokens[:live].tolist(), beams.parents[row, :live].tolist()

    def _recorded(self, state: ReplayState, tokens: list[int]) -> bool:
        """Whether this step was run ahead with these tokens, or is now."""
        if state.step >= self._writing.steps:
            with self._lock:
                if state.step == self._writing.steps:
                    self._writing.go(state.step + _MORE, bounded=0)
            if state.step >= self._writing.steps:
                return False
        return (tokens, state.chosen) == self.fed(state.step)

    def _elsewhere(self, state: ReplayState) -> DecoderState:
        """The plain state of the same past."""
        found = self._plain.start([self._source])
        for step in range(state.step):
            tokens, parents = self.fed(step)
            found = self._plain.step(torch.tensor([tokens]), found.select(torch.tensor([parents]))).state
        return found.select(torch.tensor([state.chosen]))

    def _log_probs(self, segment: Segment, row: int, slots: int) -> Float[Tensor, "1 slot vocab"]:
        if segment.beams is not None:
            return segment.written.scored[row, :slots][None]
        return self._greedy(segment)[row][None, None]

    def _greedy(self, segment: Segment) -> Float[Tensor, "row vocab"]:
        """Of all steps at once."""
        known: dict[int, Tensor] = self.__dict__.setdefault("_weighed", {})
        if segment.base not in known:
            known[segment.base] = torch.log_softmax(segment.written.scored, -1)
        return known[segment.base]

    def _rows(self, segment: Segment, row: int, slots: int) -> Rows:
        found = {}
        for path, (part, layer) in self._sites.items():
            weights = getattr(segment.written, part)[layer][row]
            weights = weights[None] if weights.dim() == 2 else weights[:slots]  # slot head key
            keys = segment.base + row + 1 if part == "own" else len(self._source)
            found[path] = weights[None, ..., :keys].transpose(1, 2)  # item head slot key
        return found
