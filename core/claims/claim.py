"""What a claim is: a sentence of the lecture, an experiment small enough to be run again, and a verdict.

An experiment measures an effect and, in the same run, what it is compared with. The verdict follows from the two over
several seeds by a rule that the claim states; nothing is compared with a number from elsewhere. What does not show at
this size is said so: "not shown" is a result like another.
"""

from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Literal

from core.language import mark

Verdict = Literal["shown", "not shown", "contradicted"]
VERDICTS: tuple[Verdict, ...] = (mark("shown"), mark("not shown"), mark("contradicted"))  # in words
Row = dict[str, str | int | float | None]


@dataclass(frozen=True)
class Progress:
    """How far an experiment is.

    Attributes:
        share: done, in 0…1; rows: of its table so far.
    """

    share: float
    rows: tuple[Row, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Measured:
    """What an experiment found with one seed.

    Attributes:
        effect, baseline: in the claim's unit, finite.
        rows: the experiment's table, every row with the same keys: for pages, figures and whoever wants to look closer.
    """

    effect: float
    baseline: float
    rows: tuple[Row, ...] = field(default=(), repr=False)


Measuring = Generator[Progress, None, Measured]


class AbstractClaim(ABC):
    """A statement of the lecture and its experiment. A claim has no state: it is made without arguments.

    Attributes:
        name: on the command line; statement: one sentence of the lecture.
        source: who says so, with section or number.
        effect_is, baseline_is: what the two figures are, in a few words; unit: of both.
        rule: when it is shown, in one sentence that `verdict` follows.
        lecture: steps of the lecture that it belongs to, the first one first; see core/claims/lecture.py.
        seeds: how many its rule needs at least before it can be shown.
    """

    name: ClassVar[str]
    statement: ClassVar[str]
    source: ClassVar[str]
    effect_is: ClassVar[str]
    baseline_is: ClassVar[str]
    unit: ClassVar[str]
    rule: ClassVar[str]
    lecture: ClassVar[tuple[int, ...]]
    seeds: ClassVar[int] = 1

    @abstractmethod
    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """The experiment; it computes as it is asked on.

        Args:
            seed: all its chance comes from it.
            budget: factor on the number of training steps; with less than 1 it ends sooner and may not show.
        """

    @abstractmethod
    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """What follows from one or more seeds."""


@dataclass(frozen=True)
class Finding:
    """What a claim came to.

    Attributes:
        name, statement, unit: the claim's; effect, baseline: means over the seeds.
        seeds: how many there were; seconds: that the experiment ran, over all of them.
        rows: the tables of all seeds, each row with its seed.
    """

    name: str
    statement: str
    effect: float
    baseline: float
    unit: str
    seeds: int
    seconds: float
    verdict: Verdict
    rows: tuple[Row, ...] = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return asdict(self) | {"rows": list(self.rows)}


def judged(shows: Sequence[bool], contradicts: Sequence[bool]) -> Verdict:
    """The usual rule over seeds: shown where every seed shows it, contradicted where every seed says the opposite.

    Args:
        shows, contradicts: one a seed.

    >>> judged([True, True], [False, False]), judged([True, False], [False, True]), judged([False], [True])
    ('shown', 'not shown', 'contradicted')
    """
    if all(shows):
        return "shown"
    return "contradicted" if all(contradicts) else "not shown"
