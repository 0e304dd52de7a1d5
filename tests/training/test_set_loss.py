"""Matching and the loss of a set: held to every permutation, blind to orders, and at peace with an empty picture."""

from itertools import permutations

import pytest
import torch

from core.data.boxes import BoxedPicture
from core.errors import NumberError
from core.models.detector import Detections
from core.training.set_loss import MATCHINGS, NOTHING, costs, hungarian, set_loss

CLASSES = 3


def said(batch: int, queries: int, seed: int = 0, layers: int = 2) -> list[Detections]:
    chance = torch.Generator().manual_seed(seed)
    return [
        Detections(
            torch.randn(batch, queries, CLASSES + 1, generator=chance, dtype=torch.float64).requires_grad_(),
            torch.rand(batch, queries, 4, generator=chance, dtype=torch.float64).requires_grad_(),
        )
        for _ in range(layers)
    ]


def picture(objects: int, seed: int = 0) -> BoxedPicture:
    chance = torch.Generator().manual_seed(100 + seed)
    boxes = torch.rand(objects, 4, generator=chance, dtype=torch.float64)
    return BoxedPicture("drawn", torch.zeros(1, 2, 2), boxes, torch.randint(CLASSES, (objects,), generator=chance))


def told(terms: dict[str, torch.Tensor]) -> dict[str, float]:
    return {name: value.item() for name, value in terms.items()}


def permuted(one: BoxedPicture, order: list[int]) -> BoxedPicture:
    return BoxedPicture(one.name, one.pixels, one.boxes[order], one.labels[order])


@pytest.mark.parametrize(("queries", "objects"), [(1, 1), (4, 2), (5, 5), (6, 3), (6, 6), (6, 0), (2, 4)])
def test_the_matching_is_the_cheapest_of_all_permutations(queries, objects):
    """A second oracle beside SciPy: every way of giving each object a query of its own (or each query an object)."""
    for seed in range(5):
        cost = costs(said(1, queries, seed)[0], [picture(objects, seed)])[0]
        matched = hungarian(cost)
        wide = cost if queries >= objects else cost.T
        least = min(
            sum(wide[order[at], at] for at in range(wide.shape[1]))
            for order in permutations(range(len(wide)), wide.shape[1])
        )
        assert cost[matched.queries, matched.objects].sum() == pytest.approx(least, abs=1e-12)
        assert len(set(matched.queries)) == len(set(matched.objects)) == min(queries, objects)


def test_a_cost_is_what_the_paper_says_by_hand():
    """One answer is the box itself, the other lies apart: L1 of 1.0, and a GIoU of −0.6 from a hull of 0.5 × 0.5."""
    scores = torch.tensor([[[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]]).double().log_softmax(-1)
    boxes = torch.tensor([[[0.25, 0.25, 0.1, 0.1], [0.65, 0.65, 0.1, 0.1]]]).double()
    one = BoxedPicture("drawn", torch.zeros(1, 2, 2), boxes[0, :1], torch.tensor([0]))
    first, second = costs(Detections(scores, boxes), [one])[0][:, 0]
    likely = float(scores.softmax(-1)[0, 0, 0])
    assert first == pytest.approx(-likely - 2 * 1.0)
    assert second == pytest.approx(-0.25 + 5 * 0.8 - 2 * -(0.25 - 0.02) / 0.25)


def test_the_order_of_things_and_of_queries_changes_no_loss():
    layers, pictures = said(2, 6, 3), [picture(4, 1), picture(3, 2)]
    before = told(set_loss(layers, pictures))
    things = [permuted(pictures[0], [2, 0, 3, 1]), permuted(pictures[1], [1, 2, 0])]
    queries = torch.tensor([4, 1, 5, 0, 3, 2])
    turned = [Detections(one.scores[:, queries], one.boxes[:, queries]) for one in layers]
    for other in (set_loss(layers, things), set_loss(turned, pictures), set_loss(turned, things)):
        assert told(other) == pytest.approx(before, abs=1e-12)
    one, other = (told(set_loss(layers, those, MATCHINGS["in_order"])) for those in (pictures, things))
    assert one["distance"] != pytest.approx(other["distance"])  # assigned in order, it is not blind to them


def test_an_empty_picture_asks_for_nothing_and_for_no_box():
    layers = said(2, 5, 4)
    terms = set_loss(layers, [picture(0), picture(0)])
    by_hand = sum(-one.scores.log_softmax(-1)[..., -1].mean().item() for one in layers)
    assert (
        terms["classes"].item() == pytest.approx(by_hand) and terms["distance"].item() == terms["overlap"].item() == 0.0
    )
    torch.stack(list(terms.values())).sum().backward()
    assert all(one.scores.grad.abs().sum() > 0 and not one.boxes.grad.any() for one in layers)


def test_nothing_weighs_a_tenth_of_a_class():
    layers, one = said(1, 3, 5, layers=1), picture(1, 5)
    matched = hungarian(costs(layers[0], [one])[0])
    losses = -layers[0].scores[0].log_softmax(-1)
    wanted = torch.full((3,), CLASSES)
    wanted[matched.queries[0]] = one.labels[0]
    weights = torch.where(wanted == CLASSES, NOTHING, 1.0)
    by_hand = (weights * losses[torch.arange(3), wanted]).sum() / weights.sum()
    assert told(set_loss(layers, [one]))["classes"] == pytest.approx(by_hand.item())


def test_boxes_are_counted_per_thing_of_the_batch():
    """A second, empty picture adds no box, so distance and overlap stay as they were."""
    layers, one = said(2, 4, 6), picture(3, 6)
    alone = [Detections(layer.scores[:1], layer.boxes[:1]) for layer in layers]
    together, single = set_loss(layers, [one, picture(0)]), set_loss(alone, [one])
    assert together["distance"].item() == pytest.approx(single["distance"].item())
    assert together["overlap"].item() == pytest.approx(single["overlap"].item())


def test_answers_that_are_no_numbers_are_refused_in_words():
    layer = said(1, 3)[0]
    broken = Detections(layer.scores, layer.boxes * float("nan"))
    with pytest.raises(NumberError, match="lower learning rate"):
        costs(broken, [picture(2)])
