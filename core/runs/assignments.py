"""What configurations of every kind share: a seed, known parts, and settings that are changed by `part.name`."""

from collections.abc import Collection, Mapping
from typing import Any

from core.errors import SettingError
from core.language import tr
from core.settings import did_you_mean

_ALWAYS = ("schema", "seed")


def seed_of(data: Mapping[str, Any], parts: Collection[str]) -> int:
    """The seed of a configuration, 1 where none is given, once its parts are known to be what they must be.

    Raises:
        SettingError: an unknown part, one that is no names and values, or a seed that cannot be.
    """
    for name in data:
        if name not in (*parts, *_ALWAYS):
            raise SettingError(
                tr(
                    "unknown part {name}{did_you_mean}; known: {parts}, seed",
                    name=name,
                    did_you_mean=did_you_mean(name, parts),
                    parts=", ".join(parts),
                )
            )
    for part in parts:
        if not isinstance(data.get(part, {}), Mapping):
            raise SettingError(tr("the part {part} is {data!r}; expected names and values", part=part, data=data[part]))
    seed = data.get("seed", 1)
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**31:
        raise SettingError(tr("seed={seed!r} must be a whole number from 0 to {value}", seed=seed, value=2**31 - 1))
    return seed


def assigned(
    data: dict[str, Any], assignments: Mapping[str, Any], parts: Collection[str], *, named: Collection[str] = ()
) -> dict[str, Any]:
    """A configuration's data with settings changed, named `part.name`; `seed` has no part.

    Args:
        named: paths that end in `.name` and may be changed all the same.

    Raises:
        SettingError: an unknown part.
    """
    for path, value in assignments.items():
        part, dot, name = path.partition(".")
        if path == "seed":
            data["seed"] = int(value) if str(value).lstrip("-").isdigit() else value
        elif dot and part in parts and (name != "name" or path in named):
            data[part][name] = value
        else:
            known = ", ".join(f"{one}.NAME" for one in parts)
            raise SettingError(tr("unknown setting {path}; write {known} or seed", path=path, known=known))
    return data
