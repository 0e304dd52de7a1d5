"""Distillation as it is chosen: which trained run teaches, how it writes, and what is minimized on its outputs."""

from dataclasses import dataclass
from typing import ClassVar

from core.data.recording import SegmentVocabulary
from core.decoding.all_places import AbstractAllPlaces
from core.decoding.beam import BeamSearch
from core.decoding.greedy import GreedySearch
from core.decoding.search import AbstractSearch
from core.errors import SettingError
from core.language import tr
from core.settings import Settings, setting
from core.tasks.task import AbstractTask
from core.training.distillation import Distilled, differing
from core.training.objective import Objective
from core.training.objective_settings import Makings, problem_of
from core.training.places_settings import PLACES, AbstractPlacesSettings
from core.training.settings import TrainingSettings

WRITING: dict[str, type[AbstractSearch]] = {"greedy": GreedySearch, "beam": BeamSearch}


@dataclass(frozen=True)
class Distillation(AbstractPlacesSettings):
    """An objective for all places, on what a trained run writes for the training sources."""

    name: ClassVar[str] = "distillation"
    summary: ClassVar[str] = "another objective, on what a trained run writes for the sources (model=parallel)"
    smooths: ClassVar[bool] = True  # as far as `of` does: it refuses for itself

    teacher: str = setting("", help="the run that teaches, as demo/synonyms-transformer; it must stay as it is")
    writes: str = setting("greedy", choices=tuple(WRITING), help="the search by which the teacher writes")
    of: str = setting("all_places", choices=tuple(PLACES), help="the objective that is minimized on its outputs")

    @property
    def shows(self) -> bool:  # type: ignore[override]
        """As `of` does."""
        return self.objective.shows

    @property
    def objective(self) -> AbstractPlacesSettings:
        """What is minimized, with its usual settings."""
        return PLACES[self.of]()

    @property
    def countings(self) -> tuple[str, ...]:
        """As `of` has them."""
        return self.objective.countings

    def refusal(self, task: AbstractTask, model: Settings, training: TrainingSettings) -> str | None:
        """A teacher is needed, and what `of` refuses is refused."""
        if not self.teacher.strip():
            return tr(
                "objective=distillation learns from a trained run: name it with objective.teacher, as demo/synonyms-transformer"
            )
        return problem_of(self.objective, task, model, training)

    def make(self, makings: Makings) -> Objective:
        """Open the teacher.

        Raises:
            RunError: there is no such run; SettingError: it reads or writes other words.
        """
        if isinstance(makings.task.vocabularies[0], SegmentVocabulary):
            raise SettingError(
                tr(
                    "objective=distillation keeps a teacher's output by the tokens of its source, and what is heard has no tokens: "
                    "choose objective={of}",
                    of=self.of,
                )
            )
        teacher = makings.teacher(self.teacher)
        problem = differing(makings.task.vocabularies, teacher.vocabularies)
        if problem is not None:
            raise SettingError(
                tr(
                    "{teacher} cannot teach this training: {problem}; choose a run of the same task and settings",
                    teacher=self.teacher,
                    problem=problem,
                )
            )
        return Distilled(self.objective.make(makings), teacher.model, WRITING[self.writes]())

    def decoding(self) -> AbstractAllPlaces:
        """As after `of`."""
        return self.objective.decoding()

    def judged(self) -> Objective:
        """As for `of`, on the data's own targets."""
        return self.objective.judged()
