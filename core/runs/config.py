"""The configuration of an experiment: a task, a model, a training, a seed; the same words in JSON, TOML and --set.

schema = "attnlab/run/1"            seed = 1
[task]      name = "dates"          its settings …
[model]     name = "transformer"    its settings …
[objective] name = "likelihood" its settings …; where it is left out, the likelihood
[training]  its settings …
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import SettingError
from core.language import tr
from core.models.norms import NORMS
from core.runs.assignments import assigned, seed_of
from core.runs.catalog import MODELS, OBJECTIVES, TASKS, entry
from core.seeds import Seeds
from core.settings import Settings
from core.tasks.task import AbstractTask
from core.training.attention_losses import chosen
from core.training.coverage import refuse_terms
from core.training.objective_settings import ObjectiveSettings, refuse
from core.training.objectives import TeacherForcing
from core.training.settings import TrainingSettings
from core.training.sharing import refuse_sharing

SCHEMA = "attnlab/run/1"
PARTS = ("task", "model", "objective", "training")  # as recipes have them
_OBJECTIVE = "objective.name"
_USUAL = TeacherForcing()


@dataclass(frozen=True)
class ExperimentConfig:
    """Everything that determines a training.

    Attributes:
        task, model, training: their settings; seed: of all chance.
        objective: what is minimized.
    """

    task: AbstractTask
    model: Settings
    training: TrainingSettings
    seed: int = 1
    objective: ObjectiveSettings = _USUAL

    def __post_init__(self) -> None:
        norm = getattr(self.model, "normalization", "layer")
        if NORMS[norm].over_batch and self.training.batch_size == 1:
            raise SettingError(
                tr(
                    "normalization={norm} needs other examples to compare with, but batch_size=1: choose a batch_size of at "
                    "least 2, or normalization=layer",
                    norm=norm,
                )
            )
        refuse_sharing(self.training.workers, self.training.batch_size, norm, NORMS[norm].over_batch)
        layers, heads = getattr(self.model, "looks", (1, 1))
        chosen(self.training.guidance_layers, layers, "guidance_layers")  # each says what cannot be
        chosen(self.training.guidance_heads, heads, "guidance_heads")
        refuse(self.objective, self.task, self.model, self.training)
        copying = getattr(self.model, "copy", "none")
        refuse_terms(self.training, copying, (layers, heads), getattr(self.model, "alignment", "content"))
        if copying != "none":
            object.__setattr__(self, "task", self.task.for_copying())

    @property
    def seeds(self) -> Seeds:
        """The streams of chance of this experiment."""
        return Seeds(self.seed)

    @property
    def model_name(self) -> str:
        """The model's word in tables."""
        return next(name for name, kind in MODELS.items() if kind is type(self.model))

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON; `from_dict` reads it back."""
        return {
            "schema": SCHEMA,
            "task": {"name": self.task.name, **self.task.to_dict()},
            "model": {"name": self.model_name, **self.model.to_dict()},
            "objective": {"name": self.objective.name, **self.objective.to_dict()},
            "training": self.training.to_dict(),
            "seed": self.seed,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "ExperimentConfig":
        """Build from names and values.

        Raises:
            SettingError: an unknown name, or a value that cannot be.
        """
        seed = seed_of(data, PARTS)
        task, model, objective = (dict(data.get(part, {})) for part in ("task", "model", "objective"))
        return cls(
            entry(TASKS, str(task.pop("name", "")), "task").from_dict(task, "task."),
            entry(MODELS, str(model.pop("name", "")), "model").from_dict(model, "model."),
            TrainingSettings.from_dict(data.get("training", {}), "training."),
            seed,
            entry(OBJECTIVES, str(objective.pop("name", _USUAL.name)), "objective").from_dict(objective, "objective."),
        )

    def changed(self, assignments: Mapping[str, Any]) -> "ExperimentConfig":
        """A copy with settings changed, named `part.name`; `seed` has no part.

        `objective.name` chooses another objective, with its usual settings where none are given.

        Raises:
            SettingError: an unknown part or setting, or a value that cannot be.
        """
        data = self.to_dict()
        if assignments.get(_OBJECTIVE, self.objective.name) != self.objective.name:
            data["objective"] = {"name": assignments[_OBJECTIVE]}
        return ExperimentConfig.from_dict(assigned(data, assignments, PARTS, named=[_OBJECTIVE]))


def parse_assignments(texts: list[str]) -> dict[str, str]:
    """`["model.layers=2"]` to names and values.

    Raises:
        SettingError: a text without "=".
    """
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise SettingError(tr("cannot read {text_!r}; write NAME=VALUE, for instance model.layers=2", text_=text))
        found[name.strip()] = value.strip()
    return found
