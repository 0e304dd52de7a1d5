"""A page of the app as a value: its sections, the parameters of each, and the function that gives its numbers."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from core.errors import AttentionLabError, SettingError
from core.language import ENGLISH, language, tr
from core.replay.parameter import Choice, Given, Parameter
from core.settings import did_you_mean

Numbers = dict[str, Any]
Query = Mapping[str, list[str]]  # as `urllib.parse.parse_qs` gives it
LANGUAGE = "lang"
_ANYWHERE = {
    LANGUAGE,
    "projector",
    "lesson",
    "embed",
    "embed_options",
}  # of the app, no page's numbers follow from them


@dataclass(frozen=True)
class Section:
    """What one part of a page shows.

    Attributes:
        numbers: from settings to numbers; its source is the script, so it imports for itself and reads only its arguments.
        parameters: where the address has each argument; read in order, a later one may follow from earlier ones.
        beside: what the address says beside them, from which arguments may follow; read first.
    """

    numbers: Callable[..., Numbers]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    beside: Mapping[str, Parameter] = field(default_factory=dict)

    @property
    def all(self) -> dict[str, Parameter]:
        """Everything that the address may say of it."""
        return {**self.beside, **self.parameters}


def section(
    numbers: Callable[..., Numbers], following: Mapping[str, Parameter] | None = None, /, **parameters: Parameter
) -> Section:
    """A section, its parameters by the names of the function's arguments.

    Args:
        following: parameters from which arguments follow.
    """
    return Section(numbers, parameters, following or {})


@dataclass(frozen=True)
class View:
    """One page.

    Attributes:
        title: as it stands in the menu, in English.
        sections: by the value of `by`; one alone where there is no choice.
        by: the parameter that chooses among them.
        without: why a page has no numbers of its own, in English; then it has no sections.
        looks: how names in the address begin that change what is seen, and no number.
    """

    title: str
    sections: Mapping[Any, Section] = field(default_factory=dict)
    by: Choice | None = None
    without: str = ""
    looks: tuple[str, ...] = ()

    def read(self, page: str, query: Query) -> "Reading":
        """What an address asks for.

        Args:
            page: its name in the address.

        Raises:
            AttentionLabError: a parameter that is unknown or cannot be; the message says what could.
        """
        found = self._gathered(page, lambda name, parameter, given: query.get(name))
        self._refuse_strangers(query, found)
        return found

    def held(self, page: str, held: Callable[[str, Parameter], Any], query: Query) -> "Reading":
        """What a page shows.

        Args:
            page: its name in the address; held: the value that is shown under a name, None where nobody knows.
            query: the address, for what no widget holds.

        Raises:
            AttentionLabError: it shows what no address can say, or nothing.
        """

        def texts(name: str, parameter: Parameter, given: Given) -> list[str] | None:
            value = held(name, parameter)
            return query.get(name) if value is None else parameter.held(value, given)

        return self._gathered(page, texts)

    def restored(self, query: Query) -> tuple[dict[str, Any], dict[str, str]]:
        """The values of widgets that an address names, and what is wrong with the address, by its names.

        What cannot be is left out; nothing is computed that the address does not ask for.
        """
        values, problems = dict[str, Any](), dict[str, str]()

        def one(parameter: Parameter, given: Given) -> Any:
            name = parameter.key(given)
            if name in query:
                try:
                    value = parameter.read(query[name], given)
                except AttentionLabError as error:
                    problems[name] = str(error)
                else:
                    if parameter.kept and parameter.put and value is not None:
                        values[name] = list(value) if isinstance(value, tuple) else value
                    return value
            return parameter.usual(given)

        part = None if self.by is None else one(self.by, {})
        given = _Asked(self.sections[part].all if self.sections else {}, one)
        for argument in given:
            with suppress(AttentionLabError):  # no run at all: the page says it
                if given.asks(argument, query):
                    given[argument]
        return values, problems

    def _gathered(self, page: str, texts: Callable[[str, Parameter, Given], list[str] | None]) -> "Reading":
        """Read every parameter in its order."""
        if not self.sections:
            raise SettingError(
                tr("the page {title} has no numbers to replay: {reason}", title=tr(self.title), reason=tr(self.without))
            )

        def value(parameter: Parameter, given: Given) -> Any:
            found = texts(parameter.key(given), parameter, given)
            return parameter.usual(given) if found is None else parameter.read(found, given)

        part = None if self.by is None else value(self.by, {})
        given: dict[str, Any] = {}
        for argument, parameter in self.sections[part].all.items():
            given[argument] = value(parameter, given)
        return Reading(page, self, part, given)

    def _refuse_strangers(self, query: Query, found: "Reading") -> None:
        """Parameters of the page's other parts may stay in an address; others are a mistake."""
        names = {one.key(found.given) for one in found.section.all.values()} | ({self.by.key({})} if self.by else set())
        others = {one for part in self.sections.values() for one in _plain_names(part)}
        for name in query:
            if name in names | others | _ANYWHERE or name.startswith(self.looks):
                continue
            if not self._of_another_part(name, found.given):
                raise SettingError(
                    tr(
                        "the page {title} knows no setting {name!r}{near}; it knows: {known}",
                        title=tr(self.title), name=name, near=did_you_mean(name, names), known=", ".join(sorted(names)),
                    )
                )  # fmt: skip

    def _of_another_part(self, name: str, values: Mapping[str, Any]) -> bool:
        """Whether a name begins as a parameter does whose name follows from others."""
        found = []
        for part in self.sections.values():
            for one in part.all.values():
                if callable(one.name):
                    found.append(one.name(_Anything(values)).split("\0")[0])
        return any(name.startswith(beginning) for beginning in found if beginning)


