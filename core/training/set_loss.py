"""What a detector minimizes: its answers are matched with the things on the picture one to one, then each is told what it missed.

The cheapest matching is found for every picture and layer anew (Hungarian algorithm, Kuhn 1955); queries without a thing are
told to say "nothing", which is what keeps two queries from naming the same thing. Source: Carion et al. 2020, section 3.1,
arXiv:2005.12872; the matching weighs probabilities, not their logarithms, as there.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from scipy.optimize import linear_sum_assignment
from torch import Tensor, nn

from core.data.boxes import BoxedPicture, Boxes, corners, overlaps
from core.errors import NumberError
from core.language import tr
from core.models.detector import Detections

DISTANCE, OVERLAP = 5.0, 2.0  # weights of the L1 distance and of the generalized overlap, in costs and in the loss
NOTHING = 0.1  # weight of "nothing" beside a class: most queries have none
Costs = Float[np.ndarray, "query object"]


class Matched(NamedTuple):
    """Pairs of one picture: queries[i] answers for objects[i]; every object has its query."""

    queries: Int[np.ndarray, " pair"]
    objects: Int[np.ndarray, " pair"]


def hungarian(costs: Costs) -> Matched:
    """The pairs whose costs sum to the least; with more objects than queries some stay without.

    >>> [part.tolist() for part in hungarian(np.array([[1.0, 2.0], [0.0, 5.0], [9.0, 9.0]]))]
    [[0, 1], [1, 0]]
    """
    return Matched(*linear_sum_assignment(costs))


def in_order(costs: Costs) -> Matched:
    """The first query answers for the first object, and so on: what is done where nothing is matched.

    >>> [part.tolist() for part in in_order(np.zeros((3, 2)))]
    [[0, 1], [0, 1]]
    """
    first = np.arange(min(costs.shape))
    return Matched(first, first)


MATCHINGS: dict[str, Callable[[Costs], Matched]] = {"hungarian": hungarian, "in_order": in_order}


def costs(said: Detections, pictures: Sequence[BoxedPicture]) -> list[Costs]:
    """What it would cost each query to answer for each object: −p(class) + 5·L1 − 2·GIoU, picture by picture.

    Raises:
        NumberError: what was said is no number any more.
    """
    labels, boxes = _joined(pictures)
    with torch.no_grad():
        likely = said.scores.softmax(-1).flatten(0, 1)[:, labels]  # batch·query object
        asked = said.boxes.flatten(0, 1)
        apart = torch.cdist(asked, boxes, p=1)
        _, covered = overlaps(corners(asked)[:, None], corners(boxes)[None])
        every = (
            (-likely + DISTANCE * apart - OVERLAP * covered).unflatten(0, said.scores.shape[:2]).cpu().double().numpy()
        )
    if not np.isfinite(every).all():
        raise NumberError(tr("the detector's answers are no numbers any more: train anew with a lower learning rate"))
    ends = np.cumsum([len(one.labels) for one in pictures])
    return [part[:, end - len(one.labels) : end] for part, end, one in zip(every, ends, pictures)]


def set_loss(
    layers: Sequence[Detections], pictures: Sequence[BoxedPicture], matching: Callable[[Costs], Matched] = hungarian
) -> dict[str, Float[Tensor, ""]]:
    """The terms of the loss by name, summed over the decoder's layers; the loss is their sum.

    Boxes count per object of the batch (at least one, so that a batch without objects has only "nothing" to say).

    Args:
        layers: what queries said after each; pictures: what there was; matching: from costs to pairs.
    """
    terms = {"classes": torch.zeros(()), "distance": torch.zeros(()), "overlap": torch.zeros(())}
    for said in layers:
        matched = [matching(one) for one in costs(said, pictures)]
        for name, value in layer_loss(said, pictures, matched).items():
            terms[name] = terms[name] + value
    return terms


def layer_loss(
    said: Detections, pictures: Sequence[BoxedPicture], matched: Sequence[Matched]
) -> dict[str, Float[Tensor, ""]]:
    """The terms of one layer, for pairs that are given."""
    batch = np.repeat(np.arange(len(matched)), [len(one.queries) for one in matched])
    queries, objects = (torch.from_numpy(np.concatenate(part)) for part in zip(*matched))
    labels, boxes = _joined(pictures)
    starts = np.cumsum([0, *(len(one.labels) for one in pictures)])[batch]
    at, wanted = torch.from_numpy(batch), objects + torch.from_numpy(starts)
    nothing = said.scores.shape[-1] - 1
    told = torch.full(said.scores.shape[:2], nothing)
    told[at, queries] = labels[wanted]
    weights = torch.ones(nothing + 1)
    weights[nothing] = NOTHING
    count = max(1, len(labels))
    asked, there = said.boxes[at, queries], boxes[wanted]
    _, covered = overlaps(corners(asked), corners(there))
    return {
        "classes": nn.functional.cross_entropy(
            said.scores.flatten(0, 1), told.flatten(), weights.to(said.scores.dtype)
        ),
        "distance": DISTANCE * (asked - there).abs().sum() / count,
        "overlap": OVERLAP * (1 - covered).sum() / count,
    }


def _joined(pictures: Sequence[BoxedPicture]) -> tuple[Int[Tensor, " object"], Boxes]:
    return torch.cat([one.labels for one in pictures]), torch.cat([one.boxes for one in pictures])
