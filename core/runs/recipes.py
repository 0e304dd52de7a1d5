"""Configurations of every kind: which one a run folder or a recipe holds, and recipes as TOML text."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import DataError
from core.language import tr
from core.runs.config import PARTS, ExperimentConfig
from core.runs.folder import SCHEMA, RunFolder
from core.runs.set_config import SetConfig
from core.runs.voice_config import VoiceConfig
from core.tasks.set_table import SET_TASKS
from core.tasks.synthesis import Synthesis

_LARGEST = 1_000_000  # bytes of a recipe, which is a page of text
AnyConfig = ExperimentConfig | VoiceConfig | SetConfig
_KINDS: dict[str, type[VoiceConfig] | type[SetConfig]] = {
    Synthesis.name: VoiceConfig,
    **dict.fromkeys(SET_TASKS, SetConfig),
}


def config_from(data: Mapping[str, Any]) -> AnyConfig:
    """Build from names and values; the name of the task tells the kind.

    Raises:
        SettingError: an unknown name, or a value that cannot be.
    """
    task = data.get("task")
    name = task.get("name") if isinstance(task, Mapping) else None
    return _KINDS.get(str(name), ExperimentConfig).from_dict(data)


def config_of(run: RunFolder) -> AnyConfig:
    """The configuration of a run.

    Raises:
        RunError: the run is damaged; SettingError: settings that cannot be.
    """
    return config_from(run.config())


def read_recipe(path: Path) -> AnyConfig:
    """A configuration from a TOML file.

    Raises:
        DataError: no such file, or not TOML; SettingError: settings that cannot be.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise DataError(
                tr(
                    "{path} is larger than any recipe ({largest:,} bytes); it is something else",
                    path=path,
                    largest=_LARGEST,
                )
            )
        return config_from(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise DataError(
            tr(
                "cannot read the recipe {path}: {strerror}; give the path of a .toml file",
                path=path,
                strerror=error.strerror,
            )
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(
            tr("{path} is not a recipe: {error}; see assets/recipes for examples", path=path, error=error)
        ) from error


def write_recipe(config: AnyConfig) -> str:
    """A configuration as TOML text that `read_recipe` reads back."""
    data = config.to_dict()
    lines = [f'schema = "{SCHEMA}"', f"seed = {config.seed}"]
    for part in (one for one in PARTS if one in data):
        lines += ["", f"[{part}]", *(f"{name} = {_toml(value)}" for name, value in data[part].items())]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return repr(value)
