"""The convex hull: corners by hand, and by what makes a corner."""

from itertools import combinations
from random import Random

import pytest

from core.errors import SettingError
from core.tasks.convex_hull import ConvexHull

TASK = ConvexHull()


@pytest.mark.parametrize(
    ("points", "corners"),
    [
        ("4,4 1,1 1,8 8,8 8,1", "1,1 8,1 8,8 1,8"),
        ("0,0 4,0 8,0 8,8 4,4", "0,0 8,0 8,8"),  # on an edge is no corner
        ("3,9 3,0 3,5", "3,0 3,9"),
        ("2,2 0,4", "0,4 2,2"),
        ("5,0 9,5 5,9 0,5", "0,5 5,0 9,5 5,9"),
    ],
)
def test_corners_by_hand(points, corners):
    assert TASK.join_target(TASK.reference(TASK.tokenize(points))) == corners
    turned = TASK.tokenize(points)[::-1]
    assert TASK.join_target(TASK.reference(turned)) == corners  # in whatever order they come


def inside(point: tuple[int, int], triangle: list[tuple[int, int]]) -> bool:
    """Whether a point lies in a triangle, or on its rim."""
    sides = [
        (bx - ax) * (point[1] - ay) - (by - ay) * (point[0] - ax)
        for (ax, ay), (bx, by) in zip(triangle, triangle[1:] + triangle[:1])
    ]
    boxed = all(min(p[i] for p in triangle) <= point[i] <= max(p[i] for p in triangle) for i in (0, 1))
    return boxed and (min(sides) >= 0 or max(sides) <= 0)


def test_a_point_is_a_corner_where_no_three_others_have_it_between_them_and_all_turns_are_to_the_left():
    rng = Random(4)
    for _ in range(60):
        example = ConvexHull(shortest=3, longest=9).sample(rng)
        at = [tuple(map(int, token.split(","))) for token in example.source]
        corners = [tuple(map(int, token.split(","))) for token in example.target]
        for point in at:
            others = [one for one in at if one != point]
            between = any(inside(point, list(three)) for three in combinations(others, 3))
            between = between or any(inside(point, [*two, two[0]]) for two in combinations(others, 2))
            assert (point in corners) == (not between)
        assert corners[0] == min(at)
        for (ax, ay), (bx, by), (cx, cy) in zip(corners, corners[1:] + corners[:1], corners[2:] + corners[:2]):
            if len(corners) > 2:
                assert (bx - ax) * (cy - by) - (by - ay) * (cx - bx) > 0


def test_every_corner_is_aligned_with_its_place():
    example = TASK.sample(Random(1))
    assert all(example.target[at] == example.source[place] for at, place in example.alignment)
    assert len(example.alignment) == len(example.target) <= len(example.source) == len(set(example.source))


def test_what_is_no_point_has_no_hull_and_lengths_are_checked():
    assert TASK.reference(["1,1", "10,3", "2,2"]) is None
    with pytest.raises(SettingError, match="shortest=9 is more than longest=8"):
        ConvexHull(shortest=9)
