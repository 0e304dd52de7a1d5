"""The bytes of a file that was uploaded. A box's own limit is kept by the browser alone, so it is kept here once more."""

from typing import Any

from core.errors import DataError
from core.language import tr

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
            tr(
                "{name} has {size:,.0f} MB; this box takes at most {megabytes}: bring a part of it",
                name=file.name,
                size=file.size / _MEGABYTE,
                megabytes=megabytes,
            )
        )
    return file.getvalue()
