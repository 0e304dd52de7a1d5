"""Settings that know their range and their reason.

A setting is a field of a frozen dataclass, declared with `setting(...)`. Forms, the command line, configuration files
and error messages all read the declaration; nothing about a setting is written twice. A class that inherits
`Settings` checks itself when it is born.
"""

import dataclasses
import difflib
import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints

from core.errors import SettingError
from core.language import tr


@dataclass(frozen=True)
class Declaration:
    """What one setting may be.

    Attributes:
        name: the field's name.
        kind: bool, int, float or str.
        default: the value when nothing is said.
        low, high: inclusive bounds of a number, or None where there is none.
        above: exclusive lower bound of a number, or None.
        step: a sensible increment for a form.
        choices: the only values of a string, or () for free text.
        help: one line: meaning, unit, and what to try.
    """

    name: str
    kind: type
    default: Any
    low: float | None
    high: float | None
    above: float | None
    step: float | None
    choices: tuple[str, ...]
    help: str

    def check(self, value: Any) -> Any:
        """Return `value` in the setting's own kind, or say why it cannot be."""
        value = self._convert(value)
        if self.choices and value not in self.choices:
            raise SettingError(
                tr(
                    "{name}={value!r} is not known{did_you_mean}; choose one of: {choices}",
                    name=self.name,
                    value=value,
                    did_you_mean=did_you_mean(value, self.choices),
                    choices=", ".join(self.choices),
                )
            )
        if self.kind in (int, float):
            self._check_range(value)
        return value

    def span(self) -> str:
        """The allowed range in words, for messages and help."""
        low = (
            tr("above {low:,.10g}", low=self.above)
            if self.above is not None
            else tr("at least {low:,.10g}", low=self.low)
            if self.low is not None
            else ""
        )
        high = tr("at most {high:,.10g}", high=self.high) if self.high is not None else ""
        return tr(" and ").join(part for part in (low, high) if part) or tr("any number")

    def _check_range(self, value: float) -> None:
        fits = (
            math.isfinite(value)
            and (self.low is None or value >= self.low)
            and (self.above is None or value > self.above)
            and (self.high is None or value <= self.high)
        )
        if not fits:
            raise SettingError(
                tr(
                    "{name}={value:.10g} is out of range: it must be {span} ({help})",
                    name=self.name,
                    value=value,
                    span=self.span(),
                    help=tr(self.help),
                )
            )

    def _convert(self, value: Any) -> Any:
        if self.kind is bool:
            words = {
                "true": True,
                "1": True,
                "yes": True,
                "on": True,
                "false": False,
                "0": False,
                "no": False,
                "off": False,
            }
            if isinstance(value, str) and value.lower() in words:
                return words[value.lower()]
            if isinstance(value, bool):
                return value
        elif self.kind is str and isinstance(value, str):
            return value
        elif self.kind in (int, float) and not isinstance(value, bool):
            try:
                number = float(value)
            except (TypeError, ValueError):
                number = math.nan
            if self.kind is float and not math.isnan(number):
                return number
            if self.kind is int and math.isfinite(number) and number == int(number):
                return int(number)
        raise SettingError(
            tr(
                "{name}={value!r} is not {words} ({help})",
                name=self.name,
                value=value,
                words=tr(_WORDS[self.kind]),
                help=tr(self.help),
            )
        )


_WORDS = {bool: "yes or no (true, false)", int: "a whole number", float: "a number", str: "a text"}


def setting(
    default: Any,
    *,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    step: float | None = None,
    choices: tuple[str, ...] = (),
    help: str,
) -> Any:
    """Declare one setting of a frozen dataclass.

    >>> @dataclass(frozen=True)
    ... class Beam(Settings):
    ...     width: int = setting(4, low=1, high=64, help="hypotheses kept after each step")
    >>> Beam(width=0)
    Traceback (most recent call last):
    ...
    core.errors.SettingError: width=0 is out of range: it must be at least 1 and at most 64 (hypotheses kept after each step)
    """
    facts = {"low": low, "high": high, "above": above, "step": step, "choices": tuple(choices), "help": help}
    return dataclasses.field(default=default, metadata={"setting": facts})


S = TypeVar("S", bound="Settings")


class Settings:
    """A frozen dataclass whose settings are checked at birth; `__post_init__` of a subclass calls `super()` first."""

    def __post_init__(self) -> None:
        for declaration in declarations(type(self)):
            value = declaration.check(getattr(self, declaration.name))
            object.__setattr__(self, declaration.name, value)  # the dataclass is frozen: this is its birth

    @classmethod
    def from_dict(cls: type[S], values: Mapping[str, Any], where: str = "") -> S:
        """Build from names and values (strings are converted); an unknown name is an error with a suggestion."""
        known = {declaration.name: declaration for declaration in declarations(cls)}
        for name in values:
            if name not in known:
                raise SettingError(
                    tr(
                        "unknown setting {where}{name}{did_you_mean}; known here: {sorted}",
                        where=where,
                        name=name,
                        did_you_mean=did_you_mean(name, known),
                        sorted=", ".join(sorted(known)) or tr("none"),
                    )
                )
        return cls(**{name: known[name].check(value) for name, value in values.items()})

    def to_dict(self) -> dict[str, Any]:
        """Names and values of every setting, ready for JSON."""
        return {declaration.name: getattr(self, declaration.name) for declaration in declarations(type(self))}


@functools.cache
def declarations(cls: type) -> tuple[Declaration, ...]:
    """Every setting of a dataclass in order of declaration: its own first, then what it inherits."""
    hints = get_type_hints(cls)
    fields = {field.name: field for field in dataclasses.fields(cls) if "setting" in field.metadata}
    ordered = dict.fromkeys(
        name for kind in cls.__mro__ for name in vars(kind).get("__annotations__", ()) if name in fields
    )
    return tuple(
        Declaration(name=name, kind=hints[name], default=fields[name].default, **fields[name].metadata["setting"])
        for name in ordered
    )


def did_you_mean(word: str, known: Any) -> str:
    """A suggestion for a mistyped name, or an empty string.

    >>> did_you_mean("lyaers", ["layers", "heads"])
    ' (did you mean layers?)'
    """
    close = difflib.get_close_matches(str(word), list(known), n=1)
    return tr(" (did you mean {close}?)", close=close[0]) if close else ""
