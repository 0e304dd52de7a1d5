"""Running ahead of a search: the model's steps one after another, and what a search makes of them when somebody looks.

Greedy search and beam search go on with the most probable continuations that do not end, whatever finishes beside them,
so the way is known before the search has kept its books. What was run is a step model again: it gives back what is
recorded while the search goes that way, and steps on from there where it goes another.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter

import torch
from jaxtyping import Float, Int
from torch import Tensor

from core.step_model import SMALL_VOCABULARY, DecoderState, Step, StepModel

_CHECK = 8  # steps between two looks at whether a beam search will have stopped


@dataclass(frozen=True, eq=False)
class Ran:
    """One step that was run ahead.

    Attributes:
        tokens: that were fed; parents: slots of the step before that they continue; step: what came of it.
        sums: Σ log p of what was fed, in each slot.
        began: when, by the clock of `perf_counter`.
    """

    tokens: Int[Tensor, "1 slot"]
    parents: Int[Tensor, "1 slot"]
    step: Step
    sums: Float[Tensor, " slot"]
    began: float


@dataclass(frozen=True, eq=False)
class AheadState:
    """Where a search stands in what was run: steps fed, and the slots that it continues (None for all, in order)."""

    fed: int
    slots: int
    parents: Int[Tensor, "1 slot"] | None = field(repr=False, default=None)

    def select(self, parents: Int[Tensor, "item slot"], items: Int[Tensor, " item"] | None = None) -> "AheadState":
        """Other slots of the one source."""
        return AheadState(self.fed, self.slots, parents if self.parents is None else self.parents.gather(1, parents))

    @property
    def continued(self) -> Int[Tensor, "1 slot"]:
        """The slots that it continues."""
        return torch.arange(self.slots)[None] if self.parents is None else self.parents


class Ahead:
    """A step model over one source that was run ahead.

    Args:
        plain: the model itself; source: what it reads; start: its state; ran: its steps.
    """

    def __init__(self, plain: StepModel, source: Sequence[int], start: DecoderState, ran: Sequence[Ran]) -> None:
        self.begin, self.end, self.never_generated = plain.begin, plain.end, plain.never_generated
        self._plain, self._source, self._start, self._ran = plain, list(source), start, ran
        self._ended = perf_counter()

    def start(self, sources: Sequence[Sequence[int]]) -> DecoderState:
        """The state before the first token."""
        if [list(one) for one in sources] != [self._source]:
            return self._plain.start(sources)
        return AheadState(0, 1)

    def step(self, tokens: Int[Tensor, "item slot"], state: DecoderState) -> Step:
        """Feed one token per slot."""
        if not isinstance(state, AheadState):
            return self._plain.step(tokens, state)
        if state.fed < len(self._ran):
            ran = self._ran[state.fed]
            if torch.equal(tokens, ran.tokens) and torch.equal(state.continued, ran.parents):
                return ran.step._replace(
                    state=AheadState(state.fed + 1, tokens.shape[1]), milliseconds=self._milliseconds(state.fed)
                )
        before = self._ran[state.fed - 1].step.state if state.fed else self._start
        own = before if state.parents is None else before.select(state.parents)
        return self._plain.step(tokens, own)

    def _milliseconds(self, at: int) -> float:
        """From one step to the next: what the model took, and what was chosen from it."""
        after = self._ran[at + 1].began if at + 1 < len(self._ran) else self._ended
        return 1000 * (after - self._ran[at].began)


def run_ahead(
    model: StepModel, like: Float[Tensor, " vocab"], source: Sequence[int], width: int, longest: int, end: int,
    never: tuple[int, ...],
) -> Ahead | None:  # fmt: skip
    """Let the `width` most probable continuations live on, step after step; see `RunsAhead`.

    Args:
        model: what is stepped; like: a row of as many numbers as it has tokens, of the kind it computes with.

    Returns:
        None where whole distributions are too large to be kept until somebody looks.
    """
    if len(like) > SMALL_VOCABULARY:
        return None
    forbidden = like.new_zeros(len(like))
    forbidden[list(never)] = -torch.inf
    if width == 1:
        return _greedily(model, source, longest, end, forbidden)
    forbidden[end] = -torch.inf
    return _beamwise(model, source, width, longest, end, forbidden.double())


def _greedily(model: StepModel, source: Sequence[int], longest: int, end: int, never: Tensor) -> Ahead:
    start = state = model.start([source])
    tokens = torch.tensor([[model.begin]])
    nothing, sums = torch.zeros(1, 1, dtype=torch.int64), torch.zeros(1)
    ran: list[Ran] = []
    for _ in range(longest):
        began = perf_counter()
        step = model.step(tokens, state)
        ran.append(Ran(tokens, nothing, step, sums, began))
        tokens, state = (step.log_probs + never).argmax(dim=-1), step.state
        if tokens.item() == end:
            break
    return Ahead(model, source, start, ran)


def _beamwise(model: StepModel, source: Sequence[int], width: int, longest: int, end: int, never: Tensor) -> Ahead:
    start = state = model.start([source])
    tokens = torch.tensor([[model.begin]])
    ran: list[Ran] = []
    parents, sums = torch.zeros(1, 1, dtype=torch.int64), torch.zeros(1, dtype=torch.float64)
    for at in range(longest):
        began = perf_counter()
        step = model.step(tokens, state)
        ran.append(Ran(tokens, parents, step, sums, began))
        if at % _CHECK == _CHECK - 1 and _will_have_stopped(ran[-_CHECK:], end):
            break
        totals = (step.log_probs[0] + (sums[:, None] + never)).view(-1)
        best = totals.topk(min(width, len(totals)))
        if len(sums) < width:
            best = tuple(part[best.values > -torch.inf] for part in best)
            if not len(best[0]):
                break
        sums, places = best
        parents, tokens = (places // len(never))[None], (places % len(never))[None]
        state = step.state.select(parents)
    return Ahead(model, source, start, ran)


def _will_have_stopped(ran: Sequence[Ran], end: int) -> bool:
    """Whether, by sums alone, something that ended cannot be beaten any more: a guess that costs no truth."""
    ended = max(float((one.sums + one.step.log_probs[0, :, end]).max()) for one in ran)
    return ended >= float(ran[-1].sums.max())
