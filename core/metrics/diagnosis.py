"""One alignment map judged: its scores, what the doctor finds, the best path; and of several heads, which aligns best."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from core.language import tr, tr_count
from core.metrics.alignment_scores import AlignmentScores, alignment_scores
from core.metrics.doctor import SOURCE, Finding, examine
from core.metrics.warping import warping_path
from core.recording.alignment import AlignmentMap, Axes, Mark

MOST_MARKS = 12  # on a map; a noisy one may have hundreds of findings


@dataclass(frozen=True)
class Judged:
    """A map and its scores."""

    map: AlignmentMap
    scores: AlignmentScores

    @property
    def quality(self) -> float:
        """The headline, in 0…1."""
        return self.scores.quality

    @property
    def figures(self) -> dict[str, float]:
        """Every score under its name."""
        return {name.replace("_", " "): float(value) for name, value in asdict(self.scores).items()}

    @property
    def meanings(self) -> dict[str, str]:
        """What each of them says, under the same names."""
        return {name.replace("_", " "): words for name, words in AlignmentScores.described().items()}


@dataclass(frozen=True)
class Diagnosis:
    """Everything that is said about one map.

    Attributes:
        map, axes, scores: the map, its labels, its scores.
        findings: what is wrong with it, by the doctor, what covers most of its side first; empty where nothing is.
        path: cells from the beginning to the end that carry the most weight.
        rivals: all maps of the same sentence and step, the best first; the map is among them.
    """

    map: AlignmentMap
    axes: Axes
    scores: AlignmentScores
    findings: tuple[Finding, ...]
    path: tuple[tuple[int, int], ...]
    rivals: tuple[Judged, ...]

    @property
    def judged(self) -> Judged:
        """The map with its scores."""
        return Judged(self.map, self.scores)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Where the first findings are, numbered as they are told: more could not be told apart on a map."""
        return tuple(
            Mark(one.axis, one.first, one.last, str(at), f"{tr(one.kind)}: {one.words}")
            for at, one in enumerate(self.findings[:MOST_MARKS], 1)
        )

    @property
    def told(self) -> tuple[str, ...]:
        """The findings in sentences, places by their tokens or seconds."""
        return tuple(
            tr("{kind}: {words} ({where})", kind=tr(one.kind), words=one.words, where=self._where(one))
            for one in self.findings
        )

    def _where(self, one: Finding) -> str:
        span = self.axes.span(one.axis, one.first, one.last)
        number = 1 if one.first == one.last and self.axes.block[one.axis] == 1 else 2
        if one.axis == SOURCE:
            return tr_count(number, "source {span}", "sources {span}", span=span)
        return tr_count(number, "output {span}", "outputs {span}", span=span)

    @property
    def kinds(self) -> str:
        """How many findings of which kind, the most frequent first."""
        counts = Counter(one.kind for one in self.findings)
        return ", ".join(f"{count:,} × {tr(kind)}" for kind, count in counts.most_common())

    @property
    def records(self) -> list[dict[str, Any]]:
        """The findings for programs."""
        return [{**asdict(one), "told": told} for one, told in zip(self.findings, self.told)]

    @property
    def choice(self) -> str:
        """How the map came to be looked at, of how many."""
        if len(self.rivals) < 2:
            return tr("The only map of this sentence and step.")
        at = next(at for at, one in enumerate(self.rivals) if one.map is self.map)
        among = tr("of {count:,} layers and heads at this step", count=len(self.rivals))
        if at == 0:
            return tr(
                "The best aligned {among}; the next has {quality:.2f}.", among=among, quality=self.rivals[1].quality
            )
        return tr(
            "Number {at} {among}; the best, {label}, has {quality:.2f}.",
            at=at + 1,
            among=among,
            label=self.rivals[0].map.place.label,
            quality=self.rivals[0].quality,
        )


def ranked(maps: Sequence[AlignmentMap]) -> tuple[Judged, ...]:
    """Maps with their scores, the best aligned first; equal ones stay in their order."""
    judged = [Judged(one, alignment_scores(_positive(one))) for one in maps]
    return tuple(sorted(judged, key=lambda one: -one.quality))


def diagnose(one: AlignmentMap, axes: Axes, rivals: Sequence[Judged]) -> Diagnosis:
    """Scores, findings and path of a map.

    Args:
        rivals: of the same sentence and step, from `ranked`; the map must be among them.
    """
    weights = _positive(one)
    scores = next(each.scores for each in rivals if each.map is one)
    sums = weights.sum(axis=1, keepdims=True)
    path = warping_path(weights / np.where(sums > 0, sums, 1))
    findings = _with_empty_rows(examine(weights), np.flatnonzero(sums[:, 0] > 0))
    findings = sorted(findings, key=lambda each: -(each.last - each.first + 1) / weights.shape[each.axis])
    cells = tuple((int(row), int(column)) for row, column in path)
    return Diagnosis(one, axes, scores, tuple(findings), cells, tuple(rivals))


def _positive(one: AlignmentMap) -> Float[np.ndarray, "target source"]:
    """Weights as the scores take them: none below 0."""
    return np.maximum(one.weights, 0) if one.signed else one.weights


def _with_empty_rows(findings: Sequence[Finding], filled: Int[np.ndarray, " filled"]) -> tuple[Finding, ...]:
    """Findings count outputs with any weight; in the map's own count, empty rows are counted too."""
    return tuple(
        one if one.axis == SOURCE else replace(one, first=int(filled[one.first]), last=int(filled[one.last]))
        for one in findings
    )
