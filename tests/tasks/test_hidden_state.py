"""A hidden state: it stays and is reported as often as the settings say, and nothing else is at work."""

from itertools import pairwise
from random import Random

import pytest

from core.errors import SettingError
from core.tasks.hidden_state import HiddenState


def shares(task: HiddenState, count: int = 400) -> tuple[float, float, int]:
    """How often the state stays, how often a report is true, and how many places there are."""
    rng = Random(1)
    examples = [task.sample(rng) for _ in range(count)]
    steps = [(a, b) for one in examples for a, b in pairwise(one.target)]
    reports = [(a, b) for one in examples for a, b in zip(one.source, one.target)]
    return sum(a == b for a, b in steps) / len(steps), sum(a == b for a, b in reports) / len(reports), len(reports)


@pytest.mark.parametrize(("stays", "true", "states"), [(0.9, 0.5, 8), (0.0, 1.0, 3), (1.0, 0.0, 5)])
def test_it_stays_and_is_reported_as_often_as_asked(stays, true, states):
    stayed, told, count = shares(HiddenState(stays=stays, true=true, states=states))
    by_chance = true + (1 - true) / states  # a report that is any state may be the true one
    assert abs(stayed - stays) <= 4 * (stays * (1 - stays) / count) ** 0.5
    assert abs(told - by_chance) <= 4 * (by_chance * (1 - by_chance) / count) ** 0.5


def test_when_it_changes_all_others_are_alike():
    rng, task = Random(2), HiddenState(states=4, stays=0.0)
    walks = [task.sample(rng).target for _ in range(400)]
    after = [b for walk in walks for a, b in pairwise(walk) if a == "a"]
    for other in "bcd":
        assert abs(after.count(other) / len(after) - 1 / 3) < 4 * (2 / 9 / len(after)) ** 0.5


def test_a_report_says_nothing_of_the_state_where_none_is_true():
    task = HiddenState(true=0.0)
    assert shares(task)[1] == pytest.approx(1 / 8, abs=0.02)


def test_lengths_that_cannot_be_are_refused():
    with pytest.raises(SettingError, match="shortest=9 is more than longest=4; lower shortest or raise longest"):
        HiddenState(shortest=9, longest=4)
    lengths = {len(HiddenState(shortest=3, longest=5).sample(Random(seed)).source) for seed in range(40)}
    assert lengths == {3, 4, 5}
