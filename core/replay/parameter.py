"""Parameters of a page's address: how each is read, what it may be, and what it is where the address is silent.

The app writes a choice into the address as it is shown, in the language of whoever looks (dashboard/language.py); so a choice is read by
the words of the language that is spoken, by its plain value, and by the words of any other language.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import nan
from typing import Any, ClassVar

from core.errors import SettingError
from core.language import LANGUAGES, speaking, tr
from core.settings import did_you_mean

Given = Mapping[str, Any]  # what was read before: settings by the names of the function's arguments
_LONGEST = 120  # characters of an address that an error repeats
_SHOWN = 40  # choices that an error lists


@dataclass(frozen=True)
class Parameter:
    """One parameter of an address.

    Attributes:
        name: in the address, or how it follows from what was read before.
        default: where the address is silent, or how it follows.
        kept: whether a widget of this name holds its value; spelled: whether a link says it where it is the usual one.
    """

    name: str | Callable[[Given], str]
    default: Any
    kept: bool = field(default=True, kw_only=True)
    spelled: bool = field(default=True, kw_only=True)
    put: ClassVar[bool] = (
        True  # whether a page's widget is given what the address says; else it reads the address itself
    )

    def key(self, given: Given) -> str:
        """Its name in the address."""
        return self.name(given) if callable(self.name) else self.name

    def usual(self, given: Given) -> Any:
        """Its value where the address is silent."""
        return self.default(given) if callable(self.default) else self.default

    def read(self, texts: Sequence[str], given: Given) -> Any:
        """The value of what the address says.

        Raises:
            AttentionLabError: it cannot be; the message says what could.
        """
        raise NotImplementedError

    def written(self, value: Any, given: Given) -> list[str]:
        """What the address says of a value."""
        return [str(value)]

    def held(self, value: Any, given: Given) -> list[str]:
        """What the address says of the value that a widget holds."""
        return self.written(value, given)


@dataclass(frozen=True)
class Whole(Parameter):
    """A whole number between two, both included.

    Attributes:
        high: the greatest, or how it follows from what was read before.
    """

    low: int
    high: int | Callable[[Given], int]

    def greatest(self, given: Given) -> int:
        """The number that it may be at most."""
        return self.high(given) if callable(self.high) else self.high

    def read(self, texts: Sequence[str], given: Given) -> int:
        """As `Parameter.read`."""
        try:
            number = int(float(texts[-1]))
        except (ValueError, OverflowError):
            number = None
        most = self.greatest(given)
        if number is None or number != float(texts[-1]) or not self.low <= number <= most:
            raise SettingError(
                tr(
                    "{name}={text} cannot be: it is a whole number from {low} to {high}",
                    name=self.key(given), text=quoted(texts[-1]), low=self.low, high=most,
                )
            )  # fmt: skip
        return number


@dataclass(frozen=True)
class Number(Parameter):
    """A number between two, both included."""

    low: float
    high: float

    def read(self, texts: Sequence[str], given: Given) -> float:
        """As `Parameter.read`."""
        try:
            number = float(texts[-1])
        except ValueError:
            number = nan
        if not self.low <= number <= self.high:
            raise SettingError(
                tr(
                    "{name}={text} cannot be: it is a number from {low} to {high}",
                    name=self.key(given), text=quoted(texts[-1]), low=self.low, high=self.high,
                )
            )  # fmt: skip
        return number


@dataclass(frozen=True)
class Words(Parameter):
    """A text."""

    longest: int = 4_000

    def read(self, texts: Sequence[str], given: Given) -> str:
        """As `Parameter.read`."""
        if len(texts[-1]) > self.longest:
            raise SettingError(
                tr(
                    "{name} has {count:,} characters: at most {most:,} are read",
                    name=self.key(given), count=len(texts[-1]), most=self.longest,
                )
            )  # fmt: skip
        return texts[-1]


@dataclass(frozen=True)
class Switch(Parameter):
    """On or off."""

    def read(self, texts: Sequence[str], given: Given) -> bool:
        """As `Parameter.read`."""
        if texts[-1].lower() not in ("true", "false"):
            raise SettingError(
                tr("{name}={text} cannot be: it is true or false", name=self.key(given), text=quoted(texts[-1]))
            )
        return texts[-1].lower() == "true"

    def written(self, value: Any, given: Given) -> list[str]:
        """As `Parameter.written`."""
        return ["true" if value else "false"]


@dataclass(frozen=True)
class Choice(Parameter):
    """One of some values.

    Attributes:
        options: the values, or how they follow from what was read before.
        label: how a value is shown, in the language that is spoken.
        named: the same where it follows from what was read before.
    """

    options: Iterable[Any] | Callable[[Given], Iterable[Any]] = ()
    label: Callable[[Any], str] = str
    named: Callable[[Any, Given], str] | None = None

    def shown(self, value: Any, given: Given) -> str:
        """How a value is shown."""
        return self.label(value) if self.named is None else self.named(value, given)

    def values(self, given: Given) -> list[Any]:
        """What may be chosen."""
        return list(self.options(given) if callable(self.options) else self.options)

    def read(self, texts: Sequence[str], given: Given) -> Any:
        """As `Parameter.read`."""
        return self.one(texts[-1], given)

    def one(self, text: str, given: Given) -> Any:
        """The value that a text means."""
        values = self.values(given)
        shown = [self.shown(value, given) for value in values]
        for known in (shown, [str(value) for value in values], *self._in_every_language(values, given)):
            if text in known:
                return values[known.index(text)]
        near = did_you_mean(text, shown)
        more = "" if len(shown) <= _SHOWN else " …"
        raise SettingError(
            tr(
                "there is no {name} {text}{near}; choose one of: {choices}",
                name=self.key(given), text=quoted(text), near=near, choices=", ".join(shown[:_SHOWN]) + more,
            )
        )  # fmt: skip

    def _in_every_language(self, values: Sequence[Any], given: Given) -> Iterator[list[str]]:
        for name in LANGUAGES:
            with speaking(name):
                shown = [self.shown(value, given) for value in values]
            yield shown

    def written(self, value: Any, given: Given) -> list[str]:
        """As `Parameter.written`."""
        return [self.shown(value, given)]

    def held(self, value: Any, given: Given) -> list[str]:
        """As `Parameter.held`; a widget may offer words instead of values."""
        return [str(value)] if isinstance(value, str) else self.written(value, given)


@dataclass(frozen=True)
class Several(Choice):
    """Some of some values, in the order in which they are offered."""

    def read(self, texts: Sequence[str], given: Given) -> tuple[Any, ...]:
        """As `Parameter.read`."""
        chosen = [self.one(text, given) for text in texts if text]
        return tuple(value for value in self.values(given) if value in chosen)

    def usual(self, given: Given) -> tuple[Any, ...]:
        """As `Parameter.usual`."""
        return tuple(super().usual(given))

    def written(self, value: Any, given: Given) -> list[str]:
        """As `Parameter.written`."""
        return [self.shown(one, given) for one in value] or [""]

    def held(self, value: Any, given: Given) -> list[str]:
        """As `Parameter.held`."""
        return self.written(value, given)


@dataclass(frozen=True)
class Coded(Parameter):
    """Anything that has a text of its own, as searches and edits have.

    Attributes:
        reading: from the text to the value, or an error; writing: back.
    """

    reading: Callable[[str, Given], Any]
    writing: Callable[[Any], str]
    kept: bool = field(default=False, kw_only=True)

    def read(self, texts: Sequence[str], given: Given) -> Any:
        """As `Parameter.read`."""
        return self.reading(texts[-1], given)

    def written(self, value: Any, given: Given) -> list[str]:
        """As `Parameter.written`."""
        return [self.writing(value)]

    def held(self, value: Any, given: Given) -> list[str]:
        """As `Parameter.held`; what has a text of its own is held as that text."""
        return [str(value)]


def quoted(text: str) -> str:
    """What an address says, as an error repeats it."""
    return repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")
