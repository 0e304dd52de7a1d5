"""Data sets that claims measure on: too large to come with the program, and under licences of their own."""

import os
from pathlib import Path

from core.errors import MissingData

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
        where = f"{path} is missing" if PLACE in os.environ else f"{PLACE} is not set"
        raise MissingData(
            f"this is measured on {data_set}/{name} ({source}), and {where}: put the file there and set {PLACE} to the folder above"
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
        where = f"{path} has none" if PLACE in os.environ else f"{PLACE} is not set"
        raise MissingData(
            f"this is measured on {data_set}/{holds} ({source}), and {where}: put the files there and set {PLACE} to the folder above"
        )
    return str(path)
