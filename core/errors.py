"""Everything Attention Lab raises on purpose; each message says what was expected, what came, and what to do.

    AttentionLabError
    ├── ShapeError        tensors that do not fit each other: a mistake in code
    ├── InputError        what a person typed or uploaded cannot be used
    │   ├── SettingError  a setting out of its range, unknown, or at odds with another
    │   └── DataError     a file, a line, a token that cannot be read
    ├── NumberError       a model whose numbers are no numbers any more; also a FloatingPointError
    ├── RunError          a run folder that is missing, damaged, newer, taken or busy
    ├── LockedControl     what a lecturer has locked for students
    ├── MissingData       a data set that a claim measures on and that is not here
    └── MissingExtra      a package that was left out of the installation on purpose

The command line turns every one of them into one line and exit code 2; a page turns it into one card. A message may quote
what a file says, so it is made fit to be shown: one line, not without end, no sign that turns the text around.
"""

import re

from core.language import tr

_LONGEST = 4_000  # signs of a message; a token of a file may have a million
_UNSHOWN = re.compile(  # controls, line ends, marks of direction, halves of surrogate pairs (which no terminal and no page takes)
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


class AttentionLabError(Exception):
    r"""The root: catching it catches all that the house raises on purpose.

    >>> print(DataError("no word \n\u202e in the line"))
    no word \n\u202e in the line
    """

    def __str__(self) -> str:
        shown = _UNSHOWN.sub(lambda sign: repr(sign[0])[1:-1], super().__str__())
        half = _LONGEST // 2  # what is long is mostly quoted, and what to do stands behind it
        return shown if len(shown) <= _LONGEST else f"{shown[:half]} … {shown[-half:]}"


class ShapeError(AttentionLabError):
    """Tensors that do not fit each other."""


class InputError(AttentionLabError):
    """Something typed or uploaded that cannot be used."""


class SettingError(InputError):
    """A setting out of range, unknown, or at odds with another."""


class DataError(InputError):
    """A file, a line or a token that cannot be read."""


class NumberError(AttentionLabError, FloatingPointError):
    """A model that gives NaN: its weights have diverged or were damaged."""


class RunError(AttentionLabError):
    """A run folder that is missing, damaged, newer than this program, taken or busy."""


class LockedControl(AttentionLabError):
    """Something that a lecturer has locked for students at this moment."""


class MissingData(AttentionLabError):
    """A data set that a claim measures on and that is not here."""


class MissingExtra(AttentionLabError):
    """A package that was left out of the installation on purpose."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(
            tr(
                "{purpose} needs the package {package}, which is not installed; "
                'run: pip install "attention-lab[{extra}]" (from a clone: pip install -e ".[{extra}]")',
                purpose=purpose,
                package=package,
                extra=extra,
            )
        )
