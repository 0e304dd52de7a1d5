"""What a file is written as, by the ending of its name."""

from collections.abc import Mapping
from typing import TypeVar

from core.errors import SettingError
from core.language import tr

T = TypeVar("T")


def by_ending(name: str, table: Mapping[str, T]) -> T:
    """The entry of a table of endings; the longest ending that fits.

    >>> by_ending("tree.Nodes.CSV", {".csv": 1, ".nodes.csv": 2})
    2

    Raises:
        SettingError: none fits.
    """
    for ending in sorted(table, key=len, reverse=True):
        if name.lower().endswith(ending):
            return table[ending]
    raise SettingError(
        tr("cannot write {name}: choose a name that ends in {table}", name=name[-60:], table=", ".join(table))
    )
