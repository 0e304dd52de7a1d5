"""What the experiments of the pages come to: written here once, shown on their pages, and measured by `attnlab bench`.

Shares are what every seed reached that was measured, rounded down, and seconds what the slowest took of one core (a virtual one of
an AMD EPYC, torch 2.13, one thread): processor seconds, so that a busy machine does not count.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from core.language import mark, tr, tr_count

MOST_SECONDS = 120.0  # that an experiment of a page may take to come to what is written beside it


@dataclass(frozen=True)
class Expectation:
    """What an experiment comes to.

    Attributes:
        page: its title; kind: what is chosen there first, a task or pictures; model: what learns it, or how.
        right: share in 0…1 that every seed reached; of: what it is a share of; seconds: of one core; seeds: how many were measured.
        by: the model in words, where its name says little.
    """

    page: str
    kind: str
    model: str
    right: float
    of: str
    seconds: float
    seeds: int = 3
    by: str = ""

    @property
    def name(self) -> str:
        """Its row in the benchmark."""
        return f"page-{self.kind.replace('_', '-')}-{self.model.replace('_', '-')}"


EXPECTATIONS: tuple[Expectation, ...] = (
    Expectation(mark("Tagging"), "saw", "attention", 0.99, mark("tags of held-out sentences right"), 3),
    Expectation(mark("Tagging"), "saw", "window", 0.95, mark("tags of held-out sentences right"), 1),
    Expectation(mark("Tagging"), "classes", "attention", 0.72, mark("classes right, from two labelled sentences"), 2),
    Expectation(mark("Fill in"), "fill_in", "attention", 0.90, mark("hidden words told by their class"), 12),
    Expectation(mark("Speech"), "phones", "attention", 0.67, mark("frames right"), 4),
    Expectation(mark("Pictures"), "digits", "attention", 0.96, mark("held-out digits right"), 5),
    Expectation(mark("Pictures"), "digits", "convolution", 0.97, mark("held-out digits right"), 2),
    Expectation(
        mark("Detection"), "rectangles", "hungarian", 0.98, mark("things found"), 12, by=mark("the cheapest pairs")
    ),
    Expectation(
        mark("Detection"), "digits", "hungarian", 0.90, mark("things found"), 86, seeds=1, by=mark("the cheapest pairs")
    ),
    Expectation(mark("Graphs"), "karate", "gat", 0.95, mark("held-out members right"), 1),
    Expectation(mark("Graphs"), "karate", "edges", 0.91, mark("held-out members right"), 1),
    Expectation(mark("Graphs"), "communities", "gat", 0.98, mark("held-out nodes right"), 1),
    Expectation(mark("Graphs"), "communities", "edges", 0.99, mark("held-out nodes right"), 1),
    Expectation(mark("Parsing"), "parse", "transformer", 0.93, mark("held-out trees right whole"), 28),
    Expectation(
        mark("Labels"),
        "labels",
        "fixed",
        0.99,
        mark("held-out texts given a set that one annotator could have given"),
        3,
        by=mark("a fixed order"),
    ),
)


def expected(kind: str, *models: str) -> tuple[Expectation, ...]:
    """What is written on a page beside what is chosen there; empty where nobody has measured, as of files of one's own.

    Args:
        models: those that the page offers for it.
    """
    return tuple(one for one in EXPECTATIONS if one.kind == kind and one.model in models)


def told(ones: Iterable[Expectation]) -> str:
    """Expectations in a sentence; nothing of none.

    >>> told([Expectation(mark("Pictures"), "digits", "convolution", 0.98, "held-out digits right", 3.4)])
    'Expected with convolution: at least 98 % of held-out digits right, after about 3 seconds of one core (3 seeds).'
    """
    said = [
        tr(
            "with {by}: at least {right:.0f} % of {of}, after about {seconds} of one core ({seeds})",
            by=one.by or one.model,
            right=100 * one.right,
            of=tr(one.of),
            seconds=tr_count(max(1, round(one.seconds)), "1 second", "{n} seconds"),
            seeds=tr_count(one.seeds, "1 seed", "{n} seeds"),
        )
        for one in ones
    ]
    return tr("Expected {said}.", said="; ".join(said)) if said else ""
