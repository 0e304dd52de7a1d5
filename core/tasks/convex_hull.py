"""The corners of the convex hull of points, by pointing at them."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from core.data.batch import Example
from core.data.vocabulary import Vocabulary
from core.errors import SettingError
from core.language import tr
from core.settings import setting
from core.tasks.task import AbstractTask

_SIDE = 10
_TOKENS = {f"{x},{y}": (x, y) for x in range(_SIDE) for y in range(_SIDE)}
Point = tuple[int, int]


@dataclass(frozen=True)
class ConvexHull(AbstractTask):
    """Different points of a grid of 10 × 10 in, the corners of their convex hull out, counterclockwise from the leftmost one.

    Of several leftmost points the lowest is first. A point on an edge between two corners is none; of points that all lie on
    one line the two ends are corners. Each target token *is* a place of the source, and most places are left out: that is
    what a pointer network is for (`copy=pointer`, `pointing=once`).

    Settings: `shortest`, `longest`. Held out: sequences.

    Source: Vinyals et al. 2015, section 3.1, arXiv:1506.03134, whose points are real numbers.

    >>> task = ConvexHull()
    >>> task.join_target(task.reference(task.tokenize("5,5 0,0 9,9 2,1 9,0 5,0 0,9")))
    '0,0 9,0 9,9 0,9'
    """

    name: ClassVar[str] = "hull"
    summary: ClassVar[str] = (
        "Points of a grid to the corners of their convex hull: every output is a place of the source"
    )
    known_alignment: ClassVar[bool] = True

    shortest: int = setting(5, low=2, high=50, help="points in the smallest source")
    longest: int = setting(8, low=2, high=50, help="points in the largest source")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.shortest > self.longest:
            raise SettingError(
                tr(
                    "shortest={shortest} is more than longest={longest}; lower shortest or raise longest",
                    shortest=self.shortest,
                    longest=self.longest,
                )
            )

    def sample(self, rng: Random) -> Example:
        """Points without repetition, in any order."""
        source = tuple(rng.sample(tuple(_TOKENS), rng.randint(self.shortest, self.longest)))
        target = _around(source)
        return Example(source, target, tuple((at, source.index(point)) for at, point in enumerate(target)))

    def build_vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """All hundred points, on both sides."""
        return Vocabulary.of(_TOKENS), Vocabulary.of(_TOKENS)

    def tokenize(self, text: str) -> list[str]:
        """One token a point."""
        return text.split()

    def tokenize_target(self, text: str) -> list[str]:
        """As the source."""
        return self.tokenize(text)

    def join(self, tokens: Sequence[str]) -> str:
        """Points with spaces between."""
        return " ".join(tokens)

    def join_target(self, tokens: Sequence[str]) -> str:
        """As the source."""
        return self.join(tokens)

    def reference(self, source: Sequence[str]) -> tuple[str, ...] | None:
        """The corners; None where a token is no point of the grid."""
        return _around(source) if all(token in _TOKENS for token in source) else None


def _around(source: Sequence[str]) -> tuple[str, ...]:
    points = sorted({_TOKENS[token] for token in source})
    # Andrew 1979: from left to right below, and back above; the last of each is the first of the other
    corners = points if len(points) < 3 else [*_chain(points)[:-1], *_chain(points[::-1])[:-1]]
    return tuple(f"{x},{y}" for x, y in corners)


def _chain(points: Sequence[Point]) -> list[Point]:
    """The points between which a walk along them always turns left."""
    chain: list[Point] = []
    for point in points:
        while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def _turn(first: Point, second: Point, third: Point) -> int:
    """Twice the area to the left of the first two on the way to the third; 0 on one line.

    >>> _turn((0, 0), (1, 0), (1, 1)), _turn((0, 0), (1, 1), (2, 2)), _turn((0, 0), (1, 0), (1, -1))
    (1, 0, -1)
    """
    return (second[0] - first[0]) * (third[1] - first[1]) - (second[1] - first[1]) * (third[0] - first[0])
