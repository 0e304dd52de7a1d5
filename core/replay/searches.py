"""Searches as one short text, for addresses and labels: `greedy;beam:width=20;sampling:draws=4,seed=7`.

Only settings that differ from their defaults are written, so a text stays readable and short.
"""

from collections.abc import Sequence
from typing import Any

from core.decoding.search import AbstractSearch
from core.errors import SettingError
from core.language import tr
from core.runs.catalog import SEARCHES, entry
from core.runs.comparison import MOST_SEARCHES

USUAL = "greedy;beam;sampling:draws=4;exact"  # what the page Compare opens on: one draw says little beside a beam
LONGEST = 2_000  # characters of a link's part: six searches with every setting changed are shorter
_SIZES = ("width", "draws")  # the setting by which people call a search: beam 4, sampling 20


def changed(search: AbstractSearch) -> dict[str, Any]:
    """The settings that differ from their defaults."""
    usual = type(search)().to_dict()
    return {name: value for name, value in search.to_dict().items() if value != usual[name]}


def write_searches(searches: Sequence[AbstractSearch]) -> str:
    """Searches to text."""
    return ";".join(_write(search) for search in searches)


def read_searches(text: str) -> list[AbstractSearch]:
    """Text to searches, one to six.

    Raises:
        SettingError: not such a text; no such search or setting; a value that cannot be.

    >>> [search.name for search in read_searches("greedy;beam:width=20")]
    ['greedy', 'beam']
    """
    codes = text.split(";")
    if len(text) > LONGEST or len(codes) > MOST_SEARCHES:
        raise SettingError(tr("it names more than {most_searches} searches", most_searches=MOST_SEARCHES))
    return [_read(code) for code in codes]


def label(search: AbstractSearch) -> str:
    """How a search is called beside others: its name, its size, and what is unusual about it.

    >>> label(read_searches("beam:width=20,length_norm=mean")[0])
    'beam 20, length norm mean'
    """
    own = search.to_dict()
    size = next((name for name in _SIZES if name in own), None)
    first = search.name if size is None else f"{search.name} {own[size]}"
    others = [f"{name.replace('_', ' ')} {_value(value)}" for name, value in changed(search).items() if name != size]
    return ", ".join([first, *others])


def labels(searches: Sequence[AbstractSearch]) -> list[str]:
    """Labels of several; equal ones are numbered.

    >>> labels(read_searches("greedy;greedy"))
    ['greedy', 'greedy (2)']
    """
    found: list[str] = []
    seen: dict[str, int] = {}
    for name in map(label, searches):
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def _write(search: AbstractSearch) -> str:
    settings = ",".join(f"{name}={_value(value)}" for name, value in changed(search).items())
    return f"{search.name}:{settings}" if settings else search.name


def _value(value: Any) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _read(code: str) -> AbstractSearch:
    name, _, settings = code.partition(":")
    kind = entry(SEARCHES, name.strip()[:40], "search")
    values: dict[str, Any] = {}
    for pair in filter(None, settings.split(",")):
        setting, equals, value = pair.partition("=")
        if not equals:
            raise SettingError(tr("{pair!r} is no setting=value", pair=pair[:40]))
        values[setting.strip()[:40]] = value.strip()[:40]
    return kind.from_dict(values)
