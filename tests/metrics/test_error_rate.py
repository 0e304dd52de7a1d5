"""Edits are the fewest there are, and a rate is that of the whole set."""

from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from core.metrics.error_rate import edit_distance, error_rate

words = st.text("ab", max_size=6)


@cache
def fewest(one: str, other: str) -> int:
    """By its definition, tried in every way."""
    if not one or not other:
        return len(one) + len(other)
    kept = fewest(one[1:], other[1:]) + (one[0] != other[0])
    return min(kept, 1 + fewest(one[1:], other), 1 + fewest(one, other[1:]))


@given(words, words)
def test_no_other_way_needs_fewer_edits(one, other):
    assert edit_distance(one, other) == fewest(one, other) == edit_distance(other, one)


def test_a_rate_counts_tokens_of_the_whole_set_and_may_exceed_one():
    assert error_rate([["a"], ["b", "c", "d"]], [["b"], ["b", "c", "d"]]) == 1 / 4
    assert error_rate([["a", "b", "c"]], [["d"]]) == 3.0
    assert error_rate([[]], [[]]) == 0.0 and error_rate([["a"]], [[]]) == 1.0
