"""Data sets that claims measure on: too large to come with the program, and under licences of their own."""

import os
from pathlib import Path

from core.errors import MissingData
from core.language import tr

PLACE = "ATTNLAB_DATA"  # environment variable: a folder with a folder for each data set


def real_file(data_set: str, name: str, source: str) -> str:
    """The path of a file of a data set.

    Args:
        data_set: its folder; name: of the file; source: where it comes from, for whoever has not got it.

    Raises:
        MissingData: it is not there.
    """
    path = Path(os.environ.get(PLACE, ".")) / data_set / name
    if not path.is_file():
        raise MissingData(
            tr(
                "this is measured on {data_set}/{name} ({source}), and {where}: put the file there and set {variable} "
                "to the folder above",
                data_set=data_set,
                name=name,
                source=source,
                where=tr("{path} is missing", path=path) if PLACE in os.environ else _unset(),
                variable=PLACE,
            )
        )
    return str(path)


def real_folder(data_set: str, holds: str, source: str) -> str:
    """The path of a data set whose files are many.

    Args:
        data_set: its folder; holds: a pattern of the files that must be in it; source: as of `real_file`.

    Raises:
        MissingData: it is not there, or empty.
    """
    path = Path(os.environ.get(PLACE, ".")) / data_set
    if next(path.glob(holds), None) is None:
        raise MissingData(
            tr(
                "this is measured on {data_set}/{holds} ({source}), and {where}: put the files there and set {variable} "
                "to the folder above",
                data_set=data_set,
                holds=holds,
                source=source,
                where=tr("{path} has none", path=path) if PLACE in os.environ else _unset(),
                variable=PLACE,
            )
        )
    return str(path)


def _unset() -> str:
    return tr("{variable} is not set", variable=PLACE)
