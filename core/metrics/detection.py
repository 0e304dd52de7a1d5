"""How well boxes were found: average precision over the order of certainty, and what is left when a threshold is drawn.

Average precision follows Everingham et al. 2010, section 3.4: answers are taken from the surest on; each is right if it
overlaps a thing of its class enough and nobody surer has taken that thing. Whether boxes are counted in whole pixels, both
ends inside, moves published figures by percents, so it is said: `inclusive`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from core.errors import ShapeError
from core.language import tr

Edges = Float[np.ndarray, "_ 4"]  # left, top, right and bottom of each


@dataclass(frozen=True)
class Found:
    """What was found on one picture.

    Attributes:
        boxes: left, top, right and bottom, in any one unit; labels: of each; scores: how sure it is, more is surer.
    """

    boxes: Edges
    labels: Int[np.ndarray, " _"]
    scores: Float[np.ndarray, " _"]

    def __post_init__(self) -> None:
        if not len(self.boxes) == len(self.labels) == len(self.scores):
            raise ShapeError(
                tr(
                    "{count} boxes, {count2} labels and {count3} scores; expected as many of each",
                    count=len(self.boxes),
                    count2=len(self.labels),
                    count3=len(self.scores),
                )
            )


@dataclass(frozen=True)
class There:
    """What is on one picture.

    Attributes:
        boxes: left, top, right and bottom, in the unit of what was found; labels: of each.
    """

    boxes: Edges
    labels: Int[np.ndarray, " _"]


class Counted(NamedTuple):
    """What came of answers above a threshold, all in 0…1.

    Attributes:
        recall: share of things that were found; precision: share of answers that were right, 1 where there is none.
        exact: share of pictures with as many answers as things.
    """

    recall: float
    precision: float
    exact: float


def intersection_over_union(
    one: Float[np.ndarray, "box 4"], other: Float[np.ndarray, "other 4"], *, inclusive: bool = False
) -> Float[np.ndarray, "box other"]:
    """How much of what either covers both cover, 0…1, for every pair.

    Args:
        inclusive: boxes are pixels, the last one inside: a box from 0 to 9 is ten wide.

    >>> a, b = np.array([[0.0, 0, 4, 4]]), np.array([[2.0, 0, 4, 4]])
    >>> float(intersection_over_union(a, b)[0, 0]), float(intersection_over_union(a, b, inclusive=True)[0, 0])
    (0.5, 0.6)
    """
    more = 1.0 if inclusive else 0.0
    low = np.maximum(one[:, None, :2], other[None, :, :2])
    high = np.minimum(one[:, None, 2:], other[None, :, 2:])
    both = (high - low + more).clip(min=0).prod(axis=2)
    sizes, others = ((boxes[:, 2:] - boxes[:, :2] + more).clip(min=0).prod(axis=1) for boxes in (one, other))
    either = sizes[:, None] + others[None] - both
    return np.divide(both, either, out=np.zeros_like(both), where=either > 0)


def average_precision(
    found: Sequence[Found], there: Sequence[There], label: int, *, overlap: float = 0.5, points: int = 0,
    inclusive: bool = False,
) -> float:  # fmt: skip
    """The area under precision over recall, for one class, 0…1; NaN where no picture has a thing of it.

    Args:
        found, there: one a picture, in the same order; label: of the class.
        overlap: least intersection over union of a right answer.
        points: recalls at which precision is read off, evenly from 0 to 1 (11 until VOC 2009); 0: every one.
        inclusive: boxes are pixels, the last one inside.
    """
    total = sum(int((one.labels == label).sum()) for one in there)
    if not total:
        return float("nan")
    scores, right = _judged(found, there, label, overlap, inclusive)
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(right[order])
    recall, precision = hits / total, hits / np.arange(1, len(hits) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]  # at this recall or at a higher one
    if points:
        reached = np.searchsorted(recall, np.linspace(0, 1, points) - 1e-12)
        return float(np.append(best, 0.0)[reached].mean())
    return float((np.diff(recall, prepend=0.0) * best).sum())


def mean_average_precision(
    found: Sequence[Found], there: Sequence[There], classes: int, *, overlap: float = 0.5
) -> float:
    """The mean over the classes of which there is a thing, 0…1."""
    each = [average_precision(found, there, label, overlap=overlap) for label in range(classes)]
    known = [one for one in each if not np.isnan(one)]
    return sum(known) / len(known) if known else float("nan")


def counted(found: Sequence[Found], there: Sequence[There], *, least: float = 0.5, overlap: float = 0.5) -> Counted:
    """Recall, precision and exact counts of the answers that are sure enough, all classes together.

    Args:
        least: score that an answer must have; overlap: least intersection over union of a right answer.
    """
    kept = [_part(one, one.scores >= least) for one in found]
    labels = {int(label) for one in (*kept, *there) for label in one.labels}
    right = sum(int(_judged(kept, there, label, overlap, False)[1].sum()) for label in labels)
    answers, things = (sum(len(one.labels) for one in group) for group in (kept, there))
    exact = [len(one.labels) == len(other.labels) for one, other in zip(kept, there)]
    return Counted(
        right / things if things else 1.0, right / answers if answers else 1.0, sum(exact) / max(1, len(exact))
    )


def _judged(
    found: Sequence[Found], there: Sequence[There], label: int, overlap: float, inclusive: bool
) -> tuple[Float[np.ndarray, " answer"], Bool[np.ndarray, " answer"]]:
    """The scores of a class's answers on all pictures, and which are right."""
    scores, right = [np.zeros(0)], [np.zeros(0, bool)]
    for one, other in zip(found, there):
        mine = _part(one, one.labels == label)
        shares = intersection_over_union(mine.boxes, other.boxes[other.labels == label], inclusive=inclusive)
        scores.append(mine.scores)
        right.append(_taken(shares, np.argsort(-mine.scores, kind="stable"), overlap))
    return np.concatenate(scores), np.concatenate(right)


def _taken(
    shares: Float[np.ndarray, "box other"], order: Int[np.ndarray, " box"], overlap: float
) -> Bool[np.ndarray, " box"]:
    """Which answers take a thing: each goes for the one that it overlaps most, and only the surest gets it."""
    right, gone = np.zeros(shares.shape[0], bool), set[int]()
    if shares.shape[1]:
        for at in order.tolist():
            best = int(shares[at].argmax())
            right[at] = shares[at, best] >= overlap and best not in gone
            gone |= {best} if right[at] else set()
    return right


def _part(one: Found, which: Bool[np.ndarray, " box"]) -> Found:
    return Found(one.boxes[which], one.labels[which], one.scores[which])
