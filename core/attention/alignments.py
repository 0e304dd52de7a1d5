"""The table of alignments: how a decoder finds its place in the source, by name."""

from collections.abc import Callable
from dataclasses import dataclass

from core.attention.additive import Additive
from core.attention.alignment import Content
from core.attention.attention import AbstractAttention, Attention
from core.attention.course import COURSES
from core.attention.location import Coverage, Location, LocationAware
from core.attention.mocha import Mocha
from core.attention.monotonic import Energy, Monotonic, NormedAdditive
from core.attention.normalizers import NORMALIZERS
from core.attention.scores import SCORES
from core.language import mark


@dataclass(frozen=True)
class Aligning:
    """What a cross-attention is made for; every kind takes of it what it needs.

    Attributes:
        dim: features of a query and of a key.
        score: one of SCORES; normalizer: one of NORMALIZERS; temperature: scores are divided by it.
        dropout: share of weights dropped while training.
        reach: keys on each side that a location is heard of; chunk: keys in a chunk of mocha.
        noise: standard deviation of what is added to the energies of monotonic kinds while training.
        inference: one of COURSES; ahead: how far its window goes.
    """

    dim: int
    score: str = "additive"
    normalizer: str = "softmax"
    temperature: float = 1.0
    dropout: float = 0.0
    reach: int = 7
    chunk: int = 3
    noise: float = 1.0
    inference: str = "free"
    ahead: int = 3


@dataclass(frozen=True)
class AlignmentKind:
    """A way to find one's place.

    Attributes:
        build: from what is wanted to the attention.
        summary: one line for menus, with the source.
        scores: the scores it goes with; () for all.
        monotonic: whether it goes forward by itself, in a way of its own from scores to weights; its rows then sum to one
            at most, and no normalizer or course is chosen.
        many: whether it is defined for many heads in many layers, whose queries do not wait for its own weights.
    """

    build: Callable[[Aligning], AbstractAttention]
    summary: str
    scores: tuple[str, ...] = ()
    monotonic: bool = False
    many: bool = False

    def make(self, aligning: Aligning) -> AbstractAttention:
        """The attention, its weights fresh."""
        return self.build(aligning)


def _content(aligning: Aligning) -> AbstractAttention:
    score, normalize = SCORES[aligning.score](aligning.dim), NORMALIZERS[aligning.normalizer]
    dropout, temperature = aligning.dropout, aligning.temperature
    if aligning.inference == "free":  # nothing to remember: all queries at once
        return Attention(score, normalize=normalize, dropout=dropout, temperature=temperature)
    course = COURSES[aligning.inference](aligning.ahead)
    return Content(score, normalize=normalize, course=course, dropout=dropout, temperature=temperature)


def _located(aligning: Aligning, location: Location | Coverage) -> AbstractAttention:
    return LocationAware(
        Additive(aligning.dim, aligning.dim, aligning.dim),
        location,
        normalize=NORMALIZERS[aligning.normalizer],
        course=COURSES[aligning.inference](aligning.ahead),
        dropout=aligning.dropout,
        temperature=aligning.temperature,
    )


def _energy(aligning: Aligning) -> Energy:
    dim = aligning.dim
    return Energy(NormedAdditive(dim, dim, dim) if aligning.score == "additive" else SCORES[aligning.score](dim))


ALIGNMENTS: dict[str, AlignmentKind] = {
    "content": AlignmentKind(_content, mark("contents alone decide, at any place (Bahdanau et al. 2015)"), many=True),
    "location": AlignmentKind(
        lambda aligning: _located(aligning, Location(aligning.dim, aligning.reach)),
        mark("the score hears of the weights before it and of their sum (Chorowski et al. 2015, Shen et al. 2018)"),
        scores=("additive",),
    ),
    "location_previous": AlignmentKind(
        lambda aligning: _located(aligning, Location(aligning.dim, aligning.reach, ("last",))),
        mark("the score hears of the weights just before it only (Chorowski et al. 2015)"),
        scores=("additive",),
    ),
    "coverage": AlignmentKind(
        lambda aligning: _located(aligning, Coverage(aligning.dim)),
        mark("the score hears how much each place was looked at so far, so as not to repeat itself (See et al. 2017)"),
        scores=("additive",),
    ),
    "monotonic": AlignmentKind(
        lambda aligning: Monotonic(
            _energy(aligning), noise=aligning.noise, dropout=aligning.dropout, temperature=aligning.temperature
        ),
        mark("scans on and stops at one key; in expectation while training, hard afterwards (Raffel et al. 2017)"),
        monotonic=True,
        many=True,
    ),
    "mocha": AlignmentKind(
        lambda aligning: Mocha(
            _energy(aligning), SCORES[aligning.score](aligning.dim), aligning.chunk,
            noise=aligning.noise, dropout=aligning.dropout, temperature=aligning.temperature,
        ),
        mark("scans on, and looks softly at the few keys before where it stops (Chiu & Raffel 2018)"),
        monotonic=True,
        many=True,
    ),
}  # fmt: skip
