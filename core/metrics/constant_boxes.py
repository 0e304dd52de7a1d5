"""The floor of detection: the same boxes on every picture, as somebody would draw them who had not looked."""

from collections.abc import Sequence

import numpy as np

from core.metrics.detection import Edges, Found, There, intersection_over_union

_TRIED = 400  # boxes of the training pictures that are tried, spread evenly over all


def constant_boxes(there: Sequence[There], classes: int, overlap: float = 0.5) -> Found:
    """One answer for all pictures, found on those to learn from.

    Of each class it has as many boxes as a picture has of it on average (one at least): first the one that overlaps most
    things of the class enough, then the one that overlaps most of the others. Each is as sure as the share of pictures
    on which it is right.

    Args:
        there: what is on the training pictures; classes: how many.
        overlap: least intersection over union of a right answer.
    """
    boxes, labels, scores = list[Edges](), list[int](), list[float]()
    for label in range(classes):
        mine = [one.boxes[one.labels == label] for one in there]
        things, picture = np.concatenate(mine), np.repeat(np.arange(len(mine)), [len(one) for one in mine])
        if not len(things):
            continue
        tried = things[:: -(-len(things) // _TRIED)]
        right = intersection_over_union(tried, things) >= overlap
        left = np.ones(len(things), bool)
        for _ in range(max(1, round(len(things) / len(mine)))):
            best = int((right & left).sum(axis=1).argmax())
            left &= ~right[best]
            boxes.append(tried[best : best + 1])
            labels.append(label)
            scores.append(len(np.unique(picture[right[best]])) / len(mine))
    return Found(np.concatenate(boxes) if boxes else np.zeros((0, 4)), np.array(labels, int), np.array(scores, float))
