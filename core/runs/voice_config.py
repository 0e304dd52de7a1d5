"""The configuration of a voice: the task `tts`, a speaker, a training, a seed; the same form as every run's.

schema = "attnlab/run/1"            seed = 1
[task]      name = "tts"            its settings …
[model]     name = "speaker"        its settings …
[training]  its settings …
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import SettingError
from core.language import tr
from core.models.speaker_settings import SpeakerSettings
from core.runs.assignments import assigned, seed_of
from core.runs.catalog import entry
from core.runs.folder import SCHEMA, RunFolder
from core.seeds import Seeds
from core.tasks.synthesis import Synthesis
from core.training.speaker_trainer import SpeakingSettings

_PARTS = {"task": Synthesis, "model": SpeakerSettings, "training": SpeakingSettings}
_PRESETS: dict[str, dict[str, Any]] = {
    "fast": {"model": {"reduction": 5, "alignment": "location"}, "training": {}},
    "full": {"model": {"reduction": 4, "alignment": "location", "width": 256}, "training": {"steps": 6000}},
}


@dataclass(frozen=True)
class VoiceConfig:
    """Everything that determines the training of a voice.

    Attributes:
        task, model, training: their settings; seed: of all chance.
    """

    task: Synthesis
    model: SpeakerSettings
    training: SpeakingSettings
    seed: int = 1

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
        parts = {part: getattr(self, part).to_dict() for part in _PARTS}
        named = {part: {"name": _PARTS[part].name, **parts[part]} for part in ("task", "model")}
        return {"schema": SCHEMA, **parts, **named, "seed": self.seed}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "VoiceConfig":
        """Build from names and values.

        Raises:
            SettingError: an unknown name, or a value that cannot be.
        """
        seed = seed_of(data, _PARTS)
        parts = {part: dict(data.get(part, {})) for part in _PARTS}
        for part in ("task", "model"):
            given, own = parts[part].pop("name", _PARTS[part].name), _PARTS[part].name
            if given != own:
                raise SettingError(
                    tr(
                        "the {part} of a voice is {own}, not {given!r}; leave it out, or choose another task",
                        part=part,
                        own=own,
                        given=given,
                    )
                )
        return cls(*(kind.from_dict(parts[part], f"{part}.") for part, kind in _PARTS.items()), seed)

    @classmethod
    def preset(cls, name: str) -> "VoiceConfig":
        """Settings to begin with: `fast` or `full`."""
        return cls.from_dict(entry(_PRESETS, name, "preset"))

    def changed(self, assignments: Mapping[str, Any]) -> "VoiceConfig":
        """A copy with settings changed, named `part.name`; `seed` has no part.

        Raises:
            SettingError: an unknown part or setting, or a value that cannot be.
        """
        return VoiceConfig.from_dict(assigned(self.to_dict(), assignments, _PARTS))


def is_voice(run: RunFolder) -> bool:
    """Whether a run is a voice: it speaks, and has no tokens to decode.

    Raises:
        RunError: the run is damaged.
    """
    task = run.config().get("task")
    return isinstance(task, Mapping) and task.get("name") == Synthesis.name