class _Asked(Mapping[str, Any]):
    """Settings that are worked out when they are asked for."""

    def __init__(self, parameters: Mapping[str, Parameter], work: Callable[[Parameter, Given], Any]) -> None:
        self._parameters, self._work = parameters, work
        self._known: dict[str, Any] = {}

    def __getitem__(self, argument: str) -> Any:
        if argument not in self._known:
            self._known[argument] = self._work(self._parameters[argument], self)
        return self._known[argument]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parameters)

    def __len__(self) -> int:
        return len(self._parameters)

    def asks(self, argument: str, query: Query) -> bool:
        """Whether an address names it."""
        return self._parameters[argument].key(self) in query


class _Anything(dict):  # type: ignore[type-arg]
    """Settings of which only the fixed beginning of a name is asked."""

    def __missing__(self, name: str) -> str:
        return "\0"


def _plain_names(part: Section) -> Iterator[str]:
    for one in part.all.values():
        if isinstance(one.name, str):
            yield one.name


@dataclass(frozen=True)
class Reading:
    """A view as an address asks for it.

    Attributes:
        page: its name in the address; view: its entry; part: which section; given: all that the address says, defaults too.
    """

    page: str
    view: View
    part: Any
    given: Mapping[str, Any]

    @property
    def section(self) -> Section:
        """What is shown."""
        return self.view.sections[self.part]

    @property
    def values(self) -> dict[str, Any]:
        """Of the function's arguments."""
        return {argument: self.given[argument] for argument in self.section.parameters}

    def numbers(self) -> Numbers:
        """What the page shows, computed here.

        Raises:
            AttentionLabError: it cannot be computed; the page says the same.
        """
        return self.section.numbers(**self.values)

    def query(self) -> dict[str, list[str]]:
        """The address that asks for it, everything spelled out."""
        found: dict[str, list[str]] = {}
        if self.view.by is not None:
            found[self.view.by.key({})] = self.view.by.written(self.part, {})
        for argument, parameter in self.section.all.items():
            value = self.given[argument]
            if value is not None and (parameter.spelled or value != parameter.usual(self.given)):
                found[parameter.key(self.given)] = parameter.written(value, self.given)
        if language() != ENGLISH:
            found[LANGUAGE] = [language()]
        return found

    def link(self, before: str = "/", looks: Query | None = None) -> str:
        """The whole address.

        Args:
            before: where the app is, up to the page's name; looks: what else is in the address that is seen now.
        """
        seen = {name: texts for name, texts in (looks or {}).items() if name.startswith(self.view.looks)}
        return f"{before}{self.page}?{urlencode({**self.query(), **seen}, doseq=True)}"
