"""All objectives by name: what menus, the command line and the laws iterate over."""

from dataclasses import dataclass
from typing import ClassVar

from core.training.distillation_settings import Distillation
from core.training.likelihood import Likelihood
from core.training.objective import Objective
from core.training.objective_settings import Makings, ObjectiveSettings
from core.training.order_free import OrderFree
from core.training.places_settings import PLACES
from core.training.rewarded import Mixer, Reinforce, RiskMinimized, SelfCritical
from core.training.scheduled_sampling import ScheduledSampling


@dataclass(frozen=True)
class TeacherForcing(ObjectiveSettings):
    """The likelihood of the target under its own, right prefix."""

    name: ClassVar[str] = "likelihood"
    summary: ClassVar[str] = "cross-entropy of every target token under the right prefix (teacher forcing)"
    smooths: ClassVar[bool] = True
    guides: ClassVar[bool] = True

    def make(self, makings: Makings) -> Objective:
        """Smoothed as the training says."""
        return Likelihood(makings.training.label_smoothing, makings.training.smoothing_kind)


_KINDS = (
    TeacherForcing, OrderFree, ScheduledSampling, *PLACES.values(), Distillation, Reinforce, SelfCritical, Mixer, RiskMinimized,
)  # fmt: skip
OBJECTIVES: dict[str, type[ObjectiveSettings]] = {kind.name: kind for kind in _KINDS}
