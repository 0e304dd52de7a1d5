"""Courses at inference: what is near, who is put back, and that training knows nothing of it."""

import pytest
import torch

from core.attention.alignment import Content
from core.attention.course import COURSES, FREE, Forced, Forward, Window
from core.attention.history import History
from core.attention.masks import valid_keys
from core.attention.normalizers import block, softmax
from core.attention.scores import SCORES

KEYS = 6
SCORED = torch.tensor([[[[0.0, 1.0, 2.0, 0.5, 3.0, 9.0]]]])


def at(place: int | None) -> History:
    """Having looked at one key; None before the first query."""
    first = History.first(torch.zeros(1, 1, KEYS, 1))
    row = torch.zeros(1, 1, 1, KEYS)
    if place is None:
        return first
    row[..., place] = 1.0
    return first.after(row, first.stops)


def steered(course, place, scores=SCORED, mask=None):
    """Weights of one query."""
    scores, mask = course.narrow(block(scores, mask), mask, at(place))
    return course.force(softmax(scores, mask), mask, at(place))[0, 0, 0]


@pytest.mark.parametrize(
    ("place", "near"), [(None, [0, 1]), (0, [0, 1, 2]), (2, [1, 2, 3, 4]), (4, [3, 4, 5]), (5, [4, 5])]
)
def test_a_window_leaves_what_is_near_and_renormalizes_it(place, near):
    weights = steered(Window(2), place)
    assert weights.nonzero().flatten().tolist() == near
    assert torch.allclose(weights[near], SCORED[0, 0, 0, near].softmax(0))


@pytest.mark.parametrize(("place", "following"), [(None, 0), (0, 1), (1, 2)])
def test_who_leaves_the_course_is_put_on_the_next_key_whole(place, following):
    assert steered(Forced(3), place).tolist() == [float(key == following) for key in range(KEYS)]


def test_who_stays_on_course_keeps_all_its_weights_also_those_far_off():
    free = steered(FREE, 2)
    assert torch.equal(steered(Forced(3), 2), free) and torch.equal(steered(Forced(3), 4), free)
    assert (free > 0).all()


def test_at_the_last_real_key_it_stays():
    mask = valid_keys(torch.arange(KEYS)[None] < 4)
    back = torch.tensor([[[[9.0, 0.0, 0.0, 0.0, 0.0, 0.0]]]])
    assert steered(Forced(3), 3, back, mask).tolist() == [0.0, 0.0, 0.0, 1.0, 0.0, 0.0]


def test_forward_multiplies_by_what_was_looked_at_and_the_key_before_it():
    past = at(1).after(torch.tensor([[[[0.0, 0.25, 0.75, 0.0, 0.0, 0.0]]]]), at(1).stops)
    scores, mask = Forward().narrow(SCORED, None, past)
    weights = softmax(scores, mask)[0, 0, 0]
    product = torch.tensor([0.0, 0.25, 1.0, 0.75, 0.0, 0.0]) * SCORED[0, 0, 0].softmax(0)
    assert torch.allclose(weights, product / product.sum(), atol=1e-6)
    assert steered(Forward(), None).nonzero().flatten().tolist() == [0, 1]


def test_forward_stands_where_every_probability_it_may_take_is_zero_in_single_precision():
    scores = SCORED.clone()
    scores[..., 5] = 300.0
    assert steered(Forward(), 1, scores).tolist() == pytest.approx([0, 0.26894, 0.73106, 0, 0, 0], abs=1e-4)


@pytest.mark.parametrize("name", [name for name in COURSES if name != "free"])
def test_it_holds_at_inference_and_not_while_training(name):
    torch.manual_seed(1)
    content = Content(SCORES["scaled_dot"](4), course=COURSES[name](1))
    free = Content(SCORES["scaled_dot"](4))
    query, key = 5 * torch.randn(2, 1, 8, 4), 5 * torch.randn(2, 1, 12, 4)
    assert torch.equal(content.train()(query, key, key).weights, free.train()(query, key, key).weights)
    held, loose = content.eval()(query, key, key).weights, free.eval()(query, key, key).weights
    assert not torch.allclose(held, loose)
    places = torch.cat([torch.full((2, 1, 1), -1), held.argmax(-1)], dim=2)
    moved = places.diff(dim=2)
    assert moved.max() <= 1 and moved.min() >= -1
    assert torch.allclose(held.sum(-1), torch.ones(2, 1, 8), atol=1e-6)
