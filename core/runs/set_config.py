"""The configuration of a training on sets of vectors; the same form as every run's.

schema = "attnlab/run/1"            seed = 1
[task]      name = "saw"            its settings …
[model]     name = "attention"      its settings …
[training]  its settings …
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.errors import SettingError
from core.language import tr
from core.models.set_models import SET_MODELS
from core.models.set_settings import AbstractSetSettings
from core.runs.assignments import assigned, seed_of
from core.runs.catalog import entry
from core.runs.folder import SCHEMA, RunFolder
from core.seeds import Seeds
from core.tasks.set_table import SET_TASKS
from core.tasks.set_task import AbstractSetTask
from core.training.set_trainer import SetTraining

_PARTS = ("task", "model", "training")


@dataclass(frozen=True)
class SetConfig:
    """Everything that determines a training on sets.

    Attributes:
        task, model, training: their settings; seed: of all chance.
    """

    task: AbstractSetTask
    model: AbstractSetSettings
    training: SetTraining
    seed: int = 1

    def __post_init__(self) -> None:
        if self.model.name not in self.task.models:
            raise SettingError(
                tr(
                    "task={name} is not learned by model={name2}; choose one of: {models}",
                    name=self.task.name,
                    name2=self.model.name,
                    models=", ".join(self.task.models),
                )
            )

    @property
    def seeds(self) -> Seeds:
        """The streams of chance of this training."""
        return Seeds(self.seed)

    @property
    def model_name(self) -> str:
        """The model's word."""
        return self.model.name

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON; `from_dict` reads it back."""
        return {
            "schema": SCHEMA,
            "task": {"name": self.task.name, **self.task.to_dict()},
            "model": {"name": self.model.name, **self.model.to_dict()},
            "training": self.training.to_dict(),
            "seed": self.seed,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "SetConfig":
        """Build from names and values.

        Raises:
            SettingError: an unknown name, or a value that cannot be.
        """
        seed = seed_of(data, _PARTS)
        task, model = dict(data.get("task", {})), dict(data.get("model", {}))
        learned = entry(SET_TASKS, str(task.pop("name", "")), "task").from_dict(task, "task.")
        kind = entry(SET_MODELS, str(model.pop("name", learned.models[0])), "model")
        training = SetTraining.from_dict(data.get("training", {}), "training.")
        return cls(learned, kind.from_dict(model, "model."), training, seed)

    @classmethod
    def preset(cls, task: str, model: str = "", name: str = "fast") -> "SetConfig":
        """Settings to begin with, for a task and one of its models (the usual one where none is named).

        Args:
            name: `fast`, or `full`: three times as many steps.

        Raises:
            SettingError: an unknown name.
        """
        kind = entry(SET_TASKS, task, "task")
        model = model or kind.models[0]
        parts = {"task": {}, "model": {}, **kind.presets.get(model, {})}
        named = {"task": {"name": task, **parts["task"]}, "model": {"name": model, **parts["model"]}}
        config = cls.from_dict({**parts, **named})
        factor = entry({"fast": 1, "full": 3}, name, "preset")
        return replace(config, training=replace(config.training, steps=config.training.steps * factor))

    def changed(self, assignments: Mapping[str, Any]) -> "SetConfig":
        """A copy with settings changed, named `part.name`; `seed` has no part.

        Raises:
            SettingError: an unknown part or setting, or a value that cannot be.
        """
        return SetConfig.from_dict(assigned(self.to_dict(), assignments, _PARTS))


def is_set_run(run: RunFolder) -> bool:
    """Whether a run labels sets of vectors, and decodes nothing.

    Raises:
        RunError: the run is damaged.
    """
    task = run.config().get("task")
    return isinstance(task, Mapping) and task.get("name") in SET_TASKS
