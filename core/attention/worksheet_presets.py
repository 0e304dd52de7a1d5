"""Worksheets to begin with, each with what it shows."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Generator

from core.attention.worksheet import Worksheet, random_sheet, sheet
from core.language import mark

FIRST = "lecture"


@dataclass(frozen=True)
class Preset:
    """A worksheet to begin with.

    Attributes:
        title: for menus; lesson: what there is to see, in a sentence or two.
        make: the worksheet, from how many vectors, how many features and a source of chance; most need none of the three.
    """

    title: str
    lesson: str
    make: Callable[[int, int, Generator], Worksheet]


# the notes write this example in letters; the integers are ours, chosen so that b¹ = (1, 2e / (3 + e)) in its first head
_LECTURE = sheet(
    [[1, 0], [0, 1], [1, 1], [2, -1]], w_query=[[1, 0], [1, 1]], w_key=[[0, 1], [1, 0]], w_value=[[1, 0], [0, 2]]
)
_IDENTITY = sheet([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0]])
_TWINS = sheet(
    [[1, 0], [0, 1], [1, 0], [1, 1], [-1, 1]],
    w_query=[[1, 1], [0, 1]],
    w_key=[[1, 0], [1, 1]],
    w_value=[[2, 1], [0, 1]],
)

PRESETS: dict[str, Preset] = {
    FIRST: Preset(
        mark("The lecture's four vectors"),
        mark(
            "From a¹ … a⁴ to b¹ … b⁴ with small integers: every b is made from all four a at once, and none waits for another."
        ),
        lambda count, width, chance: _LECTURE,
    ),
    "identity": Preset(
        mark("Identity matrices"),
        mark(
            "Queries, keys and values are the vectors themselves: who points where you point gets your attention. a⁴ = a¹ + a² looks "
            "at itself most, at a¹ and a² less, at a³ least."
        ),
        lambda count, width, chance: _IDENTITY,
    ),
    "twins": Preset(
        mark("Two equal vectors"),
        mark(
            "a¹ and a³ are equal, and so are b¹ and b³, to the last digit: without positions nobody can tell two equal words apart. "
            "Choose positions to part them."
        ),
        lambda count, width, chance: _TWINS,
    ),
    "random": Preset(
        mark("Random numbers"),
        mark("Weights as training begins with them: nothing is learned, and the attention is spread over all."),
        random_sheet,
    ),
}
