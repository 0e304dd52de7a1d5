"""The bytes of a file that was uploaded. A box's own limit is kept by the browser alone, so it is kept here once more."""

from typing import Any

from core.errors import DataError

_MEGABYTE = 1 << 20


def content(file: Any, megabytes: int) -> bytes:
    """Read it, if it is no larger than its box says.

    Args:
        file: of a box for files.

    Raises:
        DataError: it is larger: it did not come through the box.
    """
    if file.size > megabytes * _MEGABYTE:
        raise DataError(
            f"{file.name} has {file.size / _MEGABYTE:,.0f} MB; this box takes at most {megabytes}: bring a part of it"
        )
    return file.getvalue()
