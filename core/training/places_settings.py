"""The objectives of models that write all places at once, as they are chosen, and how their outputs are decoded."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from core.decoding.all_places import AbstractAllPlaces
from core.decoding.collapsed import Collapsed
from core.decoding.mask_predict import AtOnce, MaskPredict
from core.parallel_model import PREDICTED, UPSAMPLED
from core.settings import setting
from core.training.ctc import Ctc
from core.training.evaluation import Evaluator
from core.training.likelihood import Likelihood
from core.training.objective import Objective
from core.training.objective_settings import Makings, ObjectiveSettings
from core.training.parallel_evaluation import ParallelEvaluator
from core.training.places import AllPlaces, MaskedFilling

_FILLED = (*PREDICTED, "end")  # every place holds a token


@dataclass(frozen=True)
class AbstractPlacesSettings(ObjectiveSettings):
    """An objective for all places.

    Attributes:
        shows: whether the model learns from places that are written already, as passes after the first need it.
    """

    shows: ClassVar[bool] = False

    @abstractmethod
    def decoding(self) -> AbstractAllPlaces:
        """How a model trained so is decoded where nobody says otherwise."""

    @abstractmethod
    def judged(self) -> Objective:
        """The loss that is told of held-out examples."""

    def evaluator(self) -> Evaluator:
        """Decoded as usual; the loss of all places, empty."""
        return ParallelEvaluator(self.decoding(), self.judged())


@dataclass(frozen=True)
class AllPlacesSettings(AbstractPlacesSettings):
    """All places at once, nothing of the target shown."""

    name: ClassVar[str] = "all_places"
    summary: ClassVar[str] = "cross-entropy of the token at every place, all at once (model=parallel)"
    smooths: ClassVar[bool] = True

    @property
    def countings(self) -> tuple[str, ...]:
        """Those with a token at every place."""
        return _FILLED

    def make(self, makings: Makings) -> Objective:
        """Smoothed as the training says."""
        return AllPlaces(Likelihood(makings.training.label_smoothing, makings.training.smoothing_kind))

    def decoding(self) -> AbstractAllPlaces:
        """In one pass."""
        return AtOnce()

    def judged(self) -> Objective:
        """The same, not smoothed."""
        return AllPlaces()


@dataclass(frozen=True)
class MaskedFillingSettings(AbstractPlacesSettings):
    """Some places at once, the others shown."""

    name: ClassVar[str] = "masked_filling"
    summary: ClassVar[str] = "cross-entropy of the tokens at randomly emptied places, for mask-predict (model=parallel)"
    smooths: ClassVar[bool] = True
    shows: ClassVar[bool] = True

    passes: int = setting(4, low=1, high=64, help="passes of mask-predict where held-out examples are decoded")

    @property
    def countings(self) -> tuple[str, ...]:
        """Those with a token at every place."""
        return _FILLED

    def make(self, makings: Makings) -> Objective:
        """Places are emptied as the seed says."""
        smoothed = Likelihood(makings.training.label_smoothing, makings.training.smoothing_kind)
        return MaskedFilling(makings.seeds, smoothed)

    def decoding(self) -> AbstractAllPlaces:
        """In so many passes."""
        return MaskPredict(passes=self.passes)

    def judged(self) -> Objective:
        """All places empty: no chance in it, and comparable."""
        return AllPlaces()


@dataclass(frozen=True)
class CtcSettings(AbstractPlacesSettings):
    """More places than tokens, some blank."""

    name: ClassVar[str] = "ctc"
    summary: ClassVar[str] = (
        "the target's likelihood over all ways to spread it over places (model=parallel, upsampled)"
    )

    @property
    def countings(self) -> tuple[str, ...]:
        """Places for each source token."""
        return (UPSAMPLED,)

    def make(self, makings: Makings) -> Objective:
        """There is nothing to choose."""
        return Ctc()

    def decoding(self) -> AbstractAllPlaces:
        """In one pass, collapsed."""
        return Collapsed()

    def judged(self) -> Objective:
        """The same."""
        return Ctc()


PLACES: dict[str, type[AbstractPlacesSettings]] = {
    kind.name: kind for kind in (AllPlacesSettings, MaskedFillingSettings, CtcSettings)
}
