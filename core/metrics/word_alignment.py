"""How well links between words agree with hand-made ones: alignment error rate, precision, recall and F.

Two kinds of links are made by hand: sure ones S, which nobody doubts, and possible ones P, which include all sure ones. With
A the links that were found:

    precision = |A ∩ P| / |A|        recall = |A ∩ S| / |S|        F = harmonic mean of both
    AER = 1 − (|A ∩ S| + |A ∩ P|) / (|A| + |S|)

All are between 0 and 1. AER is 0 exactly where S ⊆ A ⊆ P: every sure link was found, and nothing impossible. A corpus has one
AER, of the summed counts, not the mean of its sentences'. Links may also be had in parts: each cell of an attention map counts
as much as it weighs (mass AER), so nothing has to be decided.

Source: Och & Ney 2003, "A systematic comparison of various statistical alignment models", section 6 (doi 10.1162/089120103321337421).
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from core.data.word_links import GoldLinks, Link


class Agreement(NamedTuple):
    """Counts of links; those of many sentences are added up with `pooled`.

    Attributes:
        found: |A|; sure: |S|; found_sure: |A ∩ S|; found_possible: |A ∩ P|. Whole numbers, or sums of weights.
    """

    found: float = 0.0
    sure: float = 0.0
    found_sure: float = 0.0
    found_possible: float = 0.0

    @property
    def error_rate(self) -> float:
        """AER, 0…1; 0 where there is nothing to find and nothing was found."""
        return 1.0 - _ratio(self.found_sure + self.found_possible, self.found + self.sure, empty=1.0)

    @property
    def precision(self) -> float:
        """Share of the links found that are possible, 0…1; nan where none was found."""
        return _ratio(self.found_possible, self.found)

    @property
    def recall(self) -> float:
        """Share of the sure links that were found, 0…1; nan where there are none."""
        return _ratio(self.found_sure, self.sure)

    @property
    def f(self) -> float:
        """Harmonic mean of precision and recall, 0…1; nan where one of them is."""
        return _ratio(2 * self.precision * self.recall, self.precision + self.recall, empty=0.0)


def pooled(parts: Iterable[Agreement]) -> Agreement:
    """The counts of a corpus.

    >>> pooled([Agreement(1, 1, 1, 1), Agreement(1, 1, 0, 0)]).error_rate
    0.5
    """
    table = np.array([tuple(part) for part in parts], dtype=np.float64).reshape(-1, 4)
    return Agreement(*(float(total) for total in table.sum(axis=0)))


def agreement(found: Collection[Link], gold: GoldLinks) -> Agreement:
    """Links that were found, against those made by hand.

    >>> gold = GoldLinks.of(sure=[(0, 0)], possible=[(1, 1)])
    >>> agreement([(0, 0), (1, 1)], gold).error_rate, agreement([(0, 1)], gold).error_rate
    (0.0, 1.0)
    """
    links = set(found)
    return Agreement(len(links), len(gold.sure), len(links & gold.sure), len(links & gold.possible))


def mass_agreement(weights: Float[np.ndarray, "target source"], gold: GoldLinks) -> Agreement:
    """Every cell counts as much as it weighs: |A| is the sum of the map, |A ∩ S| what of it lies on sure links.

    A row that sums to one and has several sure links cannot reach AER 0: weight is divided among them, links are not.
    All counts but |S| are nan where a weight is negative or is no number.

    >>> mass_agreement(np.array([[0.75, 0.25]]), GoldLinks.of(sure=[(0, 0)])).error_rate
    0.25
    """
    inside = _inside(gold.possible, weights.shape)
    if not (weights >= 0).all():  # False for nan as well
        return Agreement(np.nan, len(gold.sure), np.nan, np.nan)
    cells = weights.astype(np.float64)
    on_sure = sum(float(cells[link]) for link in gold.sure & inside)
    return Agreement(float(cells.sum()), len(gold.sure), on_sure, sum(float(cells[link]) for link in inside))


def fertility(links: Collection[Link], sources: int) -> list[int]:
    """How many target positions are linked to each source position; 0 says that it is linked to nothing.

    >>> fertility([(0, 1), (1, 1)], 3)
    [0, 2, 0]
    """
    counts = [0] * sources
    for _, source in set(links):
        counts[source] += 1
    return counts


def unlinked(links: Collection[Link], targets: int) -> list[int]:
    """Target positions that are linked to nothing.

    >>> unlinked([(0, 1)], 2)
    [1]
    """
    linked = {target for target, _ in links}
    return [target for target in range(targets) if target not in linked]


def _inside(links: frozenset[Link], shape: tuple[int, ...]) -> frozenset[Link]:
    return frozenset(link for link in links if link[0] < shape[0] and link[1] < shape[1])


def _ratio(part: float, whole: float, *, empty: float = float("nan")) -> float:
    return part / whole if whole else empty
