"""Is what was compiled what the plain step model computes? Every recorded step of some sources is stepped again.

Two ways to compute the same in single precision differ by rounding, on trained models by more than on small random ones.
So the plain path is held to double precision too: what was compiled may be as far from it as it is from the truth.
"""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from core.models.compiled.ahead import Compiled
from core.models.compiled.architecture import Architecture
from core.models.compiled.loops import Loops
from core.models.compiled.replay import Replay
from core.models.fast.table import fast
from core.models.seq2seq import Seq2Seq
from core.step_model import StepModel

TOLERANCE = 1e-5  # beyond it, three times the plain path's own rounding is allowed
_ROUNDING = 3.0


class Difference(NamedTuple):
    """The largest differences of two step models; infinite where one is no number, or of another kind.

    Attributes:
        log_probs: relative to their size where that is above 1; weights: of all attentions.
        sums: of what was chosen from what should have been, by a step.
    """

    log_probs: float = 0.0
    weights: float = 0.0
    sums: float = 0.0

    def larger(self, other: "Difference") -> "Difference":
        """Of both."""
        return Difference(*map(max, zip(self, other)))


class Checked(NamedTuple):
    """What came out.

    Attributes:
        found: from the plain path; rounding: the plain path's own, from double precision.
        sources: that were compared.
    """

    found: Difference
    rounding: Difference
    sources: int

    @property
    def within(self) -> bool:
        """Whether it is no more than rounding."""
        return self.sources > 0 and max(self.found) <= max(TOLERANCE, _ROUNDING * max(self.rounding))


def check(
    model: Seq2Seq, kind: Architecture, loops: Loops, width: int, sources: Iterable[tuple[Sequence[int], int]]
) -> Checked:
    """Hold loops to plain steps.

    Args:
        sources: each with the longest output to write.
    """
    plain, exact = fast(model, "*"), fast(deepcopy(model).double(), "*")
    compiled = Compiled(model, kind, plain, "*", lambda wanted: loops)
    found, rounding, count = Difference(), Difference(), 0
    for source, longest in sources:
        replay = compiled.run(source, width, longest, model.end, model.never_generated)
        assert isinstance(replay, Replay), "an example of a run is longer than its model reads"
        found = found.larger(difference(replay, replay, plain, source, width))
        rounding = rounding.larger(difference(replay, plain, exact, source, width)._replace(sums=0.0))
        count += 1
    return Checked(found, rounding, count)


@torch.no_grad()
def difference(way: Replay, one: StepModel, other: StepModel, source: Sequence[int], width: int) -> Difference:
    """Of two step models that go the way that was run ahead."""
    found = Difference() if len(way) else Difference(torch.inf, torch.inf, torch.inf)
    mine, theirs, total = one.start([source]), other.start([source]), torch.zeros(1, dtype=torch.float64)
    for at in range(len(way)):
        tokens, parents = (torch.tensor([each]) for each in way.fed(at))
        step, expected = one.step(tokens, mine.select(parents)), other.step(tokens, theirs.select(parents))
        mine, theirs = step.state, expected.state
        rows, should = step.rows(), expected.rows()
        weights = max((_apart(rows[path], should[path]) for path in should), default=0.0)
        sums, total = _choice(way, at, total, expected.log_probs[0].double(), width)
        found = found.larger(Difference(_apart(step.log_probs, expected.log_probs), weights, sums / (at + 1)))
    return found


def _apart(one: Tensor, other: Tensor) -> float:
    if one.shape != other.shape:
        return torch.inf
    largest = float(((one.double() - other).abs() / other.abs().clamp(min=1)).max())
    return largest if largest == largest else torch.inf


def _choice(
    way: Replay, at: int, total: Float[Tensor, " slot"], log_probs: Float[Tensor, "slot vocab"], width: int
) -> tuple[float, Float[Tensor, " live"]]:
    """How far the sums of what was chosen after a step are from the best there were; and those sums."""
    sums = total[:, None] + log_probs
    sums[:, list(way.never_generated)] = -torch.inf
    tokens, parents = way.fed(at + 1)
    chosen = sums[parents, tokens]
    if width > 1:
        sums[:, way.end] = -torch.inf
    best = sums.flatten().topk(min(width, sums.numel())).values
    best = best[best > -torch.inf]
    if len(best) != len(chosen):
        return torch.inf, chosen
    return _apart(chosen.sort(descending=True).values, best), chosen
