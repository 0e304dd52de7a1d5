"""The coverage loss: a term of the loss that makes looking at the same source token twice dear.

    L = λ · (1/N) Σ_t Σ_i min(a_ti, c_ti),    c_t = Σ_{t' < t} a_t'

a_t are the weights with which the target's position t looks at the source, c_t the sum of those before it, N the number of
real target tokens of the batch. A decoder that goes through its source without coming back pays nothing; one that stays
at one place pays 1 at every position but the first. What hears of c inside the score is the alignment `coverage`.

Source: See et al. 2017, section 2.3, equations 12 and 13, arXiv:1704.04368, with λ = 1.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.attention.alignments import ALIGNMENTS
from core.data.batch import Batch
from core.errors import SettingError
from core.language import tr
from core.precision import full
from core.recording.recorder import site_of
from core.recording.tap import Tap, watching
from core.shapes import Valid
from core.training.objective import Learner, Objective, Objectives
from core.training.settings import TrainingSettings

TERM = "coverage"  # of the loss


@dataclass(frozen=True)
class Covering:
    """An objective and, where coverage has a price, one term more; without a price it is the objective, bit for bit.

    Attributes:
        objective: what is minimized anyway; price: λ.
    """

    objective: Objective
    price: float

    def __call__(self, model: Learner, batch: Batch, step: int) -> Objectives:
        """Weigh one batch; weights that pass the tap carry their gradient."""
        if self.price == 0.0:
            return self.objective(model, batch, step)
        looking, passed = _looking(model), list[Tensor]()

        def keep(tap: Tap, value: Tensor) -> None:
            if tap is looking and value.requires_grad:  # what only writes a prefix is not what learns
                passed.append(value)

        with watching(keep):
            weighed = self.objective(model, batch, step)
        loss = self.price * coverage(full(torch.cat(passed, dim=2)[:, 0]), batch.target_valid)
        return weighed._replace(terms={**weighed.terms, TERM: loss})


def coverage(weights: Float[Tensor, "batch target source"], valid: Valid) -> Float[Tensor, ""]:
    """How much is looked at again, a mean over real target tokens; from 0 on, below 1 where rows sum to one.

    Args:
        weights: of one attention, with zeros on source pads; valid: which target positions are real.

    >>> valid = torch.ones(1, 4, dtype=torch.bool)
    >>> staying = torch.eye(4)[[1, 1, 1, 1]][None]
    >>> float(4 * coverage(torch.eye(4)[None], valid)), float(4 * coverage(staying, valid))
    (0.0, 3.0)
    """
    before = weights.cumsum(dim=1) - weights
    again = torch.minimum(weights, before).sum(dim=-1) * valid
    return again.sum() / valid.sum()


def refuse_terms(training: TrainingSettings, copying: str, looks: tuple[int, int], alignment: str) -> None:
    """Let pass what a coverage loss and a copying decoder can be trained with.

    Args:
        copying: of COPIES; looks: layers that look at the source, and heads in each; alignment: of ALIGNMENTS.

    Raises:
        SettingError: it cannot; the message says what would work.
    """
    if copying != "none" and training.label_smoothing:
        raise SettingError(
            tr(
                "label_smoothing={label_smoothing:g} gives probability to all tokens, and with copy={copying} a source "
                "lacks some of them: choose label_smoothing=0, or copy=none",
                label_smoothing=training.label_smoothing,
                copying=copying,
            )
        )
    if training.coverage == 0.0:
        return
    if looks != (1, 1) and copying == "none":
        raise SettingError(
            tr(
                "coverage={coverage:g} counts where one attention has looked, and this model has {looks} heads in "
                "{looks2} layers: choose coverage=0, copy=pointer_generator, or the model recurrent",
                coverage=training.coverage,
                looks=looks[1],
                looks2=looks[0],
            )
        )
    if ALIGNMENTS[alignment].monotonic and copying in ("none", "copynet"):
        raise SettingError(
            tr(
                "coverage={coverage:g} punishes looking back, and alignment={alignment} never does: choose coverage=0, "
                "or alignment=content",
                coverage=training.coverage,
                alignment=alignment,
            )
        )


def _looking(model: nn.Module) -> Tap:
    """Where the weights pass: of the copy distribution, if there is one, else of the one attention to the source."""
    taps = [
        (path.endswith("cross_copying.tap_weights"), module)
        for path, module in model.named_modules()
        if isinstance(module, Tap) and path.endswith(".tap_weights") and site_of(path).kind == "cross"
    ]
    return max(taps, key=lambda one: one[0])[1]
