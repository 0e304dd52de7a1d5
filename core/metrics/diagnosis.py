"""One alignment map judged: its scores, what the doctor finds, the best path; and of several heads, which aligns best."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.metrics.alignment import AlignmentScores, alignment_scores
from core.metrics.doctor import Finding, examine
from core.metrics.warping import warping_path
from core.recording.alignment import AlignmentMap, Axes, Mark


@dataclass(frozen=True)
class Judged:
    """A map and its scores."""

    map: AlignmentMap
    scores: AlignmentScores


@dataclass(frozen=True)
class Diagnosis:
    """Everything that is said about one map.

    Attributes:
        map, axes, scores: the map, its labels, its scores.
        findings: what is wrong with it, by the doctor; empty where nothing is.
        path: cells from the beginning to the end that carry the most weight.
        rivals: all maps of the same sentence and step, the best first; the map is among them.
    """

    map: AlignmentMap
    axes: Axes
    scores: AlignmentScores
    findings: tuple[Finding, ...]
    path: tuple[tuple[int, int], ...]
    rivals: tuple[Judged, ...]
